"""An article as it comes from outside, checked once."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from domain.articles import Article, Visibility
from domain.ids import ArticleId
from domain.text import folded
from engines import language
from kb_index import hidden, html, quarantine

MAX_ID = 200
MAX_TITLE = 500
MAX_BODY = 1_000_000
_FIRST_HEADING = re.compile(r"\s*#[ \t]+(?P<title>[^\n]+?)[ \t#]*(?:\n|\Z)")


def _clean(value: object) -> object:
    return hidden.clean(value) if isinstance(value, str) else value


def _line(value: object) -> object:
    return " ".join(hidden.clean(value).split()) if isinstance(value, str) else value


def _moment(value: object) -> object:
    return datetime.combine(value, time.min, UTC) if type(value) is date else value


Line = Annotated[str, BeforeValidator(_line)]


class ArticleFields(BaseModel):
    """What an article is told by: a JSON row, a page's front matter or the body of a request."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, str_strip_whitespace=True)

    id: Line = Field(min_length=1, max_length=MAX_ID)
    title: Line = Field(min_length=1, max_length=MAX_TITLE)
    body: Annotated[str, BeforeValidator(_clean)] = Field(max_length=MAX_BODY)
    url: Line | None = Field(None, max_length=2000)
    updated_at: Annotated[datetime, BeforeValidator(_moment)] | None = None
    visibility: Visibility = "public"
    language: Line | None = Field(None, validation_alias=AliasChoices("language", "lang"))
    translation_of: Line | None = None
    tags: tuple[Line, ...] = ()
    owner: Line | None = Field(None, max_length=300)
    review_by: date | None = None
    suspicion: Line | None = None

    @model_validator(mode="before")
    @classmethod
    def _suspected(cls, row: Any) -> Any:
        """Look for orders to a model before what is hidden is taken out."""
        body = row.get("body") if isinstance(row, dict) else None
        return {**row, "suspicion": quarantine.suspicion(body)} if isinstance(body, str) else row

    @field_validator("body", mode="after")
    @classmethod
    def _readable(cls, body: str) -> str:
        """Turn HTML into Markdown and take out what is hidden."""
        markdown = html.read(body).body if html.looks_like(body) else hidden.strip(body)
        if not re.search(r"\w", markdown):
            raise ValueError("there is nothing to read in it")
        return markdown.strip()

    @field_validator("url", mode="after")
    @classmethod
    def _link(cls, value: str | None) -> str | None:
        """Refuse an address that a browser would run rather than open."""
        if value and not re.match(r"https?://|/(?!/)", value):
            raise ValueError("an address begins with https://, http:// or /")
        return value or None

    @field_validator("language", mode="after")
    @classmethod
    def _code(cls, value: str | None) -> str | None:
        """Keep the first part of `pt-BR`: a language, not a country."""
        return re.split(r"[-_]", value.lower())[0] or None if value else None

    @field_validator("updated_at", mode="after")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value

    def article(self, languages: Sequence[str]) -> Article:
        """Return the article, internal where it is suspicious.

        A language that is not given is told from the text, else the first of `languages`.
        """
        heading = _FIRST_HEADING.match(self.body)
        repeated = heading is not None and folded(heading["title"]) == folded(self.title)
        body = self.body[heading.end() :].strip() if heading and repeated else self.body
        given = self.language or language.detect(f"{self.title}\n{self.body}", languages)
        article = Article(
            id=ArticleId(self.id),
            title=self.title,
            body=body or self.body,
            url=self.url,
            updated_at=self.updated_at,
            visibility=self.visibility,
            language=given or (languages[0] if languages else "en"),
            translation_of=ArticleId(self.translation_of) if self.translation_of else None,
            tags=self.tags,
            owner=self.owner or None,
            review_by=self.review_by,
            suspicion=self.suspicion if self.visibility == "public" else None,
        )
        return quarantine.held(article)


def first_heading(markdown: str) -> str | None:
    """Return the text of the heading a page begins with, where it begins with one."""
    match = _FIRST_HEADING.match(markdown)
    return match["title"] if match else None


def reason(error: ValidationError) -> str:
    """Say in one line what is wrong with an article."""
    return "; ".join(_problem(detail) for detail in error.errors(include_url=False))


def _problem(detail: Any) -> str:
    field = str(detail["loc"][0]) if detail["loc"] else "row"
    value = detail["input"]
    shown = f" {value!r}" if isinstance(value, str | int | float | bool) and len(repr(value)) <= 60 else ""
    if detail["type"] == "missing" or value is None or (detail["type"] == "string_too_short"):
        return f"{field} is missing"
    return f"{field}{shown}: {detail['msg'].removeprefix('Value error, ').lower()}"
