"""Bring articles into the index: first into the store of record, then, once they have vectors, onto the shelves.

Whatever stops it half-way, nothing is lost: what is stored and not yet on a shelf is found by `catch_up`.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal, TypeVar, TypeVarTuple

import numpy as np

from domain.articles import VISIBLE_TO, Article
from domain.ids import ArticleId, BrandId, PassageId
from embedding.embedder import Embedder, EmbedderError, Vectors
from kb_index.encoding import Encoding
from kb_index.errors import IndexUnavailable
from kb_index.index import Shelves
from kb_index.mending import Agreement, Mender
from kb_index.store import Change, PostgresKnowledge

ARTICLES_AT_ONCE = 8
GROUPS_AHEAD = 3
YEARS = range(1900, 9000)

State = Literal["added", "changed", "unchanged", "failed"]
_STATES: dict[tuple[bool, bool], State] = {
    (False, False): "unchanged",
    (True, False): "changed",
    (True, True): "added",
}

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_Key = tuple[BrandId, ArticleId]


@dataclass(frozen=True)
class Row:
    """What became of one article; a failed one says why, and one that customers are not shown until it is released."""

    id: ArticleId
    state: State
    reason: str | None = None


class Indexer:
    """The one who writes: it stores the next articles while those before them are embedded on the pool it is given.

    Raises KnowledgeError: UnknownBrand, and IndexUnavailable when the store of vectors does not answer.
    """

    def __init__(self, embedder: Embedder, shelves: Shelves, store: PostgresKnowledge, pool: Executor) -> None:
        self._embedder = embedder
        self._shelves = shelves
        self._store = store
        self._pool = pool
        self._encoding = Encoding(embedder, store, pool)
        self._mender = Mender(embedder.id, shelves, store, pool)
        self._storing = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._seen = 0
        self._shelved: set[int] = set()
        self._under_way: Counter[_Key] = Counter()
        self._behind = True

    async def put(
        self,
        brand: BrandId,
        articles: Iterable[Article],
        now: datetime,
        progress: Callable[[Row], None] | None = None,
        by: str | None = None,
    ) -> list[Row]:
        """Index articles and return a row for each, in order; `progress` gets every row as soon as it is safe.

        An article is stored with its passages in one transaction, then searchable; an unchanged one costs a look. `by`
        is the key or person that its history will name.
        """
        if self._behind:
            await self.catch_up()
        rows = []
        async with aclosing(self._groups(brand, articles, now, by)) as groups:
            async for group in groups:
                for row in group:
                    rows.append(row)
                    if progress:
                        progress(row)
        return rows

    async def delete(self, brand: BrandId, article: ArticleId, now: datetime, by: str | None = None) -> bool:
        """Bury an article; no search finds it from now on. False when there was none."""
        with self._going(brand, [article]):
            stored = await self._store.delete(brand, article, now, by)
            if stored.changed:
                await self._shelve(brand, [article], stored.before)
        return stored.changed

    async def release(self, brand: BrandId, article: ArticleId, now: datetime) -> bool:
        """Show customers a suspicious article from now on; False when there is none of that id."""
        with self._going(brand, [article]):
            stored = await self._store.release(brand, article, now)
            if stored.changed:
                await self._shelve(brand, [article], stored.before)
        return stored.changed

    async def catch_up(self) -> None:
        """Do what is left to do: embed what has no vector, mend the shelves, follow what other processes changed.

        Cheap when nothing is; call it at the start and every few seconds.
        """
        if not self._behind and not await self._store.changes_since(self._seen, limit=1):
            return
        await self._encoding.complete()
        async with self._turn:
            behind, self._behind = self._behind, False
            try:
                await self._follow(behind)
                if behind:
                    await self._mender.mend()
                    await self._store.sweep()
            except BaseException:
                self._behind = True
                raise

    async def check(self, brand: BrandId) -> list[Agreement]:
        """Return how far store, vectors and words of a brand agree, after catching up."""
        await self.catch_up()
        async with self._turn:
            return await self._mender.check(brand)

    async def change(self, embedder: Embedder, shelves: Shelves, changed: Callable[[], None]) -> None:
        """Fill the shelves of another embedder beside those there are, and go on with them.

        `changed` is called in the moment when they are complete, before anything else is put onto either.
        """
        encoding = Encoding(embedder, self._store, self._pool)
        mender = Mender(embedder.id, shelves, self._store, self._pool)
        await encoding.complete()
        await mender.mend()
        async with self._turn:
            await encoding.complete()
            await mender.mend()
            self._embedder, self._shelves, self._encoding, self._mender = embedder, shelves, encoding, mender
            changed()

    async def _groups(
        self, brand: BrandId, articles: Iterable[Article], now: datetime, by: str | None
    ) -> AsyncGenerator[list[Row], None]:
        """Yield what became of the articles, a group at a time and in order, while the next ones are under way."""
        ahead: deque[asyncio.Task[list[Row]]] = deque()
        remaining = iter(articles)
        try:
            while group := list(islice(remaining, ARTICLES_AT_ONCE)):
                ahead.append(asyncio.create_task(self._put(brand, group, now, by)))
                if len(ahead) > GROUPS_AHEAD:
                    yield await ahead.popleft()
            while ahead:
                yield await ahead.popleft()
        finally:
            for task in ahead:
                task.cancel()
            await asyncio.gather(*ahead, return_exceptions=True)

    async def _put(self, brand: BrandId, group: Sequence[Article], now: datetime, by: str | None) -> list[Row]:
        """Store a group, then put it on the shelves; groups are stored in the order they came, others meanwhile."""
        with self._going(brand, [article.id for article in group]):
            async with self._storing:
                rows, before = await self._store_all(brand, group, now, by)
            changed = [row.id for row in rows if row.state in ("added", "changed")]
            try:
                await self._shelve(brand, changed, before)
            except (EmbedderError, IndexUnavailable) as exc:
                self._behind = True
                reason = f"stored, and searchable once this is mended: {exc}"
                return [Row(row.id, "failed", reason) if row.id in changed else row for row in rows]
        return rows

    async def _store_all(
        self, brand: BrandId, group: Sequence[Article], now: datetime, by: str | None
    ) -> tuple[list[Row], set[PassageId]]:
        """Store articles, and return their rows and the names of the passages they had before."""
        rows: list[Row] = []
        before: set[PassageId] = set()
        for article in group:
            if reason := _refusal(article):
                rows.append(Row(article.id, "failed", reason))
                continue
            stored = await self._store.put(brand, article, now, by)
            before |= stored.before
            state = _STATES[stored.changed, stored.added]
            why = f"kept from customers: {stored.suspicion}" if stored.suspicion else None
            rows.append(Row(article.id, state, why))
        return rows, before

    @contextmanager
    def _going(self, brand: BrandId, articles: Iterable[ArticleId]) -> Iterator[None]:
        """Keep `catch_up` from these articles while they are brought in; whatever stops that, it finds them after."""
        keys = Counter((brand, article) for article in articles)
        self._under_way += keys
        try:
            yield
        except BaseException:
            self._behind = True
            raise
        finally:
            self._under_way -= keys

    async def _shelve(self, brand: BrandId, articles: Sequence[ArticleId], before: Iterable[PassageId]) -> None:
        """Put articles on the shelves as the store has them now, and take off what they were before."""
        if not articles:
            return
        await self._encoding.complete(_passages(await self._store.now(brand, articles)))
        async with self._turn:
            changes = await self._store.now(brand, articles)
            vectors = await self._vectors(brand, _passages(changes))
            await self._run(self._place, brand, changes, set(before), vectors)
            self._shelved |= {change.sequence for change in changes}

    async def _vectors(self, brand: BrandId, ids: Sequence[PassageId]) -> dict[PassageId, Vectors]:
        """Return the vectors of passages, made first where an article was changed again meanwhile."""
        known, vectors = await self._store.vectors_of(brand, ids, self._embedder.id)
        if len(known) < len(ids):
            await self._encoding.complete(ids)
            known, vectors = await self._store.vectors_of(brand, ids, self._embedder.id)
        return dict(zip(known, vectors, strict=True))

    def _place(
        self,
        brand: BrandId,
        changes: Sequence[Change],
        before: set[PassageId],
        vectors: Mapping[PassageId, Vectors],
    ) -> None:
        for visibility in VISIBLE_TO["teammate"]:
            here = [piece for change in changes for piece in change.passages if piece.visibility == visibility]
            ids = [piece.id for piece in here if piece.id in vectors]  # else it was just changed again
            shelf = self._shelves(brand, visibility)
            shelf.vectors.delete(sorted(before.union(vectors).difference(ids)))
            if ids:
                shelf.vectors.upsert(ids, np.stack([vectors[name] for name in ids]))
        self._word(brand, changes)

    def _word(self, brand: BrandId, changes: Sequence[Change]) -> None:
        for visibility in VISIBLE_TO["teammate"]:
            lexical = self._shelves(brand, visibility).lexical
            here = [piece for change in changes for piece in change.passages if piece.visibility == visibility]
            lexical.remove({change.article for change in changes}.difference(piece.article for piece in here))
            lexical.put(here)

    async def _follow(self, behind: bool) -> None:
        """Bring onto the shelves what others changed; only the words where the rest is mended anyway."""
        seen, unfinished = self._seen, set[int]()
        while changes := await self._store.changes_since(seen):
            seen = changes[-1].sequence
            unfinished |= {it.sequence for it in changes if self._unfinished(it)}
            fresh = [it for it in changes if it.sequence not in unfinished and it.sequence not in self._shelved]
            for brand in {it.brand: None for it in fresh}:
                await self._take_up(brand, [it for it in fresh if it.brand == brand], behind)
        self._seen = min([seen, *(sequence - 1 for sequence in unfinished)])
        self._shelved = {sequence for sequence in self._shelved if sequence > self._seen}

    async def _take_up(self, brand: BrandId, changes: Sequence[Change], behind: bool) -> None:
        if behind:
            await self._run(self._word, brand, changes)
        else:
            vectors = await self._vectors(brand, _passages(changes))
            await self._run(self._place, brand, changes, set[PassageId](), vectors)

    def _unfinished(self, change: Change) -> bool:
        """Say whether this process is about to bring a change onto the shelves itself."""
        return change.sequence not in self._shelved and (change.brand, change.article) in self._under_way

    async def _run(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)


def _passages(changes: Iterable[Change]) -> list[PassageId]:
    return [passage.id for change in changes for passage in change.passages]


def _refusal(article: Article) -> str | None:
    """Say why an article cannot be stored, None when it can."""
    if not (article.id.strip() and article.title.strip() and article.body.strip()):
        return "an id, a title and a body are needed"
    if article.updated_at and article.updated_at.year not in YEARS:
        return f"updated_at {article.updated_at.isoformat()!r} is no date of an article"
    text = f"{article.id}{article.title}{article.body}"
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return "it holds characters that no text may hold: NUL or half of a surrogate pair"
    return None
