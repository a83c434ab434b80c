"""Keep the line of every brand fitted to what its help center holds."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from database.knowledge import articles
from domain.articles import Article, Passage
from domain.ids import ArticleId, BrandId
from embedding.embedder import Embedder, Vectors
from kb_index import titles
from kb_index.answerability import LINE, Line
from kb_index.fits import Fits, InUse, Subject
from kb_index.fitting import FEWEST
from kb_index.store import PostgresKnowledge
from kb_index.titles import Titles

LOOK_S = 10.0
MOVED = 0.1  # of the articles: from then on a line is out of date
MOST_READ = 3000  # articles: more of them change a line no further, and fill the memory
PAGE = 200


@dataclass(frozen=True)
class Extent:
    """How many public articles a brand has, and the number of its last change."""

    articles: int
    sequence: int


class Lines:
    """The lines in use, and the one who fits them, in the background and once a brand's articles have settled."""

    def __init__(
        self,
        engine: AsyncEngine,
        store: PostgresKnowledge,
        fits: Fits,
        embedder: Embedder,
        background: Executor,
        now: Callable[[], datetime],
        look_s: float = LOOK_S,
    ) -> None:
        self._engine = engine
        self._store = store
        self._fits = fits
        self._embedder = embedder
        self._background = background
        self._now = now
        self._look_s = look_s
        self._in_use = InUse(fits, embedder.id, "answerability", LINE.validate_json)
        self._looked = float("-inf")
        self._seen: dict[BrandId, Extent] = {}

    def get(self, brand: BrandId) -> Line | None:
        """Return the line in use for a brand, None where none was fitted yet."""
        return self._in_use.get(brand)

    async def catch_up(self) -> None:
        """Take up what was fitted, and fit what is out of date; cheap in between, call it every few seconds."""
        await self._in_use.catch_up()
        if time.monotonic() - self._looked < self._look_s:
            return
        before, self._seen = self._seen, await self._extents()
        for brand, extent in self._seen.items():
            if extent == before.get(brand) and await self._due(brand, extent):
                await self.fit(brand, extent)
        self._looked = time.monotonic()

    async def fit(self, brand: BrandId, extent: Extent) -> bool:
        """Fit a brand's line to its articles and put it in use; false where there are too few that have vectors yet."""
        passages, vectors, families = await self._read(brand)
        if len({it.article for it in passages}) < (1 - MOVED) * len(families):
            return False
        asked = await self._run(Titles, passages, vectors, families, self._embedder)
        found = await asyncio.to_thread(titles.line, asked, self._embedder.id, self._background)
        if found is None:
            return False
        line, report = found
        told = {**asdict(extent), **asdict(report), "threshold": round(line.threshold, 4)}
        await self._fits.adopt(self._subject(brand), LINE.dump_json(line), told, self._now())
        await self._in_use.catch_up()
        return True

    async def _due(self, brand: BrandId, extent: Extent) -> bool:
        """Say whether so much changed since the last fit that its line is out of date."""
        if extent.articles < FEWEST:
            return False
        fit = await self._fits.current(self._subject(brand))
        if fit is None:
            return True
        since = select(func.count()).where(articles.c.brand == brand, articles.c.sequence > fit.report["sequence"])
        async with self._engine.connect() as connection:
            moved = await connection.scalar(since) or 0
        return bool(moved >= MOVED * max(extent.articles, fit.report["articles"]))

    async def _extents(self) -> dict[BrandId, Extent]:
        public = func.count().filter(articles.c.deleted_at.is_(None), articles.c.visibility == "public")
        query = select(articles.c.brand, public, func.max(articles.c.sequence)).group_by(articles.c.brand)
        async with self._engine.connect() as connection:
            return {BrandId(row[0]): Extent(row[1], row[2]) for row in await connection.execute(query)}

    async def _read(self, brand: BrandId) -> tuple[list[Passage], Vectors, dict[ArticleId, ArticleId]]:
        """Return public passages with their vectors, and the family of each article."""
        passages: list[Passage] = []
        rows: list[Vectors] = []
        families: dict[ArticleId, ArticleId] = {}
        last = ArticleId("")
        while len(families) < MOST_READ and (page := await self._store.page(brand, last, PAGE)):
            last = page[-1].id
            families |= {it.id: ArticleId(it.translation_of or it.id) for it in page if it.visibility == "public"}
            async for passage, vector in self._passages(brand, page):
                passages.append(passage)
                rows.append(vector)
        return passages, np.stack(rows) if rows else np.empty((0, 0), np.float32), families

    async def _passages(self, brand: BrandId, page: Sequence[Article]) -> AsyncIterator[tuple[Passage, Vectors]]:
        """Yield the public passages of some articles, each with its vector; those that have none yet are left out."""
        changes = await self._store.now(brand, [it.id for it in page])
        cut = [it for change in changes for it in change.passages if it.visibility == "public"]
        names, vectors = await self._store.vectors_of(brand, [it.id for it in cut], self._embedder.id)
        found = dict(zip(names, vectors, strict=True))
        for passage in cut:
            if passage.id in found:
                yield passage, found[passage.id]

    def _subject(self, brand: BrandId) -> Subject:
        return Subject(brand, self._embedder.id, "answerability")

    async def _run(self, work: Callable[..., Titles], *args: object) -> Titles:
        return await asyncio.get_running_loop().run_in_executor(self._background, work, *args)
