"""Where a ticket may go: its status as teammates change it, and what each change brings with it.

    new --> open <--> pending <--> on_hold      any of them --> solved --> closed
                                                solved --> open

A closed ticket stays closed, unless its customer writes again or it was no spam after all. What a ticket adds to the
number of open ones is told by four events, and each is recorded exactly when that number changes: opened, reopened,
solved and dropped.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from desk import events, solving, tickets
from desk.errors import MoveRefused
from desk.events import Fact
from desk.tickets import DONE, Status, Ticket
from desk.timing import clocks
from desk.work import outcomes, suggestions
from domain.policy import Policy

How = Literal["spam", "merged", "erased"]
MOVES: Mapping[Status, tuple[Status, ...]] = {
    "new": ("open", "pending", "on_hold", "solved"),
    "open": ("pending", "on_hold", "solved"),
    "pending": ("open", "on_hold", "solved"),
    "on_hold": ("open", "pending", "solved"),
    "solved": ("open", "closed"),
    "closed": (),
}


async def move(connection: AsyncConnection, ticket: Ticket, to: Status, policy: Policy, by: str, now: datetime) -> None:
    """Change a ticket's status because a teammate says so; to where it stands already is no change.

    Raises MoveRefused.
    """
    if to == ticket.status:
        return
    if to not in MOVES[ticket.status]:
        allowed = " or ".join(MOVES[ticket.status]) or "nothing else: open a new ticket"
        raise MoveRefused(f"{ticket.id!r} is {ticket.status} and cannot become {to}: it may become {allowed}")
    if to == "solved":
        await _leave(connection, ticket, now)
        await solving.solve(connection, ticket, policy, by, now)
    elif ticket.status in DONE and to not in DONE:
        await reopen(connection, ticket, policy, by, now)
    else:
        await tickets.change(connection, ticket.id, now, status=to, assume_at=None)
        change = {"before": ticket.status, "after": to, "by": by}
        await events.record(connection, ticket.brand, ticket.id, "status_changed", now, **change)
        await clocks.follow(connection, ticket.id, policy, now)


async def reopen(connection: AsyncConnection, ticket: Ticket, policy: Policy, by: str, now: datetime) -> None:
    """Work on a ticket again that was done: its resolution clock goes on where it stopped."""
    await tickets.change(connection, ticket.id, now, status="open", spam=False, solved_at=None)
    if ticket.solved_at is not None:
        await outcomes.reopened(connection, ticket)
    await events.record(connection, ticket.brand, ticket.id, "ticket_reopened", now, by=by)
    await clocks.reopened(connection, ticket.id, policy, now)


async def drop(
    connection: AsyncConnection,
    ticket: Ticket,
    how: How,
    policy: Policy,
    by: str,
    now: datetime,
    into: str | None = None,
) -> None:
    """Close a ticket that is none of its own: spam, merged into another, or erased."""
    await _leave(connection, ticket, now)
    columns: Mapping[How, dict[str, object]] = {"spam": {"spam": True}, "merged": {"merged_into": into}, "erased": {}}
    await tickets.change(connection, ticket.id, now, status="closed", bot_silent=True, **columns[how])
    if ticket.status not in DONE:
        facts: dict[str, Fact] = {"how": how, "by": by, **({"into": into} if into else {})}
        await events.record(connection, ticket.brand, ticket.id, "ticket_dropped", now, **facts)
    await clocks.follow(connection, ticket.id, policy, now)


async def _leave(connection: AsyncConnection, ticket: Ticket, now: datetime) -> None:
    """Let nobody answer what the customer said until now."""
    await tickets.change(connection, ticket.id, now, settled=ticket.asked, assume_at=None)
    await suggestions.supersede(connection, ticket, now)
