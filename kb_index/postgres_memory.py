"""The ticket memory of all brands, kept in PostgreSQL, voting from this process's own copy of it.

Words stay in the store; the copy holds vectors, ids and times of the newest tickets. A change takes the next number of
its brand's memory under a lock on the brand, so that whoever has seen a number has seen all below it.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar, TypeVarTuple

import numpy as np
from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.knowledge import articles
from database.memory import memories, remembered, remembered_vectors
from domain.ids import ArticleId, BrandId, CustomerId, TicketId
from domain.search import Query, Vote
from embedding.embedder import Embedder, Vectors
from kb_index.addresses import Addresses
from kb_index.errors import UnknownBrand
from kb_index.memory import Copy, Entry, Tickets, embedded
from kb_index.solved import Solved

VOTING = 20_000  # the newest tickets of a brand: 31 MB at 384 numbers each, compared in a few milliseconds
EMBEDDED_AT_ONCE = 8
CAUGHT_UP_AT_ONCE = 64

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
State = Literal["added", "changed", "unchanged"]
_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Recalled:
    """A remembered question with the living articles it was solved with, as learning and pre-flights read it."""

    ticket: TicketId
    question: str
    articles: tuple[ArticleId, ...]
    asked_at: datetime


class PostgresMemory:
    """Remembers, votes and forgets: it votes in `pool`, and embeds and sorts in `background`."""

    def __init__(self, engine: AsyncEngine, embedder: Embedder, pool: Executor, background: Executor) -> None:
        self._engine = engine
        self._embedder = embedder
        self._pool = pool
        self._background = background
        self._turn = asyncio.Lock()
        self._seen: dict[BrandId, int] = {}
        self._copies: dict[BrandId, Copy] = {}
        self._addresses: dict[BrandId, Addresses] = {}
        self._tickets: dict[BrandId, Tickets] = {}
        self._articles_at = -1
        self._behind = True

    async def votes(self, query: Query, vector: Vectors) -> Mapping[ArticleId, Vote]:
        """Return the votes of the tickets most similar to a question, from what this process has caught up with."""
        tickets = self._tickets.get(query.brand)
        if not tickets:
            return {}
        return await asyncio.get_running_loop().run_in_executor(self._pool, tickets.votes, vector, query.asked_at)

    async def put(self, brand: BrandId, solved: Sequence[Solved], now: datetime) -> list[State]:
        """Remember tickets, each in the place of an earlier one of its id, and return what became of each, in order.

        An unchanged one costs a look, a new one its embedding. Raises UnknownBrand.
        """
        newest = {one.ticket: one for one in solved}
        known = await self._hashes(brand, newest)
        fresh = [one for one in newest.values() if known.get(one.ticket) != _hash(one)]
        if fresh:
            vectors = await self._embed(fresh)
            async with self._changing(brand) as (connection, sequence):
                await _write(connection, brand, fresh, sequence, now)
                await _keep(connection, brand, self._embedder.id, [one.ticket for one in fresh], vectors)
        changed = {one.ticket for one in fresh}
        return [
            ("changed" if one.ticket in known else "added") if one.ticket in changed else "unchanged" for one in solved
        ]

    async def forget(
        self, brand: BrandId, *, ticket: TicketId | None = None, customer: CustomerId | None = None
    ) -> int:
        """Forget a ticket, or all of a customer's, with their vectors and votes; return how many there were.

        This process forgets at once, another with its next `catch_up`.
        """
        named = (remembered.c.customer == customer) if customer else (remembered.c.ticket == ticket)
        async with self._changing(brand) as (connection, sequence):
            gone = (await connection.execute(delete(remembered).where(remembered.c.brand == brand, named))).rowcount
            await _forgot(connection, brand, sequence)
        await self.catch_up()
        return gone

    async def count(self, brand: BrandId) -> int:
        """Return how many tickets are remembered."""
        query = select(func.count()).select_from(remembered).where(remembered.c.brand == brand)
        async with self._engine.connect() as connection:
            return await connection.scalar(query) or 0

    async def page(self, brand: BrandId, after: TicketId | None, limit: int) -> list[Recalled]:
        """Return the next `limit` remembered questions in the order of their tickets' ids, after one of them."""
        chosen = remembered.c.brand == brand, remembered.c.ticket > (after or "")
        return await self._recalled(brand, select(remembered).where(*chosen).order_by(remembered.c.ticket).limit(limit))

    async def newest(self, brand: BrandId, limit: int) -> list[Recalled]:
        """Return the questions that were remembered of the latest answers, at most so many."""
        latest = remembered.c.answered_at.desc(), remembered.c.ticket
        chosen = select(remembered).where(remembered.c.brand == brand)
        return await self._recalled(brand, chosen.order_by(*latest).limit(limit))

    async def _recalled(self, brand: BrandId, chosen: Select[Any]) -> list[Recalled]:
        async with self._engine.connect() as connection:
            rows = (await connection.execute(chosen)).all()
        there = await self.addresses(brand)
        return [Recalled(row.ticket, _solved(row).text, there.articles(row.links), row.asked_at) for row in rows]

    async def addresses(self, brand: BrandId) -> Addresses:
        """Return what links may lead to: the living articles of a brand."""
        async with self._engine.connect() as connection:
            return await _addresses(connection, brand)

    async def copy(self, brand: BrandId) -> Copy | None:
        """Return what votes in a brand's memory as it is now, None where nothing is remembered."""
        await self.catch_up()
        return self._copies.get(brand)

    async def catch_up(self) -> None:
        """Do what is left to do: give vectors to a few tickets that have none, and follow what others changed.

        Cheap when nothing is; call it at the start and every few seconds.
        """
        async with self._turn:
            if self._behind or await self._moved():
                self._behind = await self._embed_some()
            async with self._engine.connect() as connection:
                moved = await connection.scalar(select(func.max(articles.c.sequence))) or 0
                for row in (await connection.execute(select(memories))).all():
                    followed = row.sequence != self._seen.get(row.brand)
                    if followed:
                        await self._follow(connection, row)
                    if followed or moved != self._articles_at:
                        await self._resolve(connection, row.brand, followed)
            self._articles_at = moved

    async def _moved(self) -> bool:
        """Say whether any memory has changed since this process looked."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(memories.c.brand, memories.c.sequence))).all()
        return any(row.sequence != self._seen.get(row.brand) for row in rows)

    async def _follow(self, connection: AsyncConnection, now: _Row) -> None:
        """Bring this process's copy of a brand's memory to where the store is."""
        brand, seen = now.brand, self._seen.get(now.brand, 0)
        copy = self._copies.get(brand, Copy((), np.empty((0, self._embedder.dimension), np.float32)))
        rows = (await connection.execute(_newest(brand, seen, self._embedder.id))).all()
        gone = {row.ticket for row in rows}
        if now.forgotten > seen:
            left = await connection.scalars(select(remembered.c.ticket).where(remembered.c.brand == brand))
            gone |= {entry.ticket for entry in copy.entries}.difference(left)
        self._copies[brand] = await self._run(_followed, copy, gone, rows)
        self._seen[brand] = now.sequence

    async def _resolve(self, connection: AsyncConnection, brand: BrandId, followed: bool) -> None:
        """Let the links of a brand's memory lead to the articles that live now."""
        there = await _addresses(connection, brand)
        if followed or there != self._addresses.get(brand):
            self._tickets[brand] = await self._run(self._copies[brand].tickets, there)
            self._addresses[brand] = there

    async def _embed_some(self) -> bool:
        """Give vectors to a few tickets that have none of this embedder; say whether there were any."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(_without_vector(self._embedder.id, CAUGHT_UP_AT_ONCE))).all()
        for brand in dict.fromkeys(row.brand for row in rows):
            waiting = [_solved(row) for row in rows if row.brand == brand]
            vectors = await self._embed(waiting)
            names = [one.ticket for one in waiting]
            async with self._changing(brand) as (connection, sequence):
                await _keep(connection, brand, self._embedder.id, names, vectors)
                moved = update(remembered).where(remembered.c.brand == brand, remembered.c.ticket.in_(names))
                await connection.execute(moved.values(sequence=sequence))
        return bool(rows)

    async def _embed(self, solved: Sequence[Solved]) -> Vectors:
        """Return a vector for each ticket, a few to a job, so that a running server stays quick."""
        parts = [solved[start : start + EMBEDDED_AT_ONCE] for start in range(0, len(solved), EMBEDDED_AT_ONCE)]
        return np.concatenate(await asyncio.gather(*(self._run(embedded, part, self._embedder) for part in parts)))

    async def _hashes(self, brand: BrandId, tickets: Collection[TicketId]) -> dict[TicketId, bytes]:
        query = select(remembered.c.ticket, remembered.c.hash).where(remembered.c.brand == brand)
        async with self._engine.connect() as connection:
            rows = await connection.execute(query.where(remembered.c.ticket == func.any(list(tickets))))
            return {row.ticket: row.hash for row in rows}

    @asynccontextmanager
    async def _changing(self, brand: BrandId) -> AsyncIterator[tuple[AsyncConnection, int]]:
        """Yield a transaction that alone changes the brand's memory, and the number of its change."""
        try:
            async with self._engine.begin() as connection:
                yield connection, await _next_change(connection, brand)
        except IntegrityError as exc:
            if "fk_memories_brand" not in str(exc.orig):
                raise
            raise UnknownBrand(f"there is no brand {brand!r}: make it with `deskhand brands add {brand}`") from exc

    async def _run(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._background, work, *args)


