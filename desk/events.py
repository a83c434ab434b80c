"""Events: what happened, as ids, enums and numbers; nothing changes them and none holds a customer's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import events
from desk import catalogue
from desk.catalogue import Fact as Fact
from desk.webhooks import deliveries
from domain.ids import BrandId, TicketId

Kind = Literal[
    "ticket_opened",
    "ticket_reopened",
    "message_received",
    "message_written",
    "message_delivered",
    "delivery_failed",
    "delivery_replayed",
    "case_started",
    "case_died",
    "case_superseded",
    "case_decided",
    "handed_over",
    "handed_back",
    "note_written",
    "file_attached",
    "status_changed",
    "problem_changed",
    "problem_solved",
    "ticket_merged",
    "ticket_split",
    "priority_changed",
    "clock_stopped",
    "clock_half",
    "clock_at_risk",
    "clock_breached",
    "alert_raised",
    "alert_seen",
    "suggestion_approved",
    "suggestion_edited",
    "suggestion_rejected",
    "suggestion_undone",
    "suggestion_superseded",
    "macro_used",
    "contacted_again",
    "csat_asked",
    "csat_given",
    "csat_ignored",
    "ticket_solved",
    "ticket_dropped",
    "ticket_erased",
    "ticket_focused",
    "ticket_left",
    "wrapped_up",
    "search_made",
    "search_opened",
    "search_answered",
    "search_reformulated",
    "search_given_up",
    "article_viewed",
    "article_voted",
    "citation_shown",
    "citation_opened",
    "team_changed",
    "assigned",
    "assignment_waits",
    "unassigned",
    "shift_started",
    "break_started",
    "break_ended",
    "shift_ended",
    "follow_up_created",
    "follow_up_done",
    "policy_changed",
    "ticket_grave",
    "kpis_reported",
]


@dataclass(frozen=True)
class Event:
    """One thing that happened to a ticket; `recorded_at` is the database's clock."""

    id: int
    kind: Kind
    happened_at: datetime
    recorded_at: datetime
    data: Mapping[str, Fact]


async def record(
    connection: AsyncConnection, brand: BrandId, ticket: TicketId | None, kind: Kind, now: datetime, **data: Fact
) -> None:
    """Add an event of a ticket, or of none where it is about a teammate alone, and tell whoever hears of its kind.

    Raises Misfit when its facts are not those of the catalogue.
    """
    catalogue.require(kind, data)
    await deliveries.record(connection, brand, ticket, kind, now, data)


async def of(connection: AsyncConnection, ticket: TicketId) -> list[Event]:
    """Return what happened to a ticket, in the order it was recorded."""
    rows = await connection.execute(select(events).where(events.c.ticket == ticket).order_by(events.c.id))
    return [Event(row.id, row.kind, row.happened_at, row.recorded_at, row.data) for row in rows]


async def happened(connection: AsyncConnection, ticket: TicketId, kind: Kind) -> bool:
    """Say whether this ever happened to a ticket."""
    found = await connection.execute(
        select(events.c.id).where(events.c.ticket == ticket, events.c.kind == kind).limit(1)
    )
    return found.first() is not None
