"""The door to messages on their way: what did not go out and why, and what a person decides about it.

A failed message goes nowhere by itself: somebody sends it again, or says that it arrived. Every method but
`replay_failed`, which is one for each message, is one transaction and takes the time from its caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.tables import messages, tickets
from database.tables import outbox as table
from desk import circuits, events, mailing, outbox
from desk.audit import OPERATOR
from desk.errors import OutgoingRefused, UnknownOutgoing, ViewRefused
from desk.outbox import Cause, Standing, State
from desk.queue import Queue
from desk.staff import teammates
from desk.tickets import Ticket, hold
from desk.webhooks import deliveries as webhooks
from domain.ids import BrandId, MessageId, SubscriptionId, TeammateId, TicketId
from domain.turns import Author, Channel

AT_ONCE = 500
PREVIEW = 160  # characters
OVERDUE = timedelta(minutes=2)  # longer than a message waits where a worker runs
STUCK = timedelta(minutes=10)  # longer than it takes to find out why one does not go out, where nothing is broken
Repeatable = Literal["given_up", "refused", "returned"]  # each uncertain one is decided on by itself


@dataclass(frozen=True)
class Outgoing:
    """A message of ours on its way, or not, as a list shows it."""

    ticket: TicketId
    author: Author
    preview: str
    standing: Standing

    @property
    def place(self) -> str:
        """Return where it stands in the list, for the page after it."""
        at = self.standing.queued_at.astimezone(UTC).replace(tzinfo=None)
        return f"{at.isoformat()}Z,{self.standing.message}"


@dataclass(frozen=True)
class Asked:
    """Which messages of a brand are asked for; what is None is left open."""

    brand: BrandId
    state: State | None = None
    cause: Cause | None = None
    channel: Channel | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Troubles:
    """What keeps messages and events of all brands from getting there.

    `failed` are messages by cause, `overdue` those that nobody has sent, nor noted why, although somebody should have.
    `left_alone` are systems and subscribed addresses that fail, each with the time until then; `untold` are events that
    their subscription did not get.
    """

    failed: Mapping[Cause, int]
    overdue: int
    left_alone: Mapping[str, datetime]
    untold: Mapping[SubscriptionId, int]


class Deliveries:
    """The messages of all brands on their way to customers; one of another brand is an unknown one."""

    def __init__(self, engine: AsyncEngine, queue: Queue) -> None:
        self._engine = engine
        self._queue = queue

    async def page(self, asked: Asked, after: str | None = None, limit: int = 50) -> list[Outgoing]:
        """Return messages on their way, sent and failed, the newest first, after the place of the last one seen.

        Raises ViewRefused for what is no place.
        """
        chosen = _listed().where(*_meant(asked)).order_by(table.c.queued_at.desc(), table.c.message.desc())
        if after is not None:
            chosen = chosen.where(tuple_(table.c.queued_at, table.c.message) < tuple_(*_place(after)))
        async with self._engine.connect() as connection:
            return [_outgoing(row) for row in await connection.execute(chosen.limit(limit))]

    async def count(self, asked: Asked) -> int:
        """Return how many messages are asked for."""
        async with self._engine.connect() as connection:
            counted = await connection.execute(_listed().with_only_columns(func.count()).where(*_meant(asked)))
            return counted.scalar_one()

    async def replay(self, brand: BrandId, message: MessageId, by: TeammateId | None, now: datetime) -> Outgoing:
        """Send a message again that did not go out, and one that still waits now; by the operator, where `by` is None.

        Sent again is also one that nobody knows the fate of. Raises UnknownOutgoing, UnknownTeammate, or
        OutgoingRefused for one that was sent.
        """
        async with self._engine.begin() as connection:
            ticket, found = await self._hold(connection, brand, message, by)
            if found.state == "sent":
                raise OutgoingRefused(f"{message!r} was sent at {found.sent_at}: write in its ticket to say it twice")
            await self._again(connection, ticket, found, by or OPERATOR, now)
            return await _find(connection, brand, message)

    async def hasten(self, asked: Asked, now: datetime) -> int:
        """Try now what waits to be tried again, as after an outage, and return how much that is."""
        waits = [*_meant(replace(asked, state="queued", cause=None)), table.c.error.is_not(None)]
        which = (
            select(table.c.message)
            .select_from(_JOINED)
            .where(*waits, table.c.next_attempt_at > now)
            .with_for_update(of=table, skip_locked=True)
        )
        async with self._engine.begin() as connection:
            await circuits.retry(connection, now)
            sooner = update(table).where(table.c.message.in_(which)).values(next_attempt_at=now)
            return (await connection.execute(sooner)).rowcount

    async def replay_failed(self, asked: Asked, cause: Repeatable, by: TeammateId | None, now: datetime) -> int:
        """Send again what failed for a cause, the oldest first, up to AT_ONCE, and return how much that is.

        Raises UnknownTeammate.
        """
        meant = _meant(replace(asked, state="failed", cause=cause))
        chosen = _listed().where(*meant).order_by(table.c.queued_at, messages.c.number).limit(AT_ONCE)
        async with self._engine.connect() as connection:
            failed = [_outgoing(row).standing.message for row in await connection.execute(chosen)]
        replayed = 0
        for message in failed:
            async with self._engine.begin() as connection:
                ticket, found = await self._hold(connection, asked.brand, message, by)
                if found.cause == cause:
                    await self._again(connection, ticket, found, by or OPERATOR, now)
                    replayed += 1
        return replayed

    async def arrived(self, brand: BrandId, message: MessageId, by: TeammateId | None, now: datetime) -> Outgoing:
        """Note that a message reached its customer all the same, as somebody knows; it is not sent again.

        Raises UnknownOutgoing, UnknownTeammate, or OutgoingRefused for one that is on its way.
        """
        async with self._engine.begin() as connection:
            ticket, found = await self._hold(connection, brand, message, by)
            if found.state == "queued":
                raise OutgoingRefused(f"{message!r} is on its way: say what became of it once it has failed")
            if found.state == "failed":
                sent = {"state": "sent", "sent_at": now, "cause": None, "error": None}
                await connection.execute(update(table).where(table.c.message == message).values(sent))
                facts: dict[str, events.Fact] = {"message": message, "channel": found.channel, "by": by or OPERATOR}
                await events.record(connection, brand, ticket.id, "message_delivered", now, **facts)
            return await _find(connection, brand, message)

    async def troubles(self, now: datetime) -> Troubles:
        """Return what an operator has to look after, in all brands."""
        by_cause = select(table.c.cause, func.count()).where(table.c.state == "failed").group_by(table.c.cause)
        untried = table.c.error.is_(None) & (table.c.queued_at < now - STUCK)
        late = (table.c.state == "queued") & ((table.c.next_attempt_at < now - OVERDUE) | untried)
        async with self._engine.connect() as connection:
            failed = {row[0]: row[1] for row in await connection.execute(by_cause)}
            overdue = (await connection.execute(select(func.count()).where(late))).scalar_one()
            left_alone = await circuits.opened(connection, now)
            return Troubles(failed, overdue, left_alone, await webhooks.failed(connection))

    async def _hold(
        self, connection: AsyncConnection, brand: BrandId, message: MessageId, by: TeammateId | None
    ) -> tuple[Ticket, Standing]:
        """Return a message's ticket and how it fares, both held: the ticket first, as everywhere."""
        listed = await _find(connection, brand, message)
        if by is not None:
            await teammates.require(connection, brand, by)
        ticket = await hold(connection, listed.ticket)
        held = select(table).where(table.c.message == message).with_for_update()
        row = (await connection.execute(held)).one_or_none()
        if ticket is None or row is None:  # erased in between
            raise _unknown(brand, message)
        return ticket, Standing.of(row)

    async def _again(
        self, connection: AsyncConnection, ticket: Ticket, found: Standing, by: str, now: datetime
    ) -> None:
        """Put a message on its way anew; what is known of a mail is forgotten where it must be made another time."""
        if found.cause in ("uncertain", "returned"):
            await mailing.forget(connection, found.message, ended=True)
        await circuits.retry(connection, now)
        await outbox.again(connection, self._queue, ticket.id, found.message, now)
        if found.cause is not None:
            facts: dict[str, events.Fact] = {"message": found.message, "channel": found.channel}
            facts |= {"cause": found.cause, "by": by}
            await events.record(connection, ticket.brand, ticket.id, "delivery_replayed", now, **facts)


