"""What a teammate does to the talk: a reply to the customer, a note that no customer sees, the word back to the bot."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from desk import events, messages, outbox, tickets
from desk.messages import Message
from desk.queue import Queue
from desk.tickets import DONE, Ticket
from desk.timing import clocks
from desk.work import outcomes, suggestions
from domain.ids import TeammateId
from domain.policy import Policy


async def reply(
    connection: AsyncConnection,
    queue: Queue,
    ticket: Ticket,
    text: str,
    policy: Policy,
    now: datetime,
    teammate: TeammateId | None = None,
) -> Message:
    """Send a teammate's message; the bot is silent in this ticket until it is handed back.

    The ticket waits for its customer then, unless it is done.
    """
    message = await messages.add(connection, ticket.id, "teammate", "reply", text, now, teammate=teammate)
    await outbox.put(connection, queue, ticket, message, now)
    status = ticket.status if ticket.status in DONE else "pending"
    await tickets.change(
        connection, ticket.id, now, settled=ticket.asked, bot_silent=True, status=status, assume_at=None
    )
    await suggestions.supersede(connection, ticket, now)
    await outcomes.replied(connection, ticket, "teammate", now)
    facts = {"message": message.id, "by": teammate or "teammate"}
    await events.record(connection, ticket.brand, ticket.id, "message_written", now, **facts)
    await clocks.follow(connection, ticket.id, policy, now, answered=True)
    return message


async def note(connection: AsyncConnection, ticket: Ticket, text: str, now: datetime, teammate: TeammateId) -> Message:
    """Keep what teammates tell each other about a ticket: it is sent to nobody and read by no bot."""
    message = await messages.add(connection, ticket.id, "teammate", "note", text, now, teammate=teammate)
    await tickets.change(connection, ticket.id, now)
    facts = {"message": message.id, "by": teammate}
    await events.record(connection, ticket.brand, ticket.id, "note_written", now, **facts)
    return message


async def hand_back(
    connection: AsyncConnection, ticket: Ticket, now: datetime, teammate: TeammateId | None = None
) -> None:
    """Let the bot answer what the customer writes from now on."""
    await tickets.change(connection, ticket.id, now, bot_silent=False, settled=ticket.asked, handed_over_at=None)
    facts: dict[str, events.Fact] = {"by": teammate} if teammate else {}
    await events.record(connection, ticket.brand, ticket.id, "handed_back", now, **facts)
