"""What `--json` prints: one document per command, in the shapes that the HTTP API answers with."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter

from domain.decisions import Decision
from domain.search import Hit, Results, ScoredPassage

DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)


class Document(BaseModel):
    """Something printed as JSON."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class FoundPiece(Document):
    """A passage that earned its article a place."""

    id: str
    text: str
    start: int
    end: int
    score: float

    @classmethod
    def of(cls, scored: ScoredPassage) -> Self:
        """Return a passage as it is printed."""
        passage = scored.passage
        return cls(id=passage.id, text=passage.text, start=passage.start, end=passage.end, score=scored.score)


class FoundArticle(Document):
    """An article that was found, and why."""

    article: str
    title: str
    url: str | None
    score: float
    passages: tuple[FoundPiece, ...]

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """Return an article as it is printed."""
        pieces = tuple(FoundPiece.of(scored) for scored in hit.passages)
        return cls(article=hit.article, title=hit.title, url=hit.url, score=hit.score, passages=pieces)


class Found(Document):
    """The articles found for a query, best first."""

    query: str
    results: tuple[FoundArticle, ...]

    @classmethod
    def of(cls, results: Results) -> Self:
        """Return a search as it is printed."""
        return cls(query=results.query, results=tuple(FoundArticle.of(hit) for hit in results.hits))


def plain(document: Document | Decision) -> dict[str, Any]:
    """Return a document as JSON values."""
    if isinstance(document, Document):
        return document.model_dump(mode="json")
    values: dict[str, Any] = DECISION.dump_python(document, mode="json")
    return values
