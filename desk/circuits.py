"""Circuits: a destination that fails again and again is left alone for a while, then tried once."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.webhooks import circuits

TRIP = 5  # failures in a row
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)


def is_open(destination: ColumnElement[str], now: datetime) -> ColumnElement[bool]:
    """Return the condition that a destination is left alone now."""
    return exists().where(circuits.c.destination == destination, circuits.c.open_until > now)


async def failed(connection: AsyncConnection, destination: str, now: datetime) -> datetime | None:
    """Note a failure, and return until when the destination is left alone, None where it may be tried on."""
    once = insert(circuits).values(destination=destination, failures=1)
    again = once.on_conflict_do_update(index_elements=["destination"], set_={"failures": circuits.c.failures + 1})
    failures = (await connection.execute(again.returning(circuits.c.failures))).scalar_one()
    until = now + pause(failures) if failures >= TRIP else None
    await connection.execute(update(circuits).where(circuits.c.destination == destination).values(open_until=until))
    return until


async def worked(connection: AsyncConnection, destination: str) -> None:
    """Note that a destination works."""
    await connection.execute(delete(circuits).where(circuits.c.destination == destination))


async def opened(connection: AsyncConnection, destinations: Collection[str], now: datetime) -> dict[str, datetime]:
    """Return which of these destinations are left alone now, each with the time until then."""
    chosen = select(circuits.c.destination, circuits.c.open_until).where(
        circuits.c.destination.in_(destinations), circuits.c.open_until > now
    )
    return {row.destination: row.open_until for row in await connection.execute(chosen)}


def pause(failures: int) -> timedelta:
    """Return how long a destination is left alone after so many failures in a row: twice as long each time."""
    return min(FIRST_PAUSE * (1 << min(failures - TRIP, 16)), LONGEST_PAUSE)
