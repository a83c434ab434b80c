"""What a search asks for and what it finds."""

from dataclasses import dataclass

from domain.articles import Audience, Passage
from domain.ids import DEFAULT_BRAND, ArticleId, AskId, BrandId
from domain.turns import Utterance


@dataclass(frozen=True)
class Query:
    """A question to the knowledge index; `history` is what was said before it, oldest first."""

    text: str
    brand: BrandId = DEFAULT_BRAND
    audience: Audience = "customer"
    language: str | None = None
    limit: int = 10
    history: tuple[Utterance, ...] = ()


@dataclass(frozen=True)
class ScoredPassage:
    """A passage and how well it matches: fused `score` 0..1, `dense` cosine -1..1, `lexical` BM25 stretched to 0..1."""

    passage: Passage
    score: float
    dense: float
    lexical: float


@dataclass(frozen=True)
class Hit:
    """An article and the passages that earned it its place, best first."""

    article: ArticleId
    title: str
    url: str | None
    score: float
    passages: tuple[ScoredPassage, ...]


@dataclass(frozen=True)
class Results:
    """The articles found, best first; `indexed` is how many articles this audience could have been shown."""

    query: str
    hits: tuple[Hit, ...]
    indexed: int


@dataclass(frozen=True)
class Evidence:
    """A passage found for one ask."""

    ask: AskId
    passage: Passage
    score: float
    dense: float
    lexical: float
