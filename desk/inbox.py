"""The inbox: what came in from outside, each event of a source once, however often it is delivered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.mail import inbox
from database.tables import messages
from desk.messages import Message
from domain.ids import BrandId, MessageId

FOR_GOOD = timedelta(days=36500)
A_DAY = timedelta(days=1)  # as long as what is sent again counts as sent again


@dataclass(frozen=True)
class Origin:
    """Where something came from: the connector that took it, and its id there."""

    brand: BrandId
    source: str
    event: str


async def claim(connection: AsyncConnection, origin: Origin, now: datetime, kept: timedelta = FOR_GOOD) -> bool:
    """Take an event, True for whoever takes it first; who comes at the same time waits until that is certain.

    One that was taken longer ago than it is `kept` counts as new.
    """
    row = insert(inbox).values(**vars(origin), received_at=now)
    forgotten = inbox.c.received_at < now - kept
    taken = row.on_conflict_do_update(
        index_elements=["brand", "source", "event"], set_={"received_at": now, "message": None}, where=forgotten
    )
    return (await connection.execute(taken.returning(inbox.c.event))).first() is not None


async def claim_delivered(connection: AsyncConnection, origin: Origin, delivery: Origin | None, now: datetime) -> bool:
    """Take an event and the delivery that brought it, True where nobody took either.

    The same event may come by deliveries of other ids, which then become what it became.
    """
    if delivery and not await claim(connection, delivery, now):
        return False
    if await claim(connection, origin, now):
        return True
    if delivery and (message := await message_of(connection, origin)):
        await became(connection, delivery, message)
    return False


async def became(connection: AsyncConnection, origin: Origin, message: MessageId) -> None:
    """Keep which message an event became."""
    await connection.execute(update(inbox).where(_is(origin)).values(message=message))


async def message_of(connection: AsyncConnection, origin: Origin) -> MessageId | None:
    """Return which message an event became, None when it is not known or became none."""
    found: MessageId | None = (await connection.execute(select(inbox.c.message).where(_is(origin)))).scalar()
    return found


async def stored(connection: AsyncConnection, origin: Origin) -> Message:
    """Return the message that an event became, as it was stored."""
    chosen = select(messages).join(inbox, inbox.c.message == messages.c.id).where(_is(origin))
    return Message.of((await connection.execute(chosen)).one())


def _is(origin: Origin) -> ColumnElement[bool]:
    return (inbox.c.brand == origin.brand) & (inbox.c.source == origin.source) & (inbox.c.event == origin.event)
