"""Contents on a bench: searched in memory exactly as they are served, with one thing learned after the other."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from domain.articles import Passage
from domain.ids import DEFAULT_BRAND, ArticleId, BrandId
from domain.search import Query
from embedding.embedder import Embedder, Vectors
from kb_index.adapters import Pulls
from kb_index.contents import Contents
from kb_index.index import KnowledgeIndex, Shelf, Shelves
from kb_index.learned import Adapters, Learned, Memory
from kb_index.lexical import Lexical
from kb_index.one_shot import FolderPassages, Kept
from kb_index.pairs import Pair
from kb_index.vectors import ExactVectors

DEPTH = 10
AT_ONCE = 8


@dataclass(frozen=True)
class Standing:
    """Where the first accepted article of a pair stands, from 1; 0 where it is not among the first ten."""

    place: int

    @property
    def reciprocal(self) -> float:
        """Return 1 over the place, 0 where there is none."""
        return 1 / self.place if self.place else 0.0


class Bench:
    """The public articles of one help center, and the questions asked of them."""

    def __init__(
        self,
        contents: Contents,
        embedder: Embedder,
        pool: Executor,
        memory: Memory | None = None,
        brand: BrandId = DEFAULT_BRAND,
    ) -> None:
        self.embedder = embedder
        self.brand = brand
        self._contents = contents
        self._memory = memory
        self._pool = pool
        self._kept, self._vectors = _public(contents)
        shelf = Shelf(ExactVectors([one.passage.id for one in self._kept], self._vectors), Lexical())
        shelf.lexical.put([one.passage for one in self._kept])
        self._shelves = Shelves(lambda _brand, _visibility: shelf)

    @cached_property
    def families(self) -> Mapping[ArticleId, ArticleId]:
        """Return the articles that a customer may be shown, each with the name it shares with its translations."""
        return {one.passage.article: one.family for one in self._kept}

    async def over(self, embedder: Embedder, tell: Callable[[int, int], None]) -> "Bench":
        """Return a bench of the same articles for another embedder, without the ticket memory of this one.

        `tell` hears how many passages are embedded.
        """
        texts = [passage.embedded_text for passage in self._contents.passages]
        run = asyncio.get_running_loop().run_in_executor
        rows: list[Vectors] = []
        for start in range(0, len(texts), AT_ONCE):
            rows.append(await run(self._pool, embedder.embed_passages, texts[start : start + AT_ONCE]))
            tell(min(start + AT_ONCE, len(texts)), len(texts))
        return Bench(replace(self._contents, vectors=np.concatenate(rows)), embedder, self._pool, None, self.brand)

    def forgetting(self) -> "Bench":
        """Return this bench without its ticket memory."""
        return Bench(self._contents, self.embedder, self._pool, None, self.brand)

    def nearest(self, question: Vectors, families: Collection[ArticleId]) -> Passage:
        """Return the passage of these families of articles that is nearest to a question."""
        rows = [row for row, one in enumerate(self._kept) if one.family in families]
        return self._kept[rows[int(np.argmax(self._vectors[rows] @ question))]].passage

    def pulls(self) -> Pulls:
        """Return what draws questions among the passages: families of articles, so that translations are no rivals."""
        return Pulls([one.family for one in self._kept], self._vectors)

    async def questions(self, pairs: Sequence[Pair]) -> Vectors:
        """Return a vector for each question, embedded in the pool."""
        run = asyncio.get_running_loop().run_in_executor
        parts = [[pair.question for pair in pairs[start : start + AT_ONCE]] for start in range(0, len(pairs), AT_ONCE)]
        found = await asyncio.gather(*(run(self._pool, self.embedder.embed_queries, part) for part in parts))
        return np.concatenate(found)

    async def standings(self, pairs: Sequence[Pair], adapters: Adapters | None = None) -> list[Standing]:
        """Return where the accepted families of articles stand, searched as customers do when they asked."""
        learned = Learned(memory=self._memory, adapters=adapters)
        index = KnowledgeIndex(
            self.embedder, self._shelves, FolderPassages({"public": self._kept, "internal": []}), self._pool, learned
        )
        found: list[Standing] = []
        for start in range(0, len(pairs), AT_ONCE):
            found += await asyncio.gather(*(self._standing(index, pair) for pair in pairs[start : start + AT_ONCE]))
        return found

    async def _standing(self, index: KnowledgeIndex, pair: Pair) -> Standing:
        found = await index.search(Query(pair.question, self.brand, limit=DEPTH, asked_at=pair.asked_at))
        places = (place for place, hit in enumerate(found.hits, 1) if self.families[hit.article] in pair.articles)
        return Standing(next(places, 0))


def _public(contents: Contents) -> tuple[list[Kept], Vectors]:
    """Return the public passages article by article, and their vectors."""
    passages = contents.passages
    rows = [row for row, one in enumerate(passages) if one.visibility == "public"]
    rows.sort(key=lambda row: (passages[row].article, passages[row].start))
    family = {one.id: ArticleId(one.translation_of or one.id) for one in contents.articles}
    kept = [Kept(one, family[one.article]) for one in (passages[row] for row in rows)]
    return kept, contents.vectors[rows]