async def forgetting(connection: AsyncConnection, brand: BrandId) -> None:
    """Let every process look with its next `catch_up` what is gone once this transaction ends, which deletes it."""
    await _forgot(connection, brand, await _next_change(connection, brand))


async def _next_change(connection: AsyncConnection, brand: BrandId) -> int:
    """Return the number of the change that this transaction makes; others wait until it ends."""
    first = insert(memories).values(brand=brand, sequence=1, forgotten=0)
    next_one = first.on_conflict_do_update(index_elements=["brand"], set_={"sequence": memories.c.sequence + 1})
    changed: int = (await connection.execute(next_one.returning(memories.c.sequence))).scalar_one()
    return changed


async def _forgot(connection: AsyncConnection, brand: BrandId, change: int) -> None:
    await connection.execute(update(memories).where(memories.c.brand == brand).values(forgotten=change))


def _newest(brand: BrandId, since: int, embedder: str) -> Select[Any]:
    """Select what changed in a memory after a number, with vectors: the tickets that may vote, without their words."""
    told = (remembered.c.ticket, remembered.c.links, remembered.c.answered_at, remembered.c.customer)
    of = (remembered_vectors.c.brand == remembered.c.brand) & (remembered_vectors.c.ticket == remembered.c.ticket)
    query = select(*told, remembered_vectors.c.vector).join(remembered_vectors, of)
    query = query.where(remembered.c.brand == brand, remembered.c.sequence > since)
    newest = query.order_by(remembered.c.answered_at.desc(), remembered.c.ticket).limit(VOTING)
    return newest.where(remembered_vectors.c.embedder == embedder)


