"""What a search asks for and what it finds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.articles import Audience, Passage
from domain.ids import DEFAULT_BRAND, ArticleId, AskId, BrandId
from domain.turns import Utterance


@dataclass(frozen=True)
class Query:
    """A question to the knowledge index; `history` is what was said before it, oldest first.

    `asked_at` is given where a past moment is replayed: what was learned after it does not count. Articles in
    `without`, and their translations, count as if they did not exist.
    """

    text: str
    brand: BrandId = DEFAULT_BRAND
    audience: Audience = "customer"
    language: str | None = None
    limit: int = 10
    history: tuple[Utterance, ...] = ()
    asked_at: datetime | None = None
    without: frozenset[ArticleId] = frozenset()


@dataclass(frozen=True)
class Asked:
    """A question that was asked before, and where that is known from; `right` are the articles known to answer it."""

    id: str
    source: Literal["file", "ticket", "case"]
    query: Query
    right: frozenset[ArticleId] = frozenset()


@dataclass(frozen=True)
class ScoredPassage:
    """A passage and how well it matches: fused `score` 0..1, `dense` cosine -1..1, `lexical` BM25 stretched to 0..1."""

    passage: Passage
    score: float
    dense: float
    lexical: float


@dataclass(frozen=True)
class Vote:
    """What past tickets say for an article: a `score` added to its own, and how many similar `tickets` it solved."""

    score: float
    tickets: int


@dataclass(frozen=True)
class Hit:
    """An article and the passages that earned it its place, best first; `reasons` says what else did."""

    article: ArticleId
    title: str
    url: str | None
    score: float
    passages: tuple[ScoredPassage, ...]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answerability:
    """How surely what was found answers the question: a calibrated `probability`, and whether that is enough here.

    `reasons` name what speaks for and against it.
    """

    probability: float
    answerable: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Results:
    """The articles found, best first; `indexed` is how many articles this audience could have been shown.

    `answerability` is null where nothing was fitted to this knowledge base and embedder.
    """

    query: str
    hits: tuple[Hit, ...]
    indexed: int
    answerability: Answerability | None = None


@dataclass(frozen=True)
class Evidence:
    """A passage found for one ask."""

    ask: AskId
    passage: Passage
    score: float
    dense: float
    lexical: float
