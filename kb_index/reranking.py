"""Put the best articles in a new order by a model that reads question and passage together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from domain.search import Hit

READ = 20
DIGITS = 6


class Reader(Protocol):
    """A model that reads a question and a text together."""

    @property
    def id(self) -> str:
        """Name the model and its weights."""
        ...

    def read(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return for each text how likely it answers the question, 0..1."""
        ...


class ReadingReranker:
    """Reads the best passage of each of the best 20 articles; what comes after them stays after them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @property
    def id(self) -> str:
        """Name the model and its weights."""
        return self._reader.id

    def rerank(self, question: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Return the hits by what the reader makes of them, which becomes their score."""
        near, far = hits[:READ], hits[READ:]
        scores = self._reader.read(question, [hit.passages[0].passage.embedded_text for hit in near])
        read = [replace(hit, score=round(score, DIGITS)) for hit, score in zip(near, scores, strict=True)]
        read.sort(key=lambda hit: -hit.score)
        least = read[-1].score if read else 0.0
        return (*read, *(replace(hit, score=min(hit.score, least)) for hit in far))
