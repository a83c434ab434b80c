"""The door to what people may ask about themselves, and to what the policy wants gone by itself."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database import overwriting
from database.overwriting import Overwritten
from database.rights import erasures
from database.tables import brands
from desk import audit
from desk.audit import OPERATOR, Entry
from desk.policies import Policies
from desk.queue import Queue
from desk.rights import erasing, exporting, retaining, subjects
from desk.rights.holdings import HOLDINGS, Held, Subject
from domain.ids import BrandId
from domain.policy import Policy

Forgetting = Callable[[AsyncConnection, BrandId], Awaitable[None]]
logger = logging.getLogger(__name__)
BETWEEN = timedelta(hours=1)  # two overwritings that nobody waits for
REST = timedelta(minutes=10)  # after one that found a table in use
TABLES = (*dict.fromkeys(holding.table.name for holding in HOLDINGS), "remembered_vectors", "requests")
SWEEPER = "desk"


@dataclass(frozen=True)
class Erased:
    """An erasure: its id, and how much of each kind went or stays as mere numbers."""

    id: str
    held: tuple[Held, ...]


class DataRights:
    """Copies and erasures of what is held of a customer, in all brands; every method takes the time from its caller.

    `forgetting` tells the ticket memory, in the same transaction, that some of it is about to go.
    """

    def __init__(self, engine: AsyncEngine, queue: Queue, policies: Policies, forgetting: Forgetting) -> None:
        self._engine = engine
        self._queue = queue
        self._policies = policies
        self._forgetting = forgetting
        self._rests_until: datetime | None = None

    async def held(self, brand: BrandId, named: str) -> list[Held]:
        """Return how much is held of a customer, by id or address, and what an erasure would make of it.

        Raises UnknownCustomer or CustomerAmbiguous.
        """
        async with self._engine.connect() as connection:
            return await erasing.count(connection, await subjects.find(connection, brand, named))

    async def export(self, brand: BrandId, named: str, file: IO[bytes], now: datetime, by: str = OPERATOR) -> None:
        """Write an archive of everything that is held of a customer, by id or address, as of one moment.

        Raises UnknownCustomer or CustomerAmbiguous.
        """
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            subject = await subjects.find(connection, brand, named)
            await self._note(Entry("customer_exported", _sealed(subject), brand, by), now)
            await exporting.write(connection, await exporting.copy(connection, subject, now), file)

    async def erase(self, brand: BrandId, named: str, now: datetime, by: str = OPERATOR) -> Erased:
        """Erase everything that is held of a customer, by id or address, and end what is open of theirs, at once.

        Numbers stay. Bytes of it lie in the database's files until `overwrite`. Raises UnknownCustomer or
        CustomerAmbiguous.
        """
        async with self._engine.begin() as connection:
            await subjects.hold(connection, brand, await subjects.find(connection, brand, named))
            subject = await subjects.find(connection, brand, named)
            await self._forgetting(connection, brand)
            policy = await self._policies.in_force(brand, connection)
            held = await erasing.erase(connection, self._queue, subject, policy, by, "customer", now)
            counts = {one.kind: one.rows for one in held if one.fate != "kept"}
            erasure = await erasing.note(connection, brand, counts, now)
            await audit.record(connection, Entry("customer_erased", _sealed(subject), brand, by), now)
        return Erased(erasure, tuple(held))

    async def overwrite(self, now: datetime) -> Overwritten:
        """Write over what was erased before, in the files of the database; tables that are in use all the time wait.

        Whoever uses a table waits while it is written anew.
        """
        done = await asyncio.to_thread(overwriting.overwrite, self._queue.conninfo, TABLES)
        if done.whole:
            waiting = erasures.c.overwritten_at.is_(None) & (erasures.c.erased_at <= now)
            async with self._engine.begin() as connection:
                await connection.execute(update(erasures).where(waiting).values(overwritten_at=now))
        return done

    async def sweep(self, now: datetime) -> None:
        """Let go what the policies want gone, a little of each brand, and write over erasures once an hour."""
        async with self._engine.connect() as connection:
            named = [BrandId(brand) for brand in (await connection.execute(select(brands.c.id))).scalars()]
        for brand in named:
            await self._retain(brand, now)
        if await self._waits(now):
            done = await self.overwrite(now)
            if not done.whole:
                logger.warning("what was erased is not overwritten yet, others use %s", ", ".join(done.busy))
                self._rests_until = now + REST

    async def _retain(self, brand: BrandId, now: datetime) -> None:
        policy = await self._policies.in_force(brand)
        if not any(vars(policy.retention).values()):
            return
        async with self._engine.begin() as connection:
            await self._drop_memories(connection, brand, policy, now)
            await retaining.drop_old(connection, brand, policy.retention, now)
            until = retaining.before(policy.retention.tickets, now)
            if until and (old := await retaining.old_tickets(connection, brand, until)):
                alone = Subject(brand, None, old)
                await erasing.erase(connection, self._queue, alone, policy, SWEEPER, "retention", now)

    async def _drop_memories(self, connection: AsyncConnection, brand: BrandId, policy: Policy, now: datetime) -> None:
        until = retaining.before(policy.retention.memories, now)
        if until and await retaining.has_old_memories(connection, brand, until):
            await self._forgetting(connection, brand)
            await retaining.drop_memories(connection, brand, until)

    async def _waits(self, now: datetime) -> bool:
        """Say whether an erasure waits to be overwritten, and none was within the hour."""
        if self._rests_until and now < self._rests_until:
            return False
        told = select(func.count().filter(erasures.c.overwritten_at.is_(None)), func.max(erasures.c.overwritten_at))
        async with self._engine.connect() as connection:
            waiting, last = (await connection.execute(told)).one()
        return bool(waiting) and (last is None or last <= now - BETWEEN)

    async def _note(self, entry: Entry, now: datetime) -> None:
        async with self._engine.begin() as connection:
            await audit.record(connection, entry, now)


def _sealed(subject: Subject) -> str:
    assert subject.customer is not None
    return f"customer:{subjects.seal(subject.brand, subject.customer)}"
