"""Retaining: what the policy wants gone by itself, a few things at a time, the oldest first."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from database.access import visitors
from database.memory import remembered
from database.tables import customers, messages, tickets
from database.work import attachments, searches
from desk.tickets import DONE
from domain.ids import BrandId, TicketId
from domain.retention import Retention

AT_ONCE = 50


def before(days: int | None, now: datetime) -> datetime | None:
    """Return the time until which something is too old, None where it is kept."""
    return None if days is None else now - timedelta(days=days)


async def old_tickets(connection: AsyncConnection, brand: BrandId, until: datetime) -> tuple[TicketId, ...]:
    """Return tickets that are done since before a time and still hold words."""
    words = select(messages.c.id).where(messages.c.ticket == tickets.c.id).exists()
    old = (tickets.c.brand == brand) & tickets.c.status.in_(DONE) & (tickets.c.updated_at < until)
    chosen = select(tickets.c.id).where(old, words).order_by(tickets.c.updated_at, tickets.c.id).limit(AT_ONCE)
    return tuple(TicketId(ticket) for ticket in (await connection.execute(chosen)).scalars())


async def drop_old(connection: AsyncConnection, brand: BrandId, wanted: Retention, now: datetime) -> dict[str, int]:
    """Delete files, searches and people without a ticket that are too old, and return how many there were by kind."""
    dropped = {
        "files": await _drop(connection, attachments, attachments.c.created_at, brand, before(wanted.files, now)),
        "searches": await _drop(connection, searches, searches.c.created_at, brand, before(wanted.searches, now)),
        "profile": await _drop(
            connection, customers, customers.c.created_at, brand, before(wanted.customers, now), _has_nothing()
        ),
    }
    return {kind: rows for kind, rows in dropped.items() if rows}


async def drop_memories(connection: AsyncConnection, brand: BrandId, until: datetime) -> int:
    """Delete questions of the ticket memory that were answered before a time, and return how many there were."""
    return await _drop(connection, remembered, remembered.c.answered_at, brand, until)


async def has_old_memories(connection: AsyncConnection, brand: BrandId, until: datetime) -> bool:
    """Say whether the ticket memory holds a question that was answered before a time."""
    old = select(remembered.c.ticket).where(remembered.c.brand == brand, remembered.c.answered_at < until)
    return (await connection.execute(old.limit(1))).first() is not None


def _has_nothing() -> ColumnElement[bool]:
    """Say of a customer that nothing hangs on them: no ticket, no search, no open session."""
    things = (
        select(table.c.id).where(table.c.brand == customers.c.brand, table.c.customer == customers.c.id).exists()
        for table in (tickets, searches, visitors)
    )
    return ~or_(*things)


async def _drop(
    connection: AsyncConnection,
    table: Table,
    since: ColumnElement[datetime],
    brand: BrandId,
    until: datetime | None,
    where: ColumnElement[bool] | None = None,
) -> int:
    if until is None:
        return 0
    keys = tuple(table.primary_key.columns)
    old = select(*keys).where(table.c.brand == brand, since < until).order_by(since, *keys).limit(AT_ONCE)
    chosen = (old if where is None else old.where(where)).with_for_update(skip_locked=True)
    return (await connection.execute(delete(table).where(tuple_(*keys).in_(chosen)))).rowcount