def _without_vector(embedder: str, limit: int) -> Select[Any]:
    """Select tickets that have no vector of this embedder, the newest first."""
    of = (remembered_vectors.c.brand == remembered.c.brand) & (remembered_vectors.c.ticket == remembered.c.ticket)
    there = select(remembered_vectors.c.ticket).where(of, remembered_vectors.c.embedder == embedder)
    return select(remembered).where(~there.exists()).order_by(remembered.c.answered_at.desc()).limit(limit)


async def _write(
    connection: AsyncConnection, brand: BrandId, solved: Sequence[Solved], sequence: int, now: datetime
) -> None:
    """Store tickets in the place of earlier ones, whose vectors go."""
    same = remembered.c.brand == brand, remembered.c.ticket == func.any([one.ticket for one in solved])
    await connection.execute(delete(remembered).where(*same))
    rows = [
        {**vars(one), "brand": brand, "links": list(one.links), "hash": _hash(one)}
        | {"sequence": sequence, "stored_at": now}
        for one in solved
    ]
    await connection.execute(insert(remembered), rows)


async def _keep(
    connection: AsyncConnection, brand: BrandId, embedder: str, tickets: Sequence[TicketId], vectors: Vectors
) -> None:
    """Keep a vector for each of these tickets that is still remembered."""
    present = select(remembered.c.ticket).where(remembered.c.brand == brand)
    there = set(await connection.scalars(present.where(remembered.c.ticket == func.any(list(tickets)))))
    rows = [
        {"brand": brand, "ticket": name, "embedder": embedder, "vector": row.astype("<f4").tobytes()}
        for name, row in zip(tickets, vectors, strict=True)
        if name in there
    ]
    if rows:
        await connection.execute(insert(remembered_vectors).on_conflict_do_nothing(), rows)


async def _addresses(connection: AsyncConnection, brand: BrandId) -> Addresses:
    living = articles.c.deleted_at.is_(None)
    rows = await connection.execute(select(articles.c.id, articles.c.url).where(articles.c.brand == brand, living))
    return Addresses((ArticleId(row.id), row.url) for row in rows)


def _followed(copy: Copy, gone: set[TicketId], rows: Sequence[_Row]) -> Copy:
    entries = [Entry(row.ticket, tuple(row.links), row.answered_at.timestamp(), row.customer) for row in rows]
    vectors = np.frombuffer(b"".join(row.vector for row in rows), "<f4").reshape(len(rows), copy.vectors.shape[1])
    return copy.changed(gone, entries, vectors, VOTING)


def _hash(solved: Solved) -> bytes:
    """Return what changes when anything that is remembered of a ticket does."""
    told = [part.astimezone(UTC) if isinstance(part, datetime) else part for part in astuple(solved)]
    return hashlib.sha256(repr(told).encode()).digest()


def _solved(row: _Row) -> Solved:
    fields = {name: getattr(row, name) for name in Solved.__dataclass_fields__}
    return Solved(**{**fields, "links": tuple(row.links)})
