"""What a request may carry: pydantic at the edge, so that nothing behind it checks again.

What our own validators refuse stands in the document as a pattern, so that its readers do not send it.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from desk.keys import Scope
from domain.articles import Article, Audience, Visibility
from domain.ids import ArticleId
from domain.turns import SAID_BY, Author, Utterance, spoken
from evals.beside import Wish
from evals.given import Given
from kb_index import hidden, quarantine

LONGEST_TEXT = 20_000  # characters
LONGEST_BODY = 1_000_000  # characters of an article
MOST_ARTICLES = 500  # in one batch
_NO_NUL = r"^[^\x00]*$"
_WORDS = r"[^\x00]*[^\s\x00-\x1f\x85][^\x00]*$"
_DATED = re.compile(r"\d{4}-\d\d-\d\d")


def _storable(text: str) -> str:
    """Return the text when every store can keep it."""
    if "\x00" in text:
        raise ValueError("The text holds a NUL character; leave it out.")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("The text holds half of a surrogate pair; send whole characters.")
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("The text is empty.")
    return text


def _text_or_none(value: object) -> object:
    return None if value == "" else value


def _written(value: object) -> object:
    """Return a day or moment that is written out: a number would be taken for seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _DATED.match(value)):
        return value
    raise ValueError("Write days as 2026-05-04 and moments as 2026-05-04T09:00:00Z.")


Storable = Annotated[str, AfterValidator(_storable), Field(json_schema_extra={"pattern": _NO_NUL})]
Wording = Annotated[
    str, AfterValidator(_said), AfterValidator(_storable), Field(json_schema_extra={"pattern": f"^{_WORDS}"})
]
Text = Annotated[Wording, Field(max_length=LONGEST_TEXT)]
Name = Annotated[Wording, Field(max_length=300)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000), AfterValidator(_storable)]
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_written, json_schema_input_type=AwareDatetime),
    Field(ge=datetime(1970, 1, 1, tzinfo=UTC), lt=datetime(3000, 1, 1, tzinfo=UTC)),
]
Day = Annotated[date, BeforeValidator(_written, json_schema_input_type=date)]
Id = Annotated[Storable, StringConstraints(min_length=1, max_length=300)]
_WHO = "The teammate who does this; needed with a key, and whoever is signed in does it themselves."
Acting = Annotated[Id | None, Field(default=None, description=_WHO, examples=["tea_4f1c"])]


class Input(BaseModel):
    """A request's body; a field nobody knows is an error, since it is likely a typing error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SearchRequest(Input):
    """What to look for in the help center."""

    query: Text = Field(examples=["How do I get a refund?"])
    limit: int = Field(default=10, ge=1, le=50, description="The most articles to return.")
    audience: Audience = Field(
        default="customer", description="`teammate` adds internal articles and needs a key with the scope `articles`."
    )
    language: Language | None = Field(default=None, description="Articles in this language win over translations.")
    record: Audience | None = Field(
        default=None, description="Who searches, for the numbers of the desk; null, as programs send it, keeps nothing."
    )
    instead_of: Id | None = Field(
        default=None, description="The recorded search that this one words anew.", examples=["sea_2d7e"]
    )

    @model_validator(mode="after")
    def _recorded(self) -> Self:
        if self.instead_of and not self.record:
            raise ValueError("Only a search that is recorded takes another's place: send `record` too.")
        return self


class Said(Input):
    """One thing said earlier."""

    author: Author
    text: Text


def _utterance(value: object) -> object:
    """Turn `"user: hello"` and `"agent: hello"` into what they mean; leave anything else to the model."""
    if not isinstance(value, str):
        return value
    heard = spoken(value)
    if heard is None:
        raise ValueError('Start each line of the history with "user: " or "agent: ".')
    return {"author": heard.author, "text": heard.text}


_Line = Annotated[str, Field(max_length=LONGEST_TEXT, pattern=f"^({'|'.join(SAID_BY)}):{_WORDS}")]
Earlier = Annotated[Said, BeforeValidator(_utterance, json_schema_input_type=_Line | Said)]


class DraftRequest(Input):
    """One customer's turn, to be drafted and checked without anything being stored or sent."""

    text: Text = Field(examples=["I was charged twice. How do I get my money back?"])
    history: list[Earlier] = Field(
        default=[],
        max_length=200,
        description='What was said before, oldest first: `"user: ..."`, `"agent: ..."`, or objects.',
        examples=[["user: Hello", "agent: Hello, how can I help?"]],
    )
    language: Language | None = Field(default=None, description="The customer's language, where it is known.")

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """Return the history in our words."""
        return tuple(Utterance(said.author, said.text) for said in self.history)


