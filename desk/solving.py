"""Solving a ticket: everything that it brings with it, in the transaction that holds the ticket."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from desk import cases, events, problems, stream, tickets
from desk.staff import follow_ups
from desk.tickets import Ticket
from desk.timing import clocks
from desk.work import outcomes
from desk.work.outcomes import Sureness
from domain.policy import Policy


async def solve(
    connection: AsyncConnection,
    ticket: Ticket,
    policy: Policy,
    by: str,
    now: datetime,
    by_bot: Sureness | None = None,
) -> None:
    """Solve a ticket: its clocks stop, the customer is asked for a mark, and a grave one is followed up.

    Tickets that wait for it as their problem are told.

    `by` is a teammate's id, "customer" or "desk"; `by_bot` says how sure it is that the bot's answer solved it.
    """
    await tickets.change(connection, ticket.id, now, status="solved", solved_at=now, assume_at=None)
    await events.record(connection, ticket.brand, ticket.id, "ticket_solved", now, by=by)
    await outcomes.solved(connection, ticket, now, by_bot)
    await clocks.follow(connection, ticket.id, policy, now)
    await follow_ups.after_solution(connection, ticket, policy, now)
    await problems.tell(connection, ticket, policy, by, now)
    await stream.ring(connection, ticket.id)


async def by_silence(connection: AsyncConnection, ticket: Ticket, policy: Policy, now: datetime) -> None:
    """Solve a ticket whose customer said nothing after the bot's answer, unless they are still owed something.

    A ticket that does not wait for its customer any more stays as it is.
    """
    if ticket.status != "pending" or ticket.waiting:
        await tickets.change(connection, ticket.id, now, assume_at=None)
    elif await follow_ups.open_ones(connection, ticket.brand, ticket=ticket.id, limit=1):
        later = now + timedelta(hours=policy.waits.silence_hours)
        await tickets.change(connection, ticket.id, now, assume_at=later)
    else:
        await solve(connection, ticket, policy, "desk", now, await by_bot(connection, ticket, "assumed"))


async def by_bot(connection: AsyncConnection, ticket: Ticket, sure: Sureness) -> Sureness | None:
    """Return how sure it is that the bot alone solved a ticket.

    None where a person had a part in it, or where the bot last only asked back or declined: silence says nothing then.
    """
    ledger = await outcomes.of(connection, ticket.id)
    if ticket.handed_over_at is not None or (ledger and ledger.first_teammate_reply_at):
        return None
    last = await cases.last_decision(connection, ticket.id)
    return sure if last and any(ask.state == "answered" for ask in last.asks) else None
