"""Articles, the passages cut from them, and who may see which."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.ids import ArticleId, PassageId

Visibility = Literal["public", "internal"]
Audience = Literal["customer", "teammate"]

VISIBLE_TO: dict[Audience, tuple[Visibility, ...]] = {
    "customer": ("public",),
    "teammate": ("public", "internal"),
}


@dataclass(frozen=True)
class Article:
    """A help-center page; `body` is Markdown, whatever it was outside, and `language` a two-letter code."""

    id: ArticleId
    title: str
    body: str
    url: str | None = None
    updated_at: datetime | None = None
    visibility: Visibility = "public"
    language: str = "en"
    translation_of: ArticleId | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Passage:
    """A retrievable piece of an article: `text` is exactly `article.body[start:end]`, in characters."""

    id: PassageId
    article: ArticleId
    title: str
    url: str | None
    heading_path: tuple[str, ...]
    text: str
    start: int
    end: int
    language: str = "en"
    visibility: Visibility = "public"
    updated_at: datetime | None = None

    @property
    def embedded_text(self) -> str:
        """Return what is embedded and indexed: the text under its "Title > Heading" line."""
        return f"{' > '.join((self.title, *self.heading_path))}\n{self.text}"
