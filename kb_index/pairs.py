"""Questions with the articles that people accepted for them: what learning learns from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from domain.ids import ArticleId, BrandId, TicketId

if TYPE_CHECKING:
    from kb_index.postgres_memory import PostgresMemory

PAGE = 500


@dataclass(frozen=True)
class Pair:
    """A question and the articles accepted for it; `asked_at` is None where nobody knows."""

    question: str
    articles: frozenset[ArticleId]
    asked_at: datetime | None = None


class Pairs(Protocol):
    """Where accepted pairs come from."""

    async def of(self, brand: BrandId) -> Sequence[Pair]:
        """Return every pair of a brand."""
        ...


class MemoryPairs:
    """The ticket memory: what customers asked, and the articles that teammates answered with."""

    def __init__(self, memory: PostgresMemory) -> None:
        self._memory = memory

    async def of(self, brand: BrandId) -> Sequence[Pair]:
        """Return every remembered ticket as a pair."""
        pairs: list[Pair] = []
        after: TicketId | None = None
        while page := await self._memory.page(brand, after, PAGE):
            pairs.extend(Pair(one.question, frozenset(one.articles), one.asked_at) for one in page)
            after = page[-1].ticket
        return pairs


def distinct(pairs: Iterable[Pair]) -> list[Pair]:
    """Return each question once, the earliest with all articles accepted for it, the earliest question first."""
    found: dict[str, Pair] = {}
    for pair in sorted(pairs, key=lambda pair: (pair.asked_at.timestamp() if pair.asked_at else 0.0, pair.question)):
        key = " ".join(pair.question.casefold().split())
        known = found.get(key, pair)
        found[key] = Pair(known.question, known.articles | pair.articles, known.asked_at)
    return list(found.values())