_JOINED = table.join(messages, messages.c.id == table.c.message).join(tickets, tickets.c.id == messages.c.ticket)


async def _find(connection: AsyncConnection, brand: BrandId, message: MessageId) -> Outgoing:
    theirs = _listed().where(tickets.c.brand == brand, messages.c.id == message)
    row = (await connection.execute(theirs)).one_or_none()
    if row is None:
        raise _unknown(brand, message)
    return _outgoing(row)


def _unknown(brand: BrandId, message: MessageId) -> UnknownOutgoing:
    return UnknownOutgoing(f"brand {brand!r} sends no message {message!r}: `deskhand deliveries list` shows them")


def _listed() -> Select[Any]:
    shown = (messages.c.ticket, messages.c.author, func.left(messages.c.text, PREVIEW).label("preview"))
    return select(table, *shown).select_from(_JOINED)


def _outgoing(row: Row[Any]) -> Outgoing:
    return Outgoing(row.ticket, row.author, row.preview, Standing.of(row))


def _meant(asked: Asked) -> list[ColumnElement[bool]]:
    meant: list[ColumnElement[bool]] = [tickets.c.brand == asked.brand]
    columns = {table.c.state: asked.state, table.c.cause: asked.cause, table.c.destination: asked.channel}
    meant += [column == wanted for column, wanted in columns.items() if wanted is not None]
    return [*meant, table.c.queued_at >= asked.since] if asked.since else meant


def _place(after: str) -> tuple[datetime, str]:
    at, _, message = after.partition(",")
    try:
        since = datetime.fromisoformat(at)
    except ValueError:
        since = None
    if since is None or since.tzinfo is None or not message:
        raise ViewRefused(f"{after!r} is no place in the list: take `next` of the page before")
    return since, message
