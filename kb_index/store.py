"""The store of record in PostgreSQL: which articles exist, for whom, in which words, and the vectors of their passages.

Every change of an article takes the next number of one sequence, one change at a time, so that whoever has seen a
number has seen all below it.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, bindparam, delete, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.knowledge import articles, changes, passages, vectors
from domain.articles import VISIBLE_TO, Article, Audience, Passage, Standing, Version, Visibility
from domain.ids import ArticleId, BrandId, PassageId
from embedding.embedder import Vectors
from kb_index import history, quarantine, votes
from kb_index.errors import UnknownBrand
from kb_index.passages import cut
from kb_index.ranking import Candidate
from kb_index.records import APART, AnyRow, article_hash, article_of, matrix_of, passage_of, piece_of, row_of
from kb_index.register import Entry

ONE_AT_A_TIME = 0x0DE5_CB11
_LIVE = articles.c.deleted_at.is_(None)
_OF = (passages.c.brand == articles.c.brand) & (passages.c.article == articles.c.id)
_CANDIDATES = (
    select(
        passages.c.id,
        passages.c.article,
        articles.c.language,
        articles.c.passages,
        func.coalesce(articles.c.translation_of, articles.c.id),
    )
    .join(articles, _OF)
    .where(_LIVE)
)
_TOLD = ("title", "url", "language", "visibility", "updated_at", "translation_of")
_WITH_ARTICLE = select(passages, *(articles.c[name] for name in _TOLD)).join(articles, _OF).where(_LIVE)
_NAMES = ARRAY(Text)
_FOR = (  # built once: of a search, building it anew costs as much as running it
    (passages.c.brand == bindparam("brand"))
    & (articles.c.visibility == func.any(bindparam("visible", type_=_NAMES)))
    & (passages.c.id == func.any(bindparam("ids", type_=_NAMES)))
)
_LAST = select(func.max(articles.alias().c.sequence)).scalar_subquery().label("last")
_SHOWN = _WITH_ARTICLE.add_columns(_LAST).where(_FOR)
_SHOWN_CANDIDATES = _CANDIDATES.where(_FOR)
_ENTRIES = select(
    articles.c.brand,
    articles.c.id,
    articles.c.sequence,
    articles.c.visibility,
    articles.c.language,
    articles.c.deleted_at,
    func.coalesce(articles.c.translation_of, articles.c.id).label("family"),
    func.array(select(passages.c.id).where(_OF).order_by(passages.c.position).scalar_subquery()).label("cut"),
)


@dataclass(frozen=True)
class Stored:
    """What a put, release or delete did; `before` names the passages that the article had until then.

    `suspicion` says why customers are not shown it until somebody releases it.
    """

    changed: bool
    added: bool = False
    before: frozenset[PassageId] = frozenset()
    suspicion: str | None = None


@dataclass(frozen=True)
class Change:
    """An article as it is now, after the change of this number: its passages in order, none for a deleted one."""

    brand: BrandId
    article: ArticleId
    sequence: int
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Entered:
    """What a search must know of an article after the change of this number; no `entry` for a deleted one."""

    brand: BrandId
    article: ArticleId
    sequence: int
    visibility: Visibility
    entry: Entry | None


@dataclass(frozen=True)
class Shown:
    """Passages in their words, and the number of the last change of any article until then, 0 before the first."""

    passages: dict[PassageId, Passage]
    sequence: int


class PostgresKnowledge:
    """The articles of all brands."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")  # one round trip a query, not three

    async def put(self, brand: BrandId, article: Article, now: datetime, by: str | None = None) -> Stored:
        """Store an article with its passages in one transaction; a deleted one of that id lives again.

        The version before stays in its history. An owner or review date alone makes no version. A suspicious one is
        kept from customers, but for the words that somebody released. Raises UnknownBrand.
        """
        article = quarantine.held(article)
        digest = article_hash(article)
        known = await self._version(brand, article)
        if known and known.hash == digest and known.deleted_at is None:
            return Stored(await self._tend(brand, article, known), suspicion=known.suspicion)
        if released := known.released_at if known and known.same and article.suspicion else None:
            article = replace(article, visibility="public", suspicion=None)
        pieces = await asyncio.to_thread(cut, article)
        row = {**row_of(brand, article), "hash": digest, "passages": len(pieces), "sequence": changes.next_value()}
        row |= {"stored_at": now, "stored_by": by, "deleted_at": None, "released_at": released}
        upsert = insert(articles).values({**row, "version": 1})
        upsert = upsert.on_conflict_do_update(
            index_elements=["brand", "id"], set_={**row, "version": articles.c.version + 1}
        )
        async with self._changing(brand) as connection:
            await history.replace(connection, brand, article.id)
            await connection.execute(upsert)
            before = await _take_apart(connection, brand, article.id)
            if pieces:
                await connection.execute(insert(passages), [piece_of(brand, *piece) for piece in enumerate(pieces)])
            await _forget_unused(connection, before)
        new = known is None or known.deleted_at is not None
        return Stored(True, new, frozenset(before), article.suspicion)

    async def release(self, brand: BrandId, article: ArticleId, now: datetime) -> Stored:
        """Show customers a suspicious article from now on, in the words it has; unchanged when there is none such."""
        suspicious = articles.c.suspicion.is_not(None)
        freed = {"visibility": "public", "suspicion": None, "released_at": now, "reviewed_at": now}
        async with self._changing(brand) as connection:
            released = update(articles).where(_named(brand, article), _LIVE, suspicious).returning(articles.c.id)
            if await connection.scalar(released.values({**freed, "sequence": changes.next_value()})) is None:
                return Stored(changed=False)
            pieces = select(passages.c.id).where(passages.c.brand == brand, passages.c.article == article)
            return Stored(True, before=frozenset((await connection.scalars(pieces)).all()))

    async def delete(self, brand: BrandId, article: ArticleId, now: datetime, by: str | None = None) -> Stored:
        """Bury an article and the text of all its versions: nobody is shown it from now on.

        Unchanged when there is none, or no longer.
        """
        nothing: dict[str, Any] = {"title": "", "body": "", "url": None, "tags": [], "passages": 0}
        row = {**nothing, "stored_at": now, "stored_by": by, "deleted_at": now, "sequence": changes.next_value()}
        async with self._changing(brand) as connection:
            if await connection.scalar(select(articles.c.id).where(_named(brand, article), _LIVE)) is None:
                return Stored(changed=False)
            await history.replace(connection, brand, article)
            await history.erase(connection, brand, article)
            buried = update(articles).where(_named(brand, article))
            await connection.execute(buried.values({**row, "version": articles.c.version + 1}))
            before = await _take_apart(connection, brand, article)
            await _forget_unused(connection, before)
        return Stored(True, before=frozenset(before))

    async def get(self, brand: BrandId, article: ArticleId) -> Article | None:
        """Return a living article, None when there is none of that id."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(articles).where(_named(brand, article), _LIVE))).one_or_none()
        return article_of(row) if row else None

    async def page(self, brand: BrandId, after: ArticleId | None, limit: int) -> list[Article]:
        """Return the next `limit` living articles in the order of their ids, after one of them."""
        query = select(articles).where(articles.c.brand == brand, _LIVE, articles.c.id > (after or ""))
        async with self._engine.connect() as connection:
            rows = await connection.execute(query.order_by(articles.c.id).limit(limit))
            return [article_of(row) for row in rows]

    async def candidates(self, brand: BrandId, audience: Audience, ids: Collection[PassageId]) -> list[Candidate]:
        """Return those of the passages that this audience may see now, without their words."""
        async with self._reading.connect() as connection:
            rows = await connection.execute(_SHOWN_CANDIDATES, _for(brand, audience, ids))
            return [Candidate(*row) for row in rows]

    async def live(self, brand: BrandId, audience: Audience, ids: Collection[PassageId]) -> dict[PassageId, Passage]:
        """Return those of the passages that this audience may see now: the last word of every search."""
        return (await self.shown(brand, audience, ids)).passages

    async def shown(self, brand: BrandId, audience: Audience, ids: Collection[PassageId]) -> Shown:
        """Return what `live` does, and how far the articles had changed by then."""
        async with self._reading.connect() as connection:
            rows = (await connection.execute(_SHOWN, _for(brand, audience, ids))).all()
            last = rows[0].last if rows else await connection.scalar(select(_LAST)) or 0
        return Shown({PassageId(row.id): passage_of(row) for row in rows}, last)

    async def entries(self, sequence: int, limit: int) -> list[Entered]:
        """Return what changed after a number, oldest first: of each article which passages it has now."""
        changed = _ENTRIES.where(articles.c.sequence > sequence).order_by(articles.c.sequence).limit(limit)
        async with self._reading.connect() as connection:
            return [_entered(row) for row in await connection.execute(changed)]

    async def translated(
        self, brand: BrandId, audience: Audience, families: Collection[ArticleId], language: str
    ) -> list[Candidate]:
        """Return the passages, in a language, of the articles of these families that this audience may see now."""
        names = list(families)
        member = articles.c.id.in_(names) | articles.c.translation_of.in_(names)
        spoken = (articles.c.language == language) & articles.c.visibility.in_(VISIBLE_TO[audience])
        async with self._engine.connect() as connection:
            rows = await connection.execute(_CANDIDATES.where(articles.c.brand == brand, member, spoken))
            return [Candidate(*row) for row in rows]

    async def versions(self, brand: BrandId, article: ArticleId) -> list[Version]:
        """Return the present version of an article and the newest before it; none where none was ever stored."""
        async with self._engine.connect() as connection:
            return await history.of(connection, brand, article)

    async def standings(self, brand: BrandId, ids: Collection[ArticleId]) -> dict[ArticleId, Standing]:
        """Return how those of the articles that live stand with their readers and keepers."""
        async with self._engine.connect() as connection:
            return await votes.standings(connection, brand, ids)

    async def count(
        self, brand: BrandId, audience: Audience, article: ArticleId, up: int = 0, down: int = 0, views: int = 0
    ) -> Standing | None:
        """Count votes and views of an article, and return how it stands; None when the audience has no such article."""
        async with self._engine.begin() as connection:
            if not await votes.add(connection, brand, audience, article, up, down, views):
                return None
            return (await votes.standings(connection, brand, [article])).get(article)

    async def review(
        self, brand: BrandId, article: ArticleId, owner: str | None, review_by: date | None, now: datetime
    ) -> Standing | None:
        """Note that an article was read again, and who looks after it; None when there is no such article."""
        noted = update(articles).where(_named(brand, article), _LIVE)
        async with self._engine.begin() as connection:
            await connection.execute(noted.values(owner=owner, review_by=review_by, reviewed_at=now))
            return (await votes.standings(connection, brand, [article])).get(article)

    async def indexed(self, brand: BrandId, audience: Audience) -> int:
        """Return how many articles this audience may see now."""
        visible = articles.c.visibility.in_(VISIBLE_TO[audience])
        query = select(func.count()).where(articles.c.brand == brand, visible, _LIVE)
        async with self._engine.connect() as connection:
            return await connection.scalar(query) or 0

    async def counts(self, brand: BrandId) -> dict[Visibility, int]:
        """Return how many living articles of each visibility a brand has."""
        query = select(articles.c.visibility, func.count()).where(articles.c.brand == brand, _LIVE)
        async with self._engine.connect() as connection:
            found = {row[0]: row[1] for row in await connection.execute(query.group_by(articles.c.visibility))}
        return {"public": found.get("public", 0), "internal": found.get("internal", 0)}

    async def shelves(self) -> list[tuple[BrandId, Visibility]]:
        """Return every brand and visibility that articles were ever stored for."""
        query = select(articles.c.brand).distinct().order_by(articles.c.brand)
        async with self._engine.connect() as connection:
            brands = (await connection.scalars(query)).all()
        return [(BrandId(brand), visibility) for brand in brands for visibility in VISIBLE_TO["teammate"]]

    async def changes_since(self, sequence: int, limit: int = 100) -> list[Change]:
        """Return the next changes after a number, oldest first; of an article only its last one."""
        return await self._changes(select(articles).where(articles.c.sequence > sequence).limit(limit))

    async def now(self, brand: BrandId, ids: Collection[ArticleId]) -> list[Change]:
        """Return these articles as they are now, deleted ones too."""
        return await self._changes(
            select(articles).where(articles.c.brand == brand, articles.c.id == func.any(list(ids)))
        )

    async def _changes(self, chosen: Select[Any]) -> list[Change]:
        async with self._engine.connect() as connection:
            rows = (await connection.execute(chosen.order_by(articles.c.sequence))).all()
            keys = [(row.brand, row.id) for row in rows]
            query = _WITH_ARTICLE.where(tuple_(passages.c.brand, passages.c.article).in_(keys))
            cuts: dict[tuple[str, str], list[Passage]] = {}
            for row in await connection.execute(query.order_by(passages.c.position)):
                cuts.setdefault((row.brand, row.article), []).append(passage_of(row))
        return [Change(row.brand, row.id, row.sequence, tuple(cuts.get((row.brand, row.id), ()))) for row in rows]

    async def passage_ids(self, brand: BrandId, visibility: Visibility) -> set[PassageId]:
        """Return the names of all living passages of a shelf."""
        query = select(passages.c.id).join(articles, _OF)
        query = query.where(articles.c.brand == brand, articles.c.visibility == visibility, _LIVE)
        async with self._engine.connect() as connection:
            return {PassageId(name) for name in await connection.scalars(query)}

    async def vectors_of(
        self, brand: BrandId, ids: Collection[PassageId], embedder: str
    ) -> tuple[list[PassageId], Vectors]:
        """Return the passages among these that have a vector, and their vectors, row by row."""
        query = select(passages.c.id, vectors.c.vector).join(vectors, vectors.c.hash == passages.c.hash)
        query = query.where(passages.c.brand == brand, passages.c.id == func.any(list(ids)))
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query.where(vectors.c.embedder == embedder))).all()
        return [PassageId(row.id) for row in rows], matrix_of([row.vector for row in rows])

    async def pending(self, embedder: str, limit: int, only: Collection[PassageId] | None = None) -> dict[bytes, str]:
        """Return texts of living passages that have no vector yet, by their hash: the oldest changes first."""
        missing = (
            ~select(vectors.c.hash).where(vectors.c.hash == passages.c.hash, vectors.c.embedder == embedder).exists()
        )
        query = _WITH_ARTICLE.where(missing).order_by(articles.c.sequence, passages.c.position).limit(limit)
        if only is not None:
            query = query.where(passages.c.id == func.any(list(only)))
        async with self._engine.connect() as connection:
            return {row.hash: passage_of(row).embedded_text for row in await connection.execute(query)}

    async def keep(self, embedder: str, found: Mapping[bytes, Vectors]) -> None:
        """Keep vectors by the hash of the text they stand for."""
        rows = [
            {"hash": key, "embedder": embedder, "vector": row.astype("<f4").tobytes()} for key, row in found.items()
        ]
        async with self._engine.begin() as connection:
            await connection.execute(insert(vectors).on_conflict_do_nothing(), rows)

    async def sweep(self) -> int:
        """Forget the vectors of texts that no passage holds any more, and return how many there were."""
        async with self._engine.begin() as connection:
            return (await connection.execute(delete(vectors).where(~_used()))).rowcount

    async def _tend(self, brand: BrandId, article: Article, known: AnyRow) -> bool:
        """Note who looks after an article that says what it said; say whether that is news."""
        told = {name: getattr(article, name) for name in APART}
        news = {name: value for name, value in told.items() if value not in (None, getattr(known, name))}
        if news:
            async with self._engine.begin() as connection:
                await connection.execute(update(articles).where(_named(brand, article.id), _LIVE).values(news))
        return bool(news)

    async def _version(self, brand: BrandId, article: Article) -> AnyRow | None:
        same = (articles.c.title == article.title) & (articles.c.body == article.body)
        told = (articles.c[name] for name in ("hash", "deleted_at", "suspicion", "released_at", *APART))
        query = select(*told, same.label("same")).where(_named(brand, article.id))
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).one_or_none()

    @asynccontextmanager
    async def _changing(self, brand: BrandId) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.begin() as connection:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
                yield connection
        except IntegrityError as exc:
            if "fk_articles_brand" not in str(exc.orig):
                raise
            raise UnknownBrand(f"there is no brand {brand!r}: make it with `deskhand brands add {brand}`") from exc


def _entered(row: AnyRow) -> Entered:
    entry = None if row.deleted_at else Entry(row.id, row.language, row.family, tuple(row.cut))
    return Entered(row.brand, row.id, row.sequence, row.visibility, entry)


def _named(brand: BrandId, article: ArticleId) -> ColumnElement[bool]:
    return (articles.c.brand == brand) & (articles.c.id == article)


async def _take_apart(connection: AsyncConnection, brand: BrandId, article: ArticleId) -> dict[PassageId, bytes]:
    """Delete the passages of an article, and return the names that their texts have among the vectors."""
    gone = delete(passages).where(passages.c.brand == brand, passages.c.article == article)
    rows = await connection.execute(gone.returning(passages.c.id, passages.c.hash))
    return {PassageId(row.id): row.hash for row in rows}


async def _forget_unused(connection: AsyncConnection, before: Mapping[PassageId, bytes]) -> None:
    """Forget the vectors of these texts, but for those that a passage still holds."""
    if before:
        gone = delete(vectors).where(vectors.c.hash == func.any(list(before.values())), ~_used())
        await connection.execute(gone)


def _used() -> ColumnElement[bool]:
    return select(passages.c.hash).where(passages.c.hash == vectors.c.hash).exists()


def _for(brand: BrandId, audience: Audience, ids: Collection[PassageId]) -> dict[str, Any]:
    return {"brand": brand, "visible": list(VISIBLE_TO[audience]), "ids": list(ids)}
