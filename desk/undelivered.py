"""What people are told of a message that did not get through: its ticket no longer waits for the customer."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import outbox
from desk import alerts, events, moves, tickets
from desk.outbox import Cause
from desk.tickets import DONE, Ticket
from domain.ids import MessageId
from domain.policy import Policy


async def tell(
    connection: AsyncConnection, ticket: Ticket, message: MessageId, cause: Cause, policy: Policy, now: datetime
) -> None:
    """Tell whoever has the ticket, and coordination, that a message will not go out by itself.

    A ticket that waited for its customer is open again.
    """
    if ticket.status == "pending":
        await moves.move(connection, ticket, "open", policy, "desk", now)
    elif ticket.status not in DONE:
        await tickets.change(connection, ticket.id, now, assume_at=None)
    tried = select(outbox.c.destination, outbox.c.attempts).where(outbox.c.message == message)
    row = (await connection.execute(tried)).one()
    facts: dict[str, events.Fact] = {"message": message, "channel": row.destination, "attempts": row.attempts}
    await events.record(connection, ticket.brand, ticket.id, "delivery_failed", now, **facts, cause=cause)
    for told in (ticket.assignee, alerts.COORDINATION):
        if told is not None:
            await alerts.tell_again(connection, ticket.brand, ticket.id, "undelivered", told, now)
