"""Solving a ticket: everything that it brings with it, in the transaction that holds the ticket."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from desk import events, tickets
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

    `by` is a teammate's id, "customer" or "desk"; `by_bot` says how sure it is that the bot's answer solved it.
    """
    await tickets.change(connection, ticket.id, now, status="solved", solved_at=now)
    await events.record(connection, ticket.brand, ticket.id, "ticket_solved", now, by=by)
    await outcomes.solved(connection, ticket, now, by_bot)
    await clocks.follow(connection, ticket.id, policy, now)
    await follow_ups.after_solution(connection, ticket, policy, now)
