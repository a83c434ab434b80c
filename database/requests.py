"""Requests that carried an idempotency key, so that a repeated one gets the first one's answer.

RequestError
 +- RequestRunning   the first one has not been answered yet
 +- RequestDiffers   the key was used for another request
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, DateTime, LargeBinary, Table, Text, and_, delete, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.metadata import metadata

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)

requests = Table(
    "requests",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", JSONB(none_as_null=True), comment="null while the request runs"),
    Column("created_at", DateTime(timezone=True), nullable=False, index=True),
)


class RequestError(Exception):
    """A request cannot be answered under its idempotency key."""


class RequestRunning(RequestError):
    """The same request is still being worked on."""


class RequestDiffers(RequestError):
    """The key belongs to a different request."""


class Requests:
    """Remembers for a day what each caller's keyed requests were answered with.

    What cannot be written down while the database is away is owed until the request is repeated.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._owed: dict[tuple[str, str], dict[str, Any] | None] = {}

    async def begin(self, caller: str, key: str, fingerprint: bytes, now: datetime) -> dict[str, Any] | None:
        """Return the answer this request had before, None when it is new and now the caller's to answer.

        A request that died without an answer may be begun again after a minute.
        Raises RequestRunning or RequestDiffers.
        """
        await self._settle(caller, key)
        claimed = False
        try:
            async with self._engine.begin() as connection:
                await connection.execute(delete(requests).where(requests.c.created_at < now - KEPT))
                claimed = await _claim(connection, caller, key, fingerprint, now)
                return None if claimed else await _earlier(connection, caller, key, fingerprint)
        except DBAPIError:
            if claimed:  # the database died over its answer: nobody knows whether it kept the claim
                self._owed[caller, key] = None
            raise

    async def finish(self, caller: str, key: str, answer: dict[str, Any]) -> None:
        """Keep the answer for whoever repeats the request."""
        self._owed[caller, key] = answer
        await self._settle(caller, key)

    async def abandon(self, caller: str, key: str) -> None:
        """Forget a request that failed, so that it can be made again."""
        self._owed[caller, key] = None
        await self._settle(caller, key)

    async def release(self) -> None:
        """Let every request that was never answered be made again at once: whoever ran them is dead."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(requests).where(requests.c.answer.is_(None)))

    async def _settle(self, caller: str, key: str) -> None:
        """Write down how a request of this process ended, if that is still owed."""
        if (caller, key) not in self._owed:
            return
        answer, known = self._owed[caller, key], _named(caller, key)
        async with self._engine.begin() as connection:
            if answer is None:
                await connection.execute(delete(requests).where(known, requests.c.answer.is_(None)))
            else:
                await connection.execute(update(requests).where(known).values(answer=answer))
        self._owed.pop((caller, key), None)


def _named(caller: str, key: str) -> Any:
    return and_(requests.c.caller == caller, requests.c.key == key)


async def _claim(connection: AsyncConnection, caller: str, key: str, fingerprint: bytes, now: datetime) -> bool:
    row = insert(requests).values(caller=caller, key=key, fingerprint=fingerprint, created_at=now)
    abandoned = and_(
        requests.c.answer.is_(None),
        requests.c.created_at < now - LEASE,
        requests.c.fingerprint == fingerprint,
    )
    claim = row.on_conflict_do_update(
        index_elements=[requests.c.caller, requests.c.key], set_={"created_at": now}, where=abandoned
    ).returning(requests.c.key)
    return (await connection.execute(claim)).first() is not None


async def _earlier(connection: AsyncConnection, caller: str, key: str, fingerprint: bytes) -> dict[str, Any]:
    row = (await connection.execute(select(requests).where(_named(caller, key)))).one()
    if row.fingerprint != fingerprint:
        raise RequestDiffers("This Idempotency-Key was used for a different request; make a new key for each request.")
    if row.answer is None:
        raise RequestRunning("The request with this Idempotency-Key is still running; ask again in a moment.")
    answer: dict[str, Any] = row.answer
    return answer
