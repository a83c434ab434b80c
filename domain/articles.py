"""Articles, the passages cut from them, and who may see which."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
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
    """A help-center page; `body` is Markdown, whatever it was outside, and `language` a two-letter code.

    `owner` looks after it, and by the day `review_by` somebody should read it again: neither is part of what it says.
    `suspicion` says why it is internal until somebody releases it, although it was written for everybody.
    """

    id: ArticleId
    title: str
    body: str
    url: str | None = None
    updated_at: datetime | None = None
    visibility: Visibility = "public"
    language: str = "en"
    translation_of: ArticleId | None = None
    tags: tuple[str, ...] = ()
    owner: str | None = None
    review_by: date | None = None
    suspicion: str | None = None


@dataclass(frozen=True)
class Standing:
    """How an article stands with those who read and keep it: its newest version, readers' votes, and views."""

    version: int
    stored_at: datetime
    stored_by: str | None = None
    reviewed_at: datetime | None = None
    up: int = 0
    down: int = 0
    views: int = 0

    @property
    def helpfulness(self) -> float:
        """Return the share of readers it helped, (up + 2) / (up + down + 4): one half until there are votes."""
        return (self.up + 2) / (self.up + self.down + 4)


@dataclass(frozen=True)
class Uses:
    """When customers asked, the earliest first, and for how many of these turns each article was found."""

    times: tuple[datetime, ...]
    of: Mapping[ArticleId, int]


@dataclass(frozen=True)
class Version:
    """What an article was at one time; `title`, `body` and `visibility` are null once it is deleted, as is its text."""

    version: int
    at: datetime
    by: str | None = None
    title: str | None = None
    body: str | None = None
    visibility: Visibility | None = None


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
