"""The index as one embedder makes it, and the change to another one, without a pause.

The new edition is made beside the old one, which answers meanwhile and takes every change of an article. When each
passage has its new vector, new shelves are filled from these, and what was changed until then follows while nothing
else is put onto shelves; from then on the new edition answers. The old shelves are removed once no process uses them.
The old vectors stay until the next change, so that a way back costs no embedding.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime

from domain.articles import Visibility
from domain.ids import BrandId
from domain.search import Query, Results
from embedding.embedder import Embedder
from kb_index.embedders import Embedders, Known, Progress
from kb_index.index import Index, Shelves
from kb_index.indexing import Indexer
from kb_index.lexical import Lexical
from kb_index.postgres_memory import PostgresMemory


@dataclass(frozen=True)
class Edition:
    """The index as one embedder makes it: the shelves with its vectors, what searches them, and the tickets' memory."""

    known: Known
    embedder: Embedder
    shelves: Shelves
    index: Index
    memory: PostgresMemory


@dataclass(frozen=True)
class Building:
    """An edition that is being made: which embedder's, which one answers meanwhile, and how far it is."""

    embedder: str
    answering: str | None
    progress: Progress


class Words:
    """The words of each brand and visibility, which all editions share."""

    def __init__(self) -> None:
        self._known: dict[tuple[BrandId, Visibility], Lexical] = {}
        self._opening = threading.Lock()

    def __call__(self, brand: BrandId, visibility: Visibility) -> Lexical:
        """Return the words, none yet where they are new."""
        with self._opening:
            return self._known.setdefault((brand, visibility), Lexical())


class Editions:
    """The index that is searched: the wanted edition, or the one before until that is complete.

    `leave` closes what only the one before needs, and `discard` removes the shelves of an embedder, in `pool`.
    """

    def __init__(
        self,
        wanted: Edition,
        former: Edition | None,
        indexer: Indexer,
        embedders: Embedders,
        pool: Executor,
        discard: Callable[[str], None],
        leave: Callable[[], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._wanted = wanted
        self._former = former
        self._answering = former or wanted
        self._indexer = indexer
        self._embedders = embedders
        self._pool = pool
        self._discard = discard
        self._leave = leave
        self._now = now
        self._adopted = self._tidy = False

    async def search(self, query: Query) -> Results:
        """Return the articles that bear on a question, best first."""
        return await self._answering.index.search(query)

    async def building(self) -> Building | None:
        """Return how far the wanted edition is, None when it is complete."""
        if self._adopted:
            return None
        progress = await self._embedders.progress(self._wanted.known.id)
        return Building(self._wanted.known.id, self._former.known.id if self._former else None, progress)

    async def catch_up(self) -> None:
        """Do what is left of a change of embedder; it goes on where it was stopped, and is cheap when nothing is left.

        Raises EmbedderError and KnowledgeError.
        """
        if not self._adopted:
            await self._complete()
            await self._embedders.adopt(self._wanted.known.id, self._now())
            self._adopted = True
        elif not self._tidy:
            self._tidy = await self._remove_others()

    async def _complete(self) -> None:
        if self._former is None:
            await self._indexer.catch_up()
            return
        await self._indexer.change(self._wanted.embedder, self._wanted.shelves, self._answer)
        await self._embedders.release(self._former.known.id)
        self._former = None
        await self._leave()

    def _answer(self) -> None:
        self._answering = self._wanted

    async def _remove_others(self) -> bool:
        """Remove the shelves of embedders that nobody uses, and all vectors but the last one's; say whether all are."""
        done = True
        for other in await self._embedders.others(self._wanted.known.id):
            async with self._embedders.alone(other.id) as free:
                if free:
                    await asyncio.get_running_loop().run_in_executor(self._pool, self._discard, other.id)
                    if not other.previous:
                        await self._embedders.forget(other.id)
            done = done and free
        return done
