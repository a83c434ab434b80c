"""The store of record in PostgreSQL: which articles exist, for whom, in which words, and the vectors of their passages.

Every change of an article takes the next number of one sequence, one change at a time, so that whoever has seen a
number has seen all below it.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Row, Select, delete, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.knowledge import articles, changes, passages, vectors
from domain.articles import VISIBLE_TO, Article, Audience, Passage, Visibility
from domain.ids import ArticleId, BrandId, PassageId
from embedding.embedder import Vectors
from kb_index.errors import UnknownBrand
from kb_index.passages import VERSION, cut
from kb_index.ranking import Candidate

ONE_AT_A_TIME = 0x0DE5_CB11
_Row = Row[*tuple[Any, ...]]
_FIELDS = [column for column in articles.c if column.name in Article.__dataclass_fields__]
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


@dataclass(frozen=True)
class Stored:
    """What a put or delete did; `before` names the passages that the article had until then."""

    changed: bool
    added: bool = False
    before: frozenset[PassageId] = frozenset()


@dataclass(frozen=True)
class Change:
    """An article as it is now, after the change of this number: its passages in order, none for a deleted one."""

    brand: BrandId
    article: ArticleId
    sequence: int
    passages: tuple[Passage, ...]


class PostgresKnowledge:
    """The articles of all brands."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def put(self, brand: BrandId, article: Article, now: datetime) -> Stored:
        """Store an article with its passages in one transaction; a deleted one of that id lives again.

        Raises UnknownBrand.
        """
        digest = _hash(article)
        known = await self._version(brand, article.id)
        if known and known.hash == digest and known.deleted_at is None:
            return Stored(changed=False)
        pieces = await asyncio.to_thread(cut, article)
        row = {**_row(brand, article), "hash": digest, "passages": len(pieces), "sequence": changes.next_value()}
        row |= {"stored_at": now, "deleted_at": None}
        upsert = insert(articles).values({**row, "version": 1})
        upsert = upsert.on_conflict_do_update(
            index_elements=["brand", "id"], set_={**row, "version": articles.c.version + 1}
        )
        async with self._changing(brand) as connection:
            before = await _passage_ids(connection, brand, article.id)
            await connection.execute(upsert)
            await connection.execute(delete(passages).where(_passages_of(brand, article.id)))
            if pieces:
                await connection.execute(insert(passages), [_piece(brand, *piece) for piece in enumerate(pieces)])
        return Stored(True, known is None or known.deleted_at is not None, before)

    async def delete(self, brand: BrandId, article: ArticleId, now: datetime) -> Stored:
        """Bury an article: nobody is shown it from now on. Unchanged when there is none, or no longer."""
        async with self._changing(brand) as connection:
            before = await _passage_ids(connection, brand, article)
            buried = update(articles).where(articles.c.brand == brand, articles.c.id == article, _LIVE)
            buried = buried.values(deleted_at=now, body="", passages=0, sequence=changes.next_value())
            changed = (await connection.execute(buried)).rowcount > 0
            await connection.execute(delete(passages).where(_passages_of(brand, article)))
        return Stored(changed, before=before)

    async def get(self, brand: BrandId, article: ArticleId) -> Article | None:
        """Return a living article, None when there is none of that id."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_one(brand, article).where(_LIVE))).one_or_none()
        return _article(row) if row else None

    async def page(self, brand: BrandId, after: ArticleId | None, limit: int) -> list[Article]:
        """Return the next `limit` living articles in the order of their ids, after one of them."""
        query = select(articles).where(articles.c.brand == brand, _LIVE, articles.c.id > (after or ""))
        async with self._engine.connect() as connection:
            rows = await connection.execute(query.order_by(articles.c.id).limit(limit))
            return [_article(row) for row in rows]

    async def candidates(self, brand: BrandId, audience: Audience, ids: Collection[PassageId]) -> list[Candidate]:
        """Return those of the passages that this audience may see now, without their words."""
        query = _CANDIDATES.where(_shown(brand, audience, ids))
        async with self._engine.connect() as connection:
            return [Candidate(*row) for row in await connection.execute(query)]

    async def live(self, brand: BrandId, audience: Audience, ids: Collection[PassageId]) -> dict[PassageId, Passage]:
        """Return those of the passages that this audience may see now: the last word of every search."""
        query = _with_article().where(_shown(brand, audience, ids))
        async with self._engine.connect() as connection:
            return {row.id: _passage(row) for row in await connection.execute(query)}

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
            query = _with_article().where(tuple_(passages.c.brand, passages.c.article).in_(keys))
            cuts: dict[tuple[str, str], list[Passage]] = {}
            for row in await connection.execute(query.order_by(passages.c.position)):
                cuts.setdefault((row.brand, row.article), []).append(_passage(row))
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
        return [PassageId(row.id) for row in rows], _matrix([row.vector for row in rows])

    async def pending(self, embedder: str, limit: int, only: Collection[PassageId] | None = None) -> dict[bytes, str]:
        """Return texts of living passages that have no vector yet, by their hash: the oldest changes first."""
        missing = (
            ~select(vectors.c.hash).where(vectors.c.hash == passages.c.hash, vectors.c.embedder == embedder).exists()
        )
        query = _with_article().where(missing).order_by(articles.c.sequence, passages.c.position).limit(limit)
        if only is not None:
            query = query.where(passages.c.id == func.any(list(only)))
        async with self._engine.connect() as connection:
            return {row.hash: _passage(row).embedded_text for row in await connection.execute(query)}

    async def keep(self, embedder: str, found: Mapping[bytes, Vectors]) -> None:
        """Keep vectors by the hash of the text they stand for."""
        rows = [
            {"hash": key, "embedder": embedder, "vector": row.astype("<f4").tobytes()} for key, row in found.items()
        ]
        async with self._engine.begin() as connection:
            await connection.execute(insert(vectors).on_conflict_do_nothing(), rows)

    async def sweep(self) -> int:
        """Forget the vectors of texts that no passage holds any more, and return how many there were."""
        used = select(passages.c.hash).where(passages.c.hash == vectors.c.hash).exists()
        async with self._engine.begin() as connection:
            return (await connection.execute(delete(vectors).where(~used))).rowcount

    async def _version(self, brand: BrandId, article: ArticleId) -> _Row | None:
        query = select(articles.c.hash, articles.c.deleted_at)
        async with self._engine.connect() as connection:
            found = await connection.execute(query.where(articles.c.brand == brand, articles.c.id == article))
            return found.one_or_none()

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


def content_hash(embedded_text: str) -> bytes:
    """Return the name of a text among the vectors."""
    return hashlib.sha256(embedded_text.encode()).digest()


def _hash(article: Article) -> bytes:
    """Return what changes when the article does, or the way it is cut."""
    moment = article.updated_at.astimezone(UTC) if article.updated_at else None
    return hashlib.sha256(repr((VERSION, *astuple(replace(article, updated_at=moment)))).encode()).digest()


def _one(brand: BrandId, article: ArticleId) -> Select[Any]:
    return select(articles).where(articles.c.brand == brand, articles.c.id == article)


def _passages_of(brand: BrandId, article: ArticleId) -> Any:
    return (passages.c.brand == brand) & (passages.c.article == article)


async def _passage_ids(connection: AsyncConnection, brand: BrandId, article: ArticleId) -> frozenset[PassageId]:
    found = await connection.scalars(select(passages.c.id).where(_passages_of(brand, article)))
    return frozenset(PassageId(name) for name in found)


def _with_article() -> Select[Any]:
    """Select passages with what their living article says about them."""
    told = (articles.c[name] for name in ("title", "url", "language", "visibility", "updated_at", "translation_of"))
    return select(passages, *told).join(articles, _OF).where(_LIVE)


def _shown(brand: BrandId, audience: Audience, ids: Collection[PassageId]) -> Any:
    """Say which of these passages this audience of a brand may see."""
    visible = articles.c.visibility.in_(VISIBLE_TO[audience])
    return (passages.c.brand == brand) & visible & (passages.c.id == func.any(list(ids)))


def _row(brand: BrandId, article: Article) -> dict[str, Any]:
    return {
        "brand": brand,
        **{column.name: getattr(article, column.name) for column in _FIELDS},
        "tags": list(article.tags),
    }


def _piece(brand: BrandId, position: int, passage: Passage) -> dict[str, Any]:
    return {
        "brand": brand,
        "id": passage.id,
        "article": passage.article,
        "position": position,
        "heading_path": list(passage.heading_path),
        "text": passage.text,
        "span_start": passage.start,
        "span_end": passage.end,
        "hash": content_hash(passage.embedded_text),
    }


def _article(row: _Row) -> Article:
    fields = {column.name: getattr(row, column.name) for column in _FIELDS}
    return Article(**{**fields, "tags": tuple(row.tags)})


def _passage(row: _Row) -> Passage:
    return Passage(
        id=row.id,
        article=row.article,
        title=row.title,
        url=row.url,
        heading_path=tuple(row.heading_path),
        text=row.text,
        start=row.span_start,
        end=row.span_end,
        language=row.language,
        visibility=row.visibility,
        updated_at=row.updated_at,
    )


def _matrix(rows: Sequence[bytes]) -> Vectors:
    return np.stack([np.frombuffer(row, "<f4") for row in rows]) if rows else np.empty((0, 0), np.float32)
