"""Two tickets of one customer become one, in the transaction that holds both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import clocks as clock_rows
from database.tables import messages
from database.tables import tickets as table
from database.work import attachments, follow_ups
from desk import events, moves, places, tickets
from desk.errors import MergeRefused
from desk.events import Fact
from desk.places import Place
from desk.tickets import DONE, Ticket
from desk.timing import clocks
from desk.timing.clocks import RESPONSES
from desk.work import suggestions
from domain.ids import TeammateId, TicketId
from domain.policy import Policy


@dataclass(frozen=True)
class _Said:
    place: Place
    at: datetime


async def merge(
    connection: AsyncConnection, ticket: Ticket, into: Ticket, policy: Policy, by: TeammateId, now: datetime
) -> None:
    """Let one ticket go on in another: what was said stands there in the order in which it was said.

    The first is closed and points to the other. There the bot is silent until it is handed back, and the customer
    waits as long as in whichever of the two they waited longer. Raises MergeRefused.
    """
    _require(ticket, into)
    await suggestions.supersede(connection, ticket, now)
    await suggestions.supersede(connection, into, now)
    moved = await _interleave(connection, ticket, into)
    await _unite(connection, ticket, into, moved, now)
    await _keep_waiting(connection, ticket, into, now)
    await moves.drop(connection, ticket, "merged", policy, by, now, into=into.id)
    facts: dict[str, Fact] = {"merged": ticket.id, "messages": sum(1 for old, _ in moved if old == ticket.id), "by": by}
    await events.record(connection, into.brand, into.id, "ticket_merged", now, **facts)
    await clocks.follow(connection, into.id, policy, now)


def _require(ticket: Ticket, into: Ticket) -> None:
    if ticket.id == into.id:
        raise MergeRefused(f"{ticket.id!r} cannot be merged into itself: name another ticket")
    if ticket.customer is None or ticket.customer != into.customer:
        raise MergeRefused(
            f"{ticket.id!r} and {into.id!r} are not known to be of one customer, who would read both: "
            "say whose they are first"
        )
    if ticket.merged_into or into.merged_into:
        raise MergeRefused(f"{ticket.id!r} or {into.id!r} was merged already: merge what it was merged into")
    if into.status in DONE:
        raise MergeRefused(f"{into.id!r} is {into.status}: reopen it first, or merge it into {ticket.id!r}")


async def _interleave(connection: AsyncConnection, ticket: Ticket, into: Ticket) -> dict[Place, Place]:
    """Move all messages of both tickets into one, by time; within each their order stays."""
    said = [*await _said(connection, into.id), *await _said(connection, ticket.id)]
    said.sort(key=lambda one: one.at)
    moved = {one.place: (into.id, number) for number, one in enumerate(said, start=1)}
    await places.move(connection, moved)
    return moved


async def _said(connection: AsyncConnection, ticket: TicketId) -> Sequence[_Said]:
    """Return the messages of a ticket, none earlier than the one before it."""
    chosen = select(messages.c.number, messages.c.created_at).where(messages.c.ticket == ticket)
    said: list[_Said] = []
    for number, at in await connection.execute(chosen.order_by(messages.c.number)):
        said.append(_Said((ticket, number), max(at, said[-1].at) if said else at))
    return said


async def _unite(
    connection: AsyncConnection, ticket: Ticket, into: Ticket, moved: dict[Place, Place], now: datetime
) -> None:
    """Let the ticket that stays have what both had."""
    asked = [moved[one.id, one.asked][1] for one in (ticket, into) if (one.id, one.asked) in moved]
    open_again = into.status == "pending" and ticket.status in ("new", "open")
    await tickets.change(
        connection,
        into.id,
        now,
        asked=max(asked, default=0),
        settled=max(asked, default=0),
        bot_silent=True,
        assume_at=None,
        begin_at=None,
        status="open" if open_again or into.status == "new" else into.status,
        priority=min(ticket.priority, into.priority).value if ticket.status not in DONE else into.priority.value,
        tags=list(dict.fromkeys((*into.tags, *ticket.tags))),
        subject=into.subject or ticket.subject,
        team=into.team or ticket.team,
        skill=into.skill or ticket.skill,
        handed_over_at=into.handed_over_at or ticket.handed_over_at,
    )
    await _rehang(connection, ticket.id, into)


async def _rehang(connection: AsyncConnection, ticket: TicketId, into: Ticket) -> None:
    """Let what belonged to a ticket belong to the one that stays; what was grave about it stays to be followed up."""
    owed = (follow_ups.c.ticket == ticket) & (follow_ups.c.cause != "grave")
    await connection.execute(update(follow_ups).where(owed).values(ticket=into.id))
    await connection.execute(update(attachments).where(attachments.c.ticket == ticket).values(ticket=into.id))
    caused = (table.c.problem == ticket) & (table.c.id != into.id)
    await connection.execute(update(table).where(caused).values(problem=into.id))
    if into.problem == ticket:
        await connection.execute(update(table).where(table.c.id == into.id).values(problem=None))


async def _keep_waiting(connection: AsyncConnection, ticket: Ticket, into: Ticket, now: datetime) -> None:
    """Let the response clock go on that is due first."""
    running = [(clock, one) for one in (ticket, into) for clock in await clocks.of(connection, one.id)]
    waits = [(clock, one) for clock, one in running if clock.kind in RESPONSES and clock.stopped_at is None]
    if not waits:
        return
    first, owner = min(waits, key=lambda pair: pair[0].due_at)
    if owner.id == into.id:
        return
    later = [clock.id for clock, one in waits if one.id == into.id]
    await connection.execute(update(clock_rows).where(clock_rows.c.id.in_(later)).values(stopped_at=now))
    await connection.execute(update(clock_rows).where(clock_rows.c.id == first.id).values(ticket=into.id))
