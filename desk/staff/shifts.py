"""Shifts: when teammates are planned to be here, and for how many tickets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from database.people import shifts, teammates
from desk.errors import StaffRefused, UnknownShift
from domain.ids import BrandId, TeammateId

NEARBY = timedelta(days=7)
LONGEST = timedelta(hours=24)


@dataclass(frozen=True)
class Shift:
    """From when until before when a teammate is planned to be here; `planned` is how many tickets for."""

    id: int
    teammate: TeammateId
    starts_at: datetime
    ends_at: datetime
    planned: int | None = None


def on_duty(own: Sequence[Shift], now: datetime, open_now: bool) -> bool:
    """Say whether a teammate should be here.

    Who has a shift within a week of now works by shifts, everybody else when their team is open.
    """
    near = [shift for shift in own if shift.starts_at < now + NEARBY and shift.ends_at > now - NEARBY]
    return any(shift.starts_at <= now < shift.ends_at for shift in near) if near else open_now


async def add(
    connection: AsyncConnection, teammate: TeammateId, starts_at: datetime, ends_at: datetime, planned: int | None
) -> Shift:
    """Plan a shift of a teammate whose row this transaction holds.

    Raises StaffRefused for one that ends before it starts, is longer than a day, or overlaps another.
    """
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise StaffRefused(
            f"a shift from {starts_at.isoformat()!r} to {ends_at.isoformat()!r} cannot be planned: it ends later than "
            "it starts, and within 24 hours"
        )
    beside = await between(connection, [teammate], starts_at, ends_at)
    if beside:
        raise StaffRefused(
            f"{teammate!r} has a shift from {beside[0].starts_at.isoformat()!r} to {beside[0].ends_at.isoformat()!r} "
            "already: take that back first"
        )
    row = {"teammate": teammate, "starts_at": starts_at, "ends_at": ends_at, "planned": planned}
    added = await connection.execute(insert(shifts).values(row).returning(shifts.c.id))
    return Shift(added.scalar_one(), teammate, starts_at, ends_at, planned)


async def remove(connection: AsyncConnection, brand: BrandId, shift: int) -> None:
    """Take a planned shift back.

    Raises UnknownShift.
    """
    theirs = select(teammates.c.id).where(teammates.c.brand == brand)
    chosen = delete(shifts).where(shifts.c.id == shift, shifts.c.teammate.in_(theirs))
    removed = await connection.execute(chosen.returning(shifts.c.id))
    if removed.first() is None:
        raise UnknownShift(f"brand {brand!r} has no shift {shift!r}: the list of shifts shows their ids")


async def between(
    connection: AsyncConnection, whose: Collection[TeammateId], since: datetime, until: datetime
) -> list[Shift]:
    """Return the shifts of these teammates that touch a span of time, the earliest first."""
    touching = (shifts.c.starts_at < until) & (shifts.c.ends_at > since)
    chosen = select(shifts).where(shifts.c.teammate.in_(whose), touching).order_by(shifts.c.starts_at, shifts.c.id)
    return [Shift(**row._mapping) for row in await connection.execute(chosen)]
