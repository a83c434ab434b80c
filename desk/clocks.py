"""Clocks: until when a customer may wait for a response and for a solution."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import clocks
from domain.ids import TicketId
from domain.staffing import Target

Kind = Literal["first_response", "next_response", "resolution"]
RESPONSES: tuple[Kind, ...] = ("first_response", "next_response")


@dataclass(frozen=True)
class Clock:
    """A timer of a ticket; it runs until `stopped_at` is set."""

    kind: Kind
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None


def allowed(kind: Kind, target: Target) -> timedelta:
    """Return how long a clock of this kind may run."""
    return timedelta(minutes=target.resolution if kind == "resolution" else target.response)


async def start(connection: AsyncConnection, ticket: TicketId, kind: Kind, target: Target, now: datetime) -> None:
    """Start a clock unless one of this kind runs."""
    row = insert(clocks).values(
        ticket=ticket, kind=kind, started_at=now, running_since=now, spans=[], **_due(now, allowed(kind, target))
    )
    running = text("stopped_at IS NULL")
    await connection.execute(row.on_conflict_do_nothing(index_elements=["ticket", "kind"], index_where=running))


async def stop(connection: AsyncConnection, ticket: TicketId, kinds: Collection[Kind], now: datetime) -> list[Clock]:
    """Stop the running clocks of these kinds and return them."""
    running = (clocks.c.ticket == ticket) & clocks.c.stopped_at.is_(None) & clocks.c.kind.in_(kinds)
    rows = await connection.execute(update(clocks).where(running).values(stopped_at=now).returning(clocks))
    return [Clock(row.kind, row.started_at, row.due_at, row.stopped_at) for row in rows]


async def aim(connection: AsyncConnection, ticket: TicketId, target: Target) -> None:
    """Give the running clocks of a ticket another target, counted from their start."""
    kinds: tuple[Kind, ...] = (*RESPONSES, "resolution")
    for kind in kinds:
        running = (clocks.c.ticket == ticket) & clocks.c.stopped_at.is_(None) & (clocks.c.kind == kind)
        await connection.execute(update(clocks).where(running).values(_due(clocks.c.started_at, allowed(kind, target))))


async def of(connection: AsyncConnection, ticket: TicketId) -> list[Clock]:
    """Return the clocks of a ticket, the oldest first."""
    rows = await connection.execute(select(clocks).where(clocks.c.ticket == ticket).order_by(clocks.c.id))
    return [Clock(row.kind, row.started_at, row.due_at, row.stopped_at) for row in rows]


def _due(start: Any, whole: timedelta) -> dict[str, Any]:
    """Return when half of the time is spent, when a fifth is left, and when none is."""
    return {"half_at": start + whole / 2, "risk_at": start + whole * 0.8, "due_at": start + whole}
