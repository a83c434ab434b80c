"""The outbox: messages on their way out, each delivered once however often it is tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import messages, outbox, tickets
from desk import backoff
from desk.messages import Kind, Message
from desk.queue import SOON, Queue
from desk.tickets import Ticket
from domain.ids import CaseId, MessageId, TicketId
from domain.turns import Author, Channel

GRACE = timedelta(seconds=60)

State = Literal["queued", "sent", "failed"]
Cause = Literal["given_up", "refused", "uncertain", "returned"]
Fate = Literal["later", "not_tried", "refused", "uncertain"]


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
    queued_at: datetime


@dataclass(frozen=True)
class Failure:
    """Why a message did not go out, and what that means: try it `later`, or never.

    `not_tried` is no attempt: whoever it goes to is left alone for now. `wait` is how long they want to be.
    """

    error: str
    fate: Fate = "later"
    wait: timedelta | None = None

    def next_try(self, delivery: Delivery, now: datetime) -> datetime | None:
        """Return when the message is tried again, None when it is given up."""
        if self.fate == "later":
            return backoff.next_try(delivery.attempts + 1, now, self.wait)
        again = now + (self.wait or GRACE)
        in_time = again <= delivery.queued_at + backoff.LONGEST
        return again if self.fate == "not_tried" and in_time else None

    @property
    def cause(self) -> Cause:
        """Return why a message failed that is not tried again."""
        return self.fate if self.fate in ("refused", "uncertain") else "given_up"


@dataclass(frozen=True)
class Standing:
    """How a message of ours fares on its way: a failed one says by which `cause` and with what `error`.

    `given_up` was tried often enough, `refused` is never taken, of an `uncertain` one nobody knows whether it arrived,
    a `returned` one arrived and came back.
    """

    message: MessageId
    channel: Channel
    state: State
    attempts: int
    queued_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    cause: Cause | None
    error: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the standing of a row of the outbox; the row may hold more."""
        named = {name: getattr(row, name) for name in cls.__dataclass_fields__ if name != "channel"}
        return cls(channel=row.destination, **named)


async def put(connection: AsyncConnection, queue: Queue, ticket: Ticket, message: Message, now: datetime) -> None:
    """Queue a message for its ticket's channel; should its job be lost, the sweep takes it up after a while."""
    row = {
        "message": message.id,
        "destination": ticket.channel,
        "state": "queued",
        "attempts": 0,
        "queued_at": now,
        "next_attempt_at": now + GRACE,
    }
    await connection.execute(insert(outbox).values(row))
    await _defer(connection, queue, ticket.id, message.id)


async def find(connection: AsyncConnection, message: MessageId) -> Delivery | None:
    """Return a message that still has to go out, None when it went or cannot."""
    row = (
        await connection.execute(
            select(messages, outbox.c.destination, outbox.c.attempts, outbox.c.queued_at)
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
        queued_at=row.queued_at,
    )


async def standings(connection: AsyncConnection, ticket: TicketId) -> Mapping[MessageId, Standing]:
    """Return how each message of a ticket fares that goes out, or went."""
    chosen = select(outbox).join(messages, messages.c.id == outbox.c.message).where(messages.c.ticket == ticket)
    return {row.message: Standing.of(row) for row in await connection.execute(chosen)}


async def mark_sent(connection: AsyncConnection, message: MessageId, now: datetime) -> Ticket | None:
    """Note that a message went out, and return its ticket; None when that was known already."""
    queued = (outbox.c.message == message) & (outbox.c.state == "queued")
    changed = await connection.execute(
        update(outbox).where(queued).values(state="sent", sent_at=now, error=None).returning(outbox.c.message)
    )
    return None if changed.first() is None else await _ticket(connection, message)


async def mark_unsent(connection: AsyncConnection, delivery: Delivery, failure: Failure, now: datetime) -> Cause | None:
    """Note a failure and when to try again, later each time; a last one returns its cause."""
    again = failure.next_try(delivery, now)
    attempts = delivery.attempts + (failure.fate != "not_tried")
    told = func.coalesce(outbox.c.error, failure.error) if failure.fate == "not_tried" else failure.error
    columns: dict[str, object] = {"attempts": attempts, "error": told}
    columns |= {"next_attempt_at": again} if again else {"state": "failed", "cause": failure.cause}
    queued = (outbox.c.message == delivery.message) & (outbox.c.state == "queued")
    changed = await connection.execute(update(outbox).where(queued).values(columns).returning(outbox.c.message))
    return None if again or changed.first() is None else failure.cause


async def mark_returned(connection: AsyncConnection, message: MessageId, error: str) -> bool:
    """Note that a message went out and came back; False when that was known, or it never went."""
    sent = (outbox.c.message == message) & ((outbox.c.state != "failed") | (outbox.c.cause == "uncertain"))
    columns = {"state": "failed", "cause": "returned", "error": error}
    changed = update(outbox).where(sent).values(columns).returning(outbox.c.message)
    return (await connection.execute(changed)).first() is not None


async def again(connection: AsyncConnection, queue: Queue, ticket: TicketId, message: MessageId, now: datetime) -> None:
    """Send a message from the first attempt on, whose row this transaction holds."""
    anew = {"state": "queued", "attempts": 0, "queued_at": now, "next_attempt_at": now + GRACE}
    await connection.execute(update(outbox).where(outbox.c.message == message).values(**anew, cause=None, error=None))
    await _defer(connection, queue, ticket, message)


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
