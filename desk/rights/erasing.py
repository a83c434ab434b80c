"""Erasing: words, files and names go, and what is left are numbers, all in the caller's transaction."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from database.requests import KEPT
from database.rights import erasures
from database.tables import customers, messages
from desk import events, moves, stream, tickets
from desk.queue import Queue
from desk.rights.holdings import HOLDINGS, Held, Holding, Subject
from desk.tickets import Ticket
from domain.ids import BrandId, new
from domain.policy import Policy

Cause = Literal["customer", "retention"]
TELLING = 5  # characters: a shorter name is a part of too many words
ANSWERS = text(
    """
    DELETE FROM requests WHERE answer IS NOT NULL AND (
        EXISTS (
            SELECT FROM jsonb_path_query(answer, '$.** ? (@.type() == "string")') AS said
            WHERE said #>> '{}' = ANY(:ids)
        )
        OR EXISTS (SELECT FROM unnest(CAST(:words AS text[])) AS word WHERE position(word IN answer::text) > 0)
    )
    """
)


async def count(connection: AsyncConnection, subject: Subject) -> list[Held]:
    """Return what is held of somebody, by kind, without what they have none of."""
    found = [(holding, await _rows(connection, holding, subject)) for holding in HOLDINGS]
    return [Held(holding.kind, rows, holding.fate) for holding, rows in found if rows]


async def erase(
    connection: AsyncConnection, queue: Queue, subject: Subject, policy: Policy, by: str, cause: Cause, now: datetime
) -> list[Held]:
    """Erase whatever is held of somebody, end what is still open of theirs, and return what it was.

    The caller holds the customer and has told the ticket memory.
    """
    held = [ticket for one in subject.tickets if (ticket := await tickets.hold(connection, one))]
    answers = await _answers(connection, subject, now)
    there = await count(connection, subject)
    for ticket in held:
        await _close(connection, ticket, policy, by, cause, now)
    for holding in HOLDINGS:
        await _clear(connection, holding, subject)
    await queue.cancel(connection, [lock for one in subject.tickets for lock in (one, f"deliver:{one}")])
    return [*there, *([Held("answers to repeated requests", answers)] if answers else [])]


async def note(connection: AsyncConnection, brand: BrandId, counts: Mapping[str, int], now: datetime) -> str:
    """Keep how much of each kind went, so that it is written over, and return the erasure's id."""
    row = {"id": new("era"), "brand": brand, "counts": dict(counts), "erased_at": now}
    await connection.execute(insert(erasures).values(row))
    return str(row["id"])


async def _rows(connection: AsyncConnection, holding: Holding, subject: Subject) -> int:
    counted = select(func.count()).select_from(holding.table).where(holding.theirs(subject))
    return (await connection.execute(counted)).scalar_one()


async def _close(
    connection: AsyncConnection, ticket: Ticket, policy: Policy, by: str, cause: Cause, now: datetime
) -> None:
    """End whatever goes on in a ticket: its case, its clocks, and what watchers wait for."""
    await moves.drop(connection, ticket, "erased", policy, by, now)
    await events.record(connection, ticket.brand, ticket.id, "ticket_erased", now, by=by, cause=cause)
    await stream.ring(connection, ticket.id)


async def _clear(connection: AsyncConnection, holding: Holding, subject: Subject) -> None:
    theirs = holding.theirs(subject)
    if holding.emptied is None:
        await connection.execute(delete(holding.table).where(theirs))
    elif holding.emptied:
        await connection.execute(update(holding.table).where(theirs).values(**holding.emptied))


async def _answers(connection: AsyncConnection, subject: Subject, now: datetime) -> int:
    """Forget the answers that are kept for repeated requests and name somebody, and return how many there were.

    They are kept for a day, so what was said before names nobody in them but by ticket, id, address or name.
    """
    recent = messages.c.ticket.in_(subject.tickets) & (messages.c.created_at > now - KEPT - timedelta(hours=1))
    said = (await connection.execute(select(messages.c.id).where(recent))).scalars()
    ids = [*subject.tickets, *said, *([subject.customer] if subject.customer else [])]
    words = await _words(connection, subject)
    return (await connection.execute(ANSWERS, {"ids": ids, "words": words})).rowcount


async def _words(connection: AsyncConnection, subject: Subject) -> list[str]:
    """Return the name and the address of somebody as they stand in JSON."""
    theirs = (customers.c.brand == subject.brand) & (customers.c.id == subject.customer)
    row = (await connection.execute(select(customers.c.name, customers.c.email).where(theirs))).one_or_none()
    told = [word for word in row or () if word and len(word) >= TELLING]
    return [json.dumps(word, ensure_ascii=False)[1:-1] for word in told]
