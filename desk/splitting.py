"""A ticket about two matters becomes two, in the transaction that holds it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from desk import events, messages, places, tickets
from desk.errors import MoveRefused, SplitRefused, UnknownMessage
from desk.events import Fact
from desk.messages import Message
from desk.tickets import DONE, Ticket
from desk.timing import clocks
from desk.work import outcomes, suggestions
from domain.ids import MessageId, TeammateId, TicketId, new
from domain.policy import Policy


async def split(
    connection: AsyncConnection, ticket: Ticket, message: MessageId, policy: Policy, by: TeammateId, now: datetime
) -> Ticket:
    """Let a message of the customer and all after it become a ticket of their own, and return that.

    Where the customer waits there, the clocks count since they wrote. Raises UnknownMessage, SplitRefused or
    MoveRefused.
    """
    said = await messages.of(connection, ticket.id)
    cut = _cut(ticket, said, message)
    stays, goes = said[:cut], said[cut:]
    await suggestions.supersede(connection, ticket, now)
    made = await _open(connection, ticket, goes, by, now)
    await places.move(
        connection,
        {(ticket.id, one.number): (made.id, number) for number, one in enumerate(goes, start=1)},
    )
    await clocks.asked(connection, replace(made, asked=0), policy, goes[0].created_at)
    await clocks.follow(connection, made.id, policy, now, answered=not _waits(goes))
    await _go_on(connection, ticket, stays, policy, now)
    facts: dict[str, Fact] = {"split": made.id, "messages": len(goes), "by": by}
    await events.record(connection, ticket.brand, ticket.id, "ticket_split", now, **facts)
    return made


def _cut(ticket: Ticket, said: Sequence[Message], message: MessageId) -> int:
    if ticket.status in DONE:
        raise MoveRefused(f"{ticket.id!r} is {ticket.status}: reopen it before it is split")
    found = next((place for place, one in enumerate(said) if one.id == message), None)
    if found is None:
        raise UnknownMessage(f"ticket {ticket.id!r} has no message {message!r}")
    earlier = any(one.author == "customer" for one in said[:found])
    if said[found].author != "customer" or not earlier:
        raise SplitRefused(f"{message!r} cannot begin a ticket: split at a message of the customer but the first")
    return found


async def _open(
    connection: AsyncConnection, ticket: Ticket, goes: Sequence[Message], by: TeammateId, now: datetime
) -> Ticket:
    before = goes[0].number - 1
    asked = max(one.number for one in goes if one.author == "customer") - before
    made = replace(
        ticket,
        id=TicketId(new("tic")),
        status="open" if _waits(goes) else "pending",
        asked=asked,
        settled=min(max(ticket.settled - before, 0), asked),
        subject="",
        intent=None,
        tags=(),
        assignee=None,
        assigned_at=None,
        problem=None,
        continues=None,
        source=None,
        source_id=None,
        begin_at=None,
        assume_at=None,
        created_at=now,
        updated_at=now,
    )
    await tickets.add(connection, made)
    await outcomes.opened(connection, made)
    facts = {"channel": made.channel, "by": by, "split_from": ticket.id}
    await events.record(connection, made.brand, made.id, "ticket_opened", now, **facts)
    return made


async def _go_on(
    connection: AsyncConnection, ticket: Ticket, stays: Sequence[Message], policy: Policy, now: datetime
) -> None:
    """Let the first part stand as if the rest had never been said."""
    asked = max(one.number for one in stays if one.author == "customer")
    waits = _waits(stays)
    status = ticket.status if waits or ticket.status == "on_hold" else "pending"
    settled = min(ticket.settled, asked)
    await tickets.change(connection, ticket.id, now, asked=asked, settled=settled, status=status, assume_at=None)
    await clocks.follow(connection, ticket.id, policy, now, answered=not waits)


def _waits(said: Sequence[Message]) -> bool:
    """Say whether nobody has answered what the customer said last."""
    heard = [one.author for one in said if one.kind in ("text", "reply")]
    return bool(heard) and heard[-1] == "customer"
