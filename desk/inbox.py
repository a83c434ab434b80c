"""The inbox: what came in from outside, each event of a source once, however often it is delivered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.mail import inbox
from domain.ids import BrandId, MessageId


@dataclass(frozen=True)
class Origin:
    """Where something came from: the connector that took it, and its id there."""

    brand: BrandId
    source: str
    event: str


async def claim(connection: AsyncConnection, origin: Origin, now: datetime) -> bool:
    """Take an event, True for whoever takes it first; who comes at the same time waits until that is certain."""
    row = insert(inbox).values(**vars(origin), received_at=now).on_conflict_do_nothing().returning(inbox.c.event)
    return (await connection.execute(row)).first() is not None


async def became(connection: AsyncConnection, origin: Origin, message: MessageId) -> None:
    """Keep which message an event became."""
    await connection.execute(update(inbox).where(_is(origin)).values(message=message))


async def message_of(connection: AsyncConnection, origin: Origin) -> MessageId | None:
    """Return which message an event became, None when it is not known or became none."""
    found: MessageId | None = (await connection.execute(select(inbox.c.message).where(_is(origin)))).scalar()
    return found


def _is(origin: Origin) -> ColumnElement[bool]:
    return (inbox.c.brand == origin.brand) & (inbox.c.source == origin.source) & (inbox.c.event == origin.event)