class CheckRequest(Input):
    """A reply that somebody wrote, to be marked."""

    question: Text = Field(examples=["I was charged twice! How do I get my money back?"])
    answer: Text = Field(examples=["Sorry about that. Open Billing and choose Refund; it takes 5 working days."])
    history: list[Earlier] = Field(default=[], max_length=200, description="What was said before, oldest first.")
    evidence: list[Text] = Field(
        default=[], max_length=50, description="The texts that the reply should rest on; without them, no grounding."
    )

    @property
    def given(self) -> Given:
        """Return the reply in our words."""
        history = tuple(Utterance(said.author, said.text) for said in self.history)
        return Given(self.question, self.answer, history, tuple(self.evidence))


class RunRequest(Input):
    """A suite to run."""

    suite: Name = Field(description="The name of a suite that GET /v1/evals/suites lists.", examples=["demo"])
    system: Name = Field(
        default="deskhand", description="What is to answer: `deskhand`, or a plain system to compare it with."
    )
    limit: int | None = Field(default=None, ge=1, description="At most so many examples, drawn by the suite's seed.")

    @property
    def wish(self) -> Wish:
        """Return what is asked for in our words."""
        return Wish(self.suite, self.system, self.limit)


class ChatRequest(Input):
    """One thing a customer says to the bot."""

    text: Text = Field(examples=["How do I change my e-mail address?"])
    ticket: Id | None = Field(default=None, description="The conversation to go on with; leave it out to begin one.")
    language: Language | None = Field(default=None, description="The customer's language, where it is known.")


class ArticleBody(Input):
    """A help-center page; `body` is Markdown."""

    title: Name = Field(examples=["Refunds"])
    body: Annotated[Wording, Field(max_length=LONGEST_BODY)] = Field(
        examples=["## When you get a refund\n\nYou can ask for a refund within 30 days."]
    )
    url: Annotated[Address | None, BeforeValidator(_text_or_none)] = Field(
        default=None, examples=["https://help.example.com/refunds"]
    )
    updated_at: Moment | None = Field(default=None, examples=["2026-05-04T09:00:00Z"])
    visibility: Visibility = "public"
    language: Language = "en"
    translation_of: Id | None = None
    tags: list[Name] = Field(default=[], max_length=50)
    owner: Name | None = Field(default=None, description="Who looks after it; left out, it stays as it was.")
    review_by: Day | None = Field(
        default=None, description="When somebody should read it again; left out, it stays as it was."
    )
    suspicion: Annotated[Storable, Field(max_length=1000)] | None = Field(
        default=None,
        description="Why customers are not to see it until it is released; an article that orders a model about is "
        "kept from them in any case.",
    )

    def article(self, article: str) -> Article:
        """Return the page under its id, internal where it is suspicious, and without what is hidden in it."""
        whole = Article(
            id=ArticleId(article),
            title=self.title,
            body=self.body,
            url=self.url,
            updated_at=self.updated_at,
            visibility=self.visibility,
            language=self.language,
            translation_of=ArticleId(self.translation_of) if self.translation_of else None,
            tags=tuple(self.tags),
            owner=self.owner,
            review_by=self.review_by,
            suspicion=self.suspicion,
        )
        return replace(quarantine.held(whole), body=hidden.strip(self.body))


class ArticleRow(ArticleBody):
    """A help-center page of a batch, with its id."""

    id: Id = Field(examples=["refunds"])


class Batch(Input):
    """Articles to add or change; each is acknowledged by itself."""

    articles: list[dict[str, object]] = Field(min_length=1, max_length=MOST_ARTICLES)


class Vote(Input):
    """What one reader thinks of an article."""

    helpful: bool = Field(examples=[True])
    ticket: Id | None = Field(default=None, description="The conversation that showed it.", examples=["tic_9c2e"])


class Views(Input):
    """How often an article was opened."""

    count: int = Field(default=1, ge=1, le=1_000_000, description="More than one where a website counts by itself.")


class Review(Input):
    """That somebody has read an article and found it right."""

    owner: Name | None = Field(default=None, description="Who looks after it; null for nobody.", examples=["Billing"])
    review_by: Day | None = Field(
        default=None, description="When somebody should read it again; null for never.", examples=["2027-05-04"]
    )


class KeyRequest(Input):
    """A key to be made for this brand."""

    name: Name = Field(description="Who will use it.", examples=["Website widget"])
    scopes: list[Scope] = Field(min_length=1, examples=[["search", "chat"]])
    expires_at: Moment | None = Field(default=None, description="When it stops working; never when left out.")


class Rotation(Input):
    """How a key is replaced."""

    overlap_hours: int = Field(default=24, ge=0, le=720, description="How long the old one still holds.")
