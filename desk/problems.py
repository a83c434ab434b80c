"""Problems: one ticket about what many suffer from, and what those hear who wait for it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import tickets as table
from desk import events, messages, tickets
from desk.errors import ProblemRefused
from desk.tickets import DONE, Ticket
from desk.timing import clocks
from domain.ids import TeammateId, TicketId
from domain.policy import Policy

NOBODY = ("customer", "desk")  # who solves a ticket without being a teammate


async def link(connection: AsyncConnection, ticket: Ticket, problem: TicketId | None, by: str, now: datetime) -> None:
    """Say which ticket is about the cause of this one, None for none.

    Raises ProblemRefused for a ticket of another brand, itself, one that waits for a problem too, or one that others
    wait for: problems do not stand in line.
    """
    if problem == ticket.problem:
        return
    if problem is not None:
        await _require(connection, ticket, problem)
    await tickets.change(connection, ticket.id, now, problem=problem)
    change = {"before": ticket.problem, "after": problem, "by": by}
    await events.record(connection, ticket.brand, ticket.id, "problem_changed", now, **change)


async def tell(connection: AsyncConnection, problem: Ticket, policy: Policy, by: str, now: datetime) -> None:
    """Tell every ticket that waits for a problem that it is solved: by a note, and by taking it from hold."""
    for ticket in await linked(connection, problem.id):
        held = await tickets.hold(connection, ticket)
        if held is None or held.status in DONE or held.problem != problem.id:
            continue
        words = f"The problem behind this ticket is solved: {problem.id}."
        teammate = None if by in NOBODY else TeammateId(by)
        await messages.add(connection, held.id, "teammate", "note", words, now, teammate=teammate)
        if held.status == "on_hold":
            await tickets.change(connection, held.id, now, status="open")
        await events.record(
            connection, held.brand, held.id, "problem_solved", now, problem=problem.id, before=held.status, by=by
        )
        await clocks.follow(connection, held.id, policy, now)


async def linked(connection: AsyncConnection, problem: TicketId) -> list[TicketId]:
    """Return the tickets that wait for a problem, by id."""
    rows = await connection.execute(select(table.c.id).where(table.c.problem == problem).order_by(table.c.id))
    return [TicketId(ticket) for ticket in rows.scalars()]


async def _require(connection: AsyncConnection, ticket: Ticket, problem: TicketId) -> None:
    found = await tickets.find(connection, problem)
    if found is None or found.brand != ticket.brand or found.merged_into is not None:
        raise ProblemRefused(f"brand {ticket.brand!r} has no ticket {problem!r} to be a problem: name another")
    if found.id == ticket.id or found.problem is not None:
        raise ProblemRefused(f"{problem!r} cannot be the problem of {ticket.id!r}: link it to the cause itself")
    waiting = select(func.count()).select_from(table).where(table.c.problem == ticket.id)
    if (await connection.execute(waiting)).scalar_one():
        raise ProblemRefused(f"others wait for {ticket.id!r}: link them to {problem!r} first")
