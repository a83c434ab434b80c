"""The outbox: messages on their way out, each delivered once however often it is tried."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import messages, outbox, tickets
from desk import backoff
from desk.messages import Kind, Message
from desk.queue import SOON, Queue
from desk.tickets import Ticket
from domain.ids import CaseId, MessageId, TicketId
from domain.turns import Author, Channel

GRACE = timedelta(seconds=60)


@dataclass(frozen=True)
class Delivery:
    """A message as a connector sends it: keyed by `message`, to the channel `destination`."""

    message: MessageId
    ticket: TicketId
    case: CaseId | None
    destination: Channel
    author: Author
    kind: Kind
    text: str
    attempts: int


async def put(connection: AsyncConnection, queue: Queue, ticket: Ticket, message: Message, now: datetime) -> None:
    """Queue a message for its ticket's channel; should its job be lost, the sweep takes it up after a while."""
    row = {
        "message": message.id,
        "destination": ticket.channel,
        "state": "queued",
        "attempts": 0,
        "next_attempt_at": now + GRACE,
    }
    await connection.execute(insert(outbox).values(row))
    await _defer(connection, queue, ticket.id, message.id)


async def find(connection: AsyncConnection, message: MessageId) -> Delivery | None:
    """Return a message that still has to go out, None when it went or cannot."""
    row = (
        await connection.execute(
            select(messages, outbox.c.destination, outbox.c.attempts)
            .join(outbox, outbox.c.message == messages.c.id)
            .where(messages.c.id == message, outbox.c.state == "queued")
        )
    ).one_or_none()
    if row is None:
        return None
    return Delivery(
        message=row.id,
        ticket=row.ticket,
        case=row.case,
        destination=row.destination,
        author=row.author,
        kind=row.kind,
        text=row.text,
        attempts=row.attempts,
    )


async def mark_sent(connection: AsyncConnection, message: MessageId, now: datetime) -> Ticket | None:
    """Note that a message went out, and return its ticket; None when that was known already."""
    queued = (outbox.c.message == message) & (outbox.c.state == "queued")
    changed = await connection.execute(
        update(outbox).where(queued).values(state="sent", sent_at=now, error=None).returning(outbox.c.message)
    )
    return None if changed.first() is None else await _ticket(connection, message)


async def mark_unsent(
    connection: AsyncConnection, delivery: Delivery, error: str, now: datetime, final: bool = False
) -> Ticket | None:
    """Note a failure and when to try again, later each time; a final one, or the last, returns the ticket."""
    attempts = delivery.attempts + 1
    again = None if final else backoff.next_try(attempts, now)
    columns: dict[str, object] = {"attempts": attempts, "error": error, "state": "queued" if again else "failed"}
    if again:
        columns["next_attempt_at"] = again
    queued = (outbox.c.message == delivery.message) & (outbox.c.state == "queued")
    await connection.execute(update(outbox).where(queued).values(columns))
    return None if again else await _ticket(connection, delivery.message)


async def mark_returned(connection: AsyncConnection, message: MessageId, error: str) -> bool:
    """Note that a message went out and came back; False when that was known, or it never went."""
    sent = (outbox.c.message == message) & (outbox.c.state != "failed")
    changed = update(outbox).where(sent).values(state="failed", error=error).returning(outbox.c.message)
    return (await connection.execute(changed)).first() is not None


async def defer_due(connection: AsyncConnection, queue: Queue, now: datetime, limit: int) -> int:
    """Defer a job for every message whose time has come, and return how many there were."""
    due = (
        select(outbox.c.message)
        .where(outbox.c.state == "queued", outbox.c.next_attempt_at <= now)
        .order_by(outbox.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = await connection.execute(
        update(outbox)
        .where(outbox.c.message.in_(due), messages.c.id == outbox.c.message)
        .values(next_attempt_at=now + GRACE)
        .returning(messages.c.ticket, messages.c.id)
    )
    rows = taken.all()
    for row in rows:
        await _defer(connection, queue, row.ticket, row.id)
    return len(rows)


async def _defer(connection: AsyncConnection, queue: Queue, ticket: TicketId, message: MessageId) -> None:
    await queue.defer(connection, "deliver", lock=f"deliver:{ticket}", priority=SOON, message=message)


async def _ticket(connection: AsyncConnection, message: MessageId) -> Ticket | None:
    found = await connection.execute(
        select(tickets).join(messages, messages.c.ticket == tickets.c.id).where(messages.c.id == message)
    )
    row = found.one_or_none()
    return None if row is None else Ticket.of(row)
