"""The ledger of what became of each ticket: who answered first, whether it came back, and what the customer thought.

A row is opened with its ticket and filled in the transactions of what happens to it; every number in it is also in
the events, and the ledger only spares reading them one by one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.work import outcomes
from desk import events
from desk.errors import RatingRefused
from desk.tickets import Ticket
from domain.decisions import HandoverReason
from domain.ids import BrandId, CustomerId, TicketId

Sureness = Literal["confirmed", "assumed"]
Rating = Literal["asked", "given"]
RATINGS = (1, 5)


@dataclass(frozen=True)
class Outcome:
    """What became of a ticket so far; `csat` is the customer's mark from 1 to 5."""

    ticket: TicketId
    brand: BrandId
    customer: CustomerId | None
    intent: str | None
    opened_at: datetime
    first_bot_reply_at: datetime | None
    first_teammate_reply_at: datetime | None
    answered_by_bot: Sureness | None
    handed_over: HandoverReason | None
    solved_at: datetime | None
    reopened: int
    contacted_again_at: datetime | None
    csat_asked_at: datetime | None
    csat_given_at: datetime | None
    csat_ignored_at: datetime | None
    csat: int | None

    @property
    def rating(self) -> Rating | None:
        """Say whether the customer gave a mark, or is asked for one: while it is solved, until they ignored that."""
        if self.csat is not None:
            return "given"
        asked = self.csat_asked_at and self.solved_at and not self.csat_ignored_at
        return "asked" if asked else None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the outcome of a row of its table."""
        return cls(**row._mapping)


async def opened(connection: AsyncConnection, ticket: Ticket) -> None:
    """Open the ledger of a new ticket."""
    row = {
        "ticket": ticket.id,
        "brand": ticket.brand,
        "customer": ticket.customer,
        "intent": ticket.intent,
        "opened_at": ticket.created_at,
    }
    await connection.execute(insert(outcomes).values(row).on_conflict_do_nothing())


async def of(connection: AsyncConnection, ticket: TicketId) -> Outcome | None:
    """Return what became of a ticket, None when nothing is known of it."""
    row = (await connection.execute(select(outcomes).where(outcomes.c.ticket == ticket))).one_or_none()
    return None if row is None else Outcome.of(row)


async def understood(
    connection: AsyncConnection, ticket: Ticket, intent: str, recontact: timedelta, now: datetime
) -> None:
    """Note what a ticket is about, and which solved ones of its customer about the same it shows to be unsolved."""
    await _change(connection, ticket.id, outcomes.c.intent.is_(None), intent=intent)
    if ticket.customer is None:
        return
    earlier = (
        (outcomes.c.brand == ticket.brand)
        & (outcomes.c.customer == ticket.customer)
        & (outcomes.c.intent == intent)
        & (outcomes.c.ticket != ticket.id)
        & (outcomes.c.solved_at > ticket.created_at - recontact)
        & (outcomes.c.solved_at <= ticket.created_at)
        & outcomes.c.contacted_again_at.is_(None)
    )
    again = update(outcomes).where(earlier).values(contacted_again_at=ticket.created_at).returning(outcomes.c.ticket)
    for solved in (await connection.execute(again)).scalars():
        await events.record(connection, ticket.brand, TicketId(solved), "contacted_again", now, again=ticket.id)


async def replied(connection: AsyncConnection, ticket: Ticket, by: Literal["bot", "teammate"], now: datetime) -> None:
    """Note the first reply of the bot or of a teammate."""
    column = f"first_{by}_reply_at"
    await _change(connection, ticket.id, outcomes.c[column].is_(None), **{column: now})


async def handed_over(connection: AsyncConnection, ticket: Ticket, reason: HandoverReason) -> None:
    """Note why a ticket went to a person first."""
    await _change(connection, ticket.id, outcomes.c.handed_over.is_(None), handed_over=reason)


async def solved(connection: AsyncConnection, ticket: Ticket, now: datetime, by_bot: Sureness | None = None) -> None:
    """Note that a ticket is solved, by the bot when it says how sure that is; the customer is asked for a mark once."""
    await _change(connection, ticket.id, solved_at=now, answered_by_bot=by_bot)
    asked = await _change(connection, ticket.id, outcomes.c.csat_asked_at.is_(None), csat_asked_at=now)
    if asked:
        await events.record(connection, ticket.brand, ticket.id, "csat_asked", now)


async def reopened(connection: AsyncConnection, ticket: Ticket) -> None:
    """Note that a solved ticket came back: whoever answered it did not solve it."""
    values = {"reopened": outcomes.c.reopened + 1, "solved_at": None, "answered_by_bot": None}
    await _change(connection, ticket.id, **values)


async def rated(connection: AsyncConnection, ticket: Ticket, mark: int, now: datetime) -> None:
    """Note the customer's mark; a second one takes its place.

    Raises RatingRefused for a mark that is none, or a ticket whose customer was not asked.
    """
    lowest, highest = RATINGS
    if not lowest <= mark <= highest:
        raise RatingRefused(f"{mark!r} is no mark: give {lowest} (bad) to {highest} (good)")
    if not await _change(connection, ticket.id, outcomes.c.csat_asked_at.is_not(None), csat=mark, csat_given_at=now):
        raise RatingRefused(f"the customer of {ticket.id!r} was not asked for a mark: only solved tickets are marked")
    await events.record(connection, ticket.brand, ticket.id, "csat_given", now, mark=mark)


async def ignored(connection: AsyncConnection, before: datetime, now: datetime, limit: int) -> int:
    """Record, once each, whose customers were asked for a mark before a time and never gave one."""
    silent = outcomes.c.csat_given_at.is_(None) & outcomes.c.csat_ignored_at.is_(None)
    oldest = select(outcomes.c.ticket).where(silent, outcomes.c.csat_asked_at < before)
    taken = oldest.order_by(outcomes.c.csat_asked_at).limit(limit).with_for_update(skip_locked=True)
    changed = update(outcomes).where(outcomes.c.ticket.in_(taken)).values(csat_ignored_at=now)
    rows = (await connection.execute(changed.returning(outcomes.c.brand, outcomes.c.ticket))).all()
    for row in rows:
        await events.record(connection, BrandId(row.brand), TicketId(row.ticket), "csat_ignored", now)
    return len(rows)


async def _change(connection: AsyncConnection, ticket: TicketId, *where: ColumnElement[bool], **values: object) -> bool:
    """Set columns of a ticket's ledger where these hold, and say whether they did."""
    changed = update(outcomes).where(outcomes.c.ticket == ticket, *where).values(**values)
    return (await connection.execute(changed.returning(outcomes.c.ticket))).first() is not None
