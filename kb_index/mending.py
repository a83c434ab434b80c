"""Whether shelves hold what the store says, and how they come to: from the vectors kept there, without embedding."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar, TypeVarTuple

from domain.articles import VISIBLE_TO, Visibility
from domain.ids import BrandId, PassageId
from kb_index.index import Shelves
from kb_index.store import PostgresKnowledge

MOVED_AT_ONCE = 1000

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True)
class Agreement:
    """How far a shelf agrees with the store: passages that are to be held, and those `missing` or one too many.

    `articles` should be found by their words, and `worded` are.
    """

    visibility: Visibility
    passages: int
    missing: int
    surplus: int
    articles: int
    worded: int

    @property
    def complete(self) -> bool:
        """Say whether store, vectors and words agree."""
        return not self.missing and not self.surplus and self.articles == self.worded


class Mender:
    """Mends and checks the shelves of one embedder."""

    def __init__(self, embedder: str, shelves: Shelves, store: PostgresKnowledge, pool: Executor) -> None:
        self._embedder = embedder
        self._shelves = shelves
        self._store = store
        self._pool = pool

    async def mend(self) -> None:
        """Make every shelf's vectors those of the store."""
        for brand, visibility in await self._store.shelves():
            await self._mend(brand, visibility)

    async def check(self, brand: BrandId) -> list[Agreement]:
        """Return how far each shelf of a brand agrees with the store."""
        return [await self._check(brand, visibility) for visibility in VISIBLE_TO["teammate"]]

    async def _mend(self, brand: BrandId, visibility: Visibility) -> None:
        wanted = await self._store.passage_ids(brand, visibility)
        held = await self._run(self._held, brand, visibility)
        shelf = await self._run(self._shelves, brand, visibility)
        if surplus := sorted(held - wanted):
            await self._run(shelf.vectors.delete, surplus)
        for ids in _parts(sorted(wanted - held)):
            known, vectors = await self._store.vectors_of(brand, ids, self._embedder)
            if known:
                await self._run(shelf.vectors.upsert, known, vectors)

    def _held(self, brand: BrandId, visibility: Visibility) -> set[PassageId]:
        shelf = self._shelves(brand, visibility)
        if not shelf.vectors.sound():
            shelf.vectors.clear()
        return shelf.vectors.ids()

    async def _check(self, brand: BrandId, visibility: Visibility) -> Agreement:
        wanted = await self._store.passage_ids(brand, visibility)
        shelf = await self._run(self._shelves, brand, visibility)
        held = await self._run(shelf.vectors.ids)
        articles = len({name.rpartition("#")[0] for name in wanted})
        worded = await self._run(shelf.lexical.count)
        return Agreement(visibility, len(wanted), len(wanted - held), len(held - wanted), articles, worded)

    async def _run(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)


def _parts(items: Sequence[PassageId]) -> Iterator[Sequence[PassageId]]:
    for start in range(0, len(items), MOVED_AT_ONCE):
        yield items[start : start + MOVED_AT_ONCE]
