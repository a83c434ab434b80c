"""Which embedder the index answers with, which one is to succeed it, and who still uses which.

Every process holds a shared lock of PostgreSQL on the embedders it works with, for as long as it lives. So whoever gets
the whole lock on one knows that nobody needs its vectors any more.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, not_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.knowledge import embedders, passages, vectors

IN_USE = 0x0DE5_E3BD
_ADOPTED = embedders.c.adopted_at.is_not(None) & embedders.c.retired_at.is_(None)


@dataclass(frozen=True)
class Known:
    """An embedder whose vectors are kept: `name` is the setting that loads it."""

    id: str
    name: str


@dataclass(frozen=True)
class Progress:
    """How many of the passages' texts have a vector of an embedder."""

    done: int
    total: int


@dataclass(frozen=True)
class Other:
    """An embedder that is not wanted; the `previous` one is the last that answered before."""

    id: str
    previous: bool


class Embedders:
    """The embedders of one database; `opened` makes it."""

    def __init__(self, engine: AsyncEngine, holding: AsyncConnection) -> None:
        self._engine = engine
        self._holding = holding

    @classmethod
    @asynccontextmanager
    async def opened(cls, engine: AsyncEngine) -> AsyncIterator["Embedders"]:
        """Yield the embedders; what this process holds of them is let go at the end, however it ends."""
        async with engine.connect() as connection:
            try:
                yield cls(engine, await connection.execution_options(isolation_level="AUTOCOMMIT"))
            finally:
                await connection.invalidate()  # a connection that only goes back to the pool keeps its locks

    async def adopted(self) -> Known | None:
        """Return the embedder that the index is complete with; None until there is one."""
        return await adopted(self._engine)

    async def begin(self, embedder: Known) -> None:
        """Note that vectors of an embedder are being made, and hold it."""
        await self._lock("pg_advisory_lock_shared", embedder.id)
        row = {"id": embedder.id, "name": embedder.name}
        added = insert(embedders).values(row).on_conflict_do_update(index_elements=["id"], set_=row)
        async with self._engine.begin() as connection:
            await connection.execute(added)

    async def adopt(self, embedder: str, now: datetime) -> None:
        """Note that the index is complete with an embedder, and answers with it; the one before is retired."""
        async with self._engine.begin() as connection:
            others = update(embedders).where(_ADOPTED, embedders.c.id != embedder)
            await connection.execute(others.values(retired_at=now))
            own = update(embedders).where(embedders.c.id == embedder, not_(_ADOPTED))
            await connection.execute(own.values(adopted_at=now, retired_at=None))

    async def release(self, embedder: str) -> None:
        """Let go of an embedder that this process does not work with any more."""
        await self._lock("pg_advisory_unlock_shared", embedder)

    async def others(self, but: str) -> list[Other]:
        """Return all embedders but one."""
        last = select(func.max(embedders.c.retired_at)).where(embedders.c.id != but).scalar_subquery()
        previous = func.coalesce(embedders.c.retired_at == last, False)
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(embedders.c.id, previous).where(embedders.c.id != but))
            return [Other(*row) for row in rows]

    @asynccontextmanager
    async def alone(self, embedder: str) -> AsyncIterator[bool]:
        """Yield whether no process works with an embedder, and keep it so until the end."""
        free = await self._lock("pg_try_advisory_lock", embedder)
        try:
            yield free
        finally:
            if free:
                await self._lock("pg_advisory_unlock", embedder)

    async def forget(self, embedder: str) -> None:
        """Forget an embedder and all its vectors."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(vectors).where(vectors.c.embedder == embedder))
            await connection.execute(delete(embedders).where(embedders.c.id == embedder))

    async def progress(self, embedder: str) -> Progress:
        """Return how far the vectors of an embedder are."""
        made = (vectors.c.hash == passages.c.hash) & (vectors.c.embedder == embedder)
        count = func.count(passages.c.hash.distinct())
        query = select(count.filter(vectors.c.hash.is_not(None)), count).outerjoin(vectors, made)
        async with self._engine.connect() as connection:
            done, total = (await connection.execute(query.select_from(passages))).one()
        return Progress(done, total)

    async def _lock(self, function: str, embedder: str) -> bool:
        called = text(f"SELECT {function}(:key, hashtext(:id))").bindparams(key=IN_USE, id=embedder)
        return await self._holding.scalar(called) is not False


async def adopted(engine: AsyncEngine) -> Known | None:
    """Return the embedder that the index of a database is complete with; None until there is one."""
    query = select(embedders.c.id, embedders.c.name).where(_ADOPTED)
    async with engine.connect() as connection:
        row = (await connection.execute(query)).one_or_none()
    return Known(row.id, row.name) if row else None
