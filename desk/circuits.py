"""Circuits: a destination that fails again and again is left alone for a while, then tried once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.webhooks import circuits

TRIP = 5  # failures in a row
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
TRIAL = timedelta(seconds=15)  # whoever tries first after a pause has so long before another may


@dataclass(frozen=True)
class Entry:
    """Whether a destination may be tried: not before `until`, if it is set; a `trial` is the first after a pause."""

    until: datetime | None = None
    trial: bool = False


class Circuits:
    """The circuits of one database, for whoever sends from many places at once; the time comes from the caller."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def enter(self, destination: str, now: datetime) -> Entry:
        """Say whether a destination may be tried now; after a pause one caller tries it, and the others wait."""
        async with self._engine.begin() as connection:
            until = await _until(connection, destination)
            if until is None or until > now:
                return Entry(until)
            mine = await _claim(connection, destination, until, now)
            return Entry(trial=True) if mine else Entry(now + TRIAL)

    async def failed(self, destination: str, now: datetime, trial: bool) -> None:
        """Note a failure."""
        async with self._engine.begin() as connection:
            await failed(connection, destination, now, trial)

    async def worked(self, destination: str) -> None:
        """Note that a destination works."""
        async with self._engine.begin() as connection:
            await worked(connection, destination)


def is_open(destination: ColumnElement[str], now: datetime) -> ColumnElement[bool]:
    """Return the condition that a destination is left alone now."""
    return exists().where(circuits.c.destination == destination, circuits.c.open_until > now)


async def failed(connection: AsyncConnection, destination: str, now: datetime, trial: bool = False) -> datetime | None:
    """Note a failure, and return until when the destination is left alone, None where it may be tried on.

    While it is left alone only the failure of a `trial` counts: what was under way before tells nothing new.
    """
    tried = or_(circuits.c.open_until.is_(None), circuits.c.open_until <= now, literal(trial))
    counted = insert(circuits).values(destination=destination, failures=1)
    counted = counted.on_conflict_do_update(
        index_elements=["destination"], set_={"failures": circuits.c.failures + 1}, where=tried
    )
    failures: int | None = (await connection.execute(counted.returning(circuits.c.failures))).scalar()
    if failures is None:
        return await _until(connection, destination)
    until = now + pause(failures) if failures >= TRIP else None
    await connection.execute(update(circuits).where(circuits.c.destination == destination).values(open_until=until))
    return until


async def worked(connection: AsyncConnection, destination: str) -> None:
    """Note that a destination works."""
    await connection.execute(delete(circuits).where(circuits.c.destination == destination))


async def retry(connection: AsyncConnection, now: datetime) -> None:
    """Let the systems that messages go through be tried now: those are addresses, a subscription is an id."""
    waits = circuits.c.destination.contains("://") & (circuits.c.open_until > now)
    await connection.execute(update(circuits).where(waits).values(open_until=now))


async def opened(
    connection: AsyncConnection, now: datetime, among: Collection[str] | None = None
) -> dict[str, datetime]:
    """Return which destinations are left alone now, each with the time until then: all, or those `among` some."""
    chosen = select(circuits.c.destination, circuits.c.open_until).where(circuits.c.open_until > now)
    if among is not None:
        chosen = chosen.where(circuits.c.destination.in_(among))
    return {row.destination: row.open_until for row in await connection.execute(chosen)}


def pause(failures: int) -> timedelta:
    """Return how long a destination is left alone after so many failures in a row: twice as long each time."""
    return min(FIRST_PAUSE * (1 << min(failures - TRIP, 16)), LONGEST_PAUSE)


async def _until(connection: AsyncConnection, destination: str) -> datetime | None:
    known = select(circuits.c.open_until).where(circuits.c.destination == destination)
    until: datetime | None = (await connection.execute(known)).scalar()
    return until


async def _claim(connection: AsyncConnection, destination: str, until: datetime, now: datetime) -> bool:
    """Take the trial after a pause; False where somebody else took it."""
    mine = (circuits.c.destination == destination) & (circuits.c.open_until == until)
    taken = update(circuits).where(mine).values(open_until=now + TRIAL).returning(circuits.c.destination)
    return (await connection.execute(taken)).first() is not None
