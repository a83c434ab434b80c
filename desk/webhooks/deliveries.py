"""Deliveries: each event on its way to each subscription that hears of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Executable,
    Row,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import Time, events
from database.webhooks import deliveries, subscriptions
from desk import backoff, circuits
from desk.errors import UnknownDelivery
from domain.ids import BrandId, SubscriptionId, TicketId

EVERY = "*"  # hears of every kind of event
LEASE = timedelta(minutes=2)  # whoever took a delivery has so long before another may
KEPT = timedelta(days=7)  # what was sent is listed, and may be sent again, for so long

State = Literal["queued", "sent", "failed"]


@dataclass(frozen=True)
class Delivery:
    """An event on its way to a subscription; `answer` is the status that came back last, `error` what went wrong."""

    id: int
    subscription: SubscriptionId
    brand: BrandId
    event: int
    kind: str
    ticket: TicketId | None
    happened_at: datetime
    facts: Mapping[str, Any]
    more: Mapping[str, Any] | None
    state: State
    attempts: int
    next_attempt_at: datetime
    sent_at: datetime | None
    answer: int | None
    error: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the delivery of a row that `_whole` reads."""
        return cls(**row._mapping)


@dataclass(frozen=True)
class Failure:
    """Why an event did not get there: the status that came back, and how long the other side wants to be left alone."""

    error: str
    answer: int | None = None
    wait: timedelta | None = None


def hears_of(kind: str | BindParameter[str]) -> ColumnElement[bool]:
    """Return the condition that a subscription is told events of a kind."""
    named = subscriptions.c.events.bool_op("&&")(cast(array([kind, EVERY]), ARRAY(Text)))
    return subscriptions.c.paused_at.is_(None) & named


def _recording() -> Executable:
    """Return the statement that stores an event and puts it on its way to whoever hears of its kind."""
    brand, kind, at = bindparam("of_brand", type_=Text), bindparam("of_kind", type_=Text), bindparam("at", type_=Time)
    facts = {"ticket": bindparam("of_ticket", type_=Text), "data": bindparam("facts", type_=JSONB)}
    stored = insert(events).values(brand=brand, kind=kind, happened_at=at, **facts)
    added = stored.returning(events.c.id).cte("added")
    told = select(subscriptions.c.id, added.c.id, literal("queued"), literal(0), at)
    hear = told.select_from(subscriptions.join(added, true())).where(subscriptions.c.brand == brand, hears_of(kind))
    columns = ["subscription", "event", "state", "attempts", "next_attempt_at"]
    return insert(deliveries).from_select(columns, hear).add_cte(added)


RECORDING = _recording()  # made once: events are the most frequent rows of all


async def record(
    connection: AsyncConnection,
    brand: BrandId,
    ticket: TicketId | None,
    kind: str,
    now: datetime,
    facts: Mapping[str, Any],
) -> None:
    """Store an event, and put it on its way to whoever hears of its kind."""
    values = {"of_brand": brand, "of_ticket": ticket, "of_kind": kind, "at": now, "facts": facts}
    await connection.execute(RECORDING, values)


async def waiting(connection: AsyncConnection, now: datetime, limit: int) -> list[SubscriptionId]:
    """Return who has something to be told now, those that have waited longest first; not those left alone."""
    due = (
        select(deliveries.c.subscription)
        .join(subscriptions, subscriptions.c.id == deliveries.c.subscription)
        .where(_due(now), subscriptions.c.paused_at.is_(None), ~circuits.is_open(deliveries.c.subscription, now))
        .group_by(deliveries.c.subscription)
        .order_by(func.min(deliveries.c.next_attempt_at))
        .limit(limit)
    )
    return list((await connection.execute(due)).scalars())


async def take(connection: AsyncConnection, subscription: SubscriptionId, now: datetime, limit: int) -> list[Delivery]:
    """Take the oldest of what a subscription is to be told; nobody else takes it while the lease lasts."""
    oldest = (
        select(deliveries.c.id)
        .where(deliveries.c.subscription == subscription, _due(now))
        .order_by(deliveries.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    leased = update(deliveries).where(deliveries.c.id.in_(oldest)).values(next_attempt_at=now + LEASE)
    taken = (await connection.execute(leased.returning(deliveries.c.id))).scalars().all()
    rows = await connection.execute(_whole().where(deliveries.c.id.in_(taken)).order_by(deliveries.c.id))
    return [Delivery.of(row) for row in rows]


async def give_back(connection: AsyncConnection, ids: list[int], now: datetime) -> None:
    """Let what was taken and not tried be taken again."""
    await connection.execute(
        update(deliveries).where(deliveries.c.id.in_(ids), deliveries.c.state == "queued").values(next_attempt_at=now)
    )


async def sent(connection: AsyncConnection, delivery: int, answer: int, now: datetime) -> None:
    """Note that an event got there."""
    values = {"state": "sent", "sent_at": now, "answer": answer, "error": None}
    await connection.execute(
        update(deliveries).where(deliveries.c.id == delivery).values(attempts=deliveries.c.attempts + 1, **values)
    )


async def unsent(connection: AsyncConnection, delivery: Delivery, failure: Failure, now: datetime) -> bool:
    """Note that an event did not get there and when it is tried again; False when it is given up."""
    again = backoff.next_try(delivery.attempts + 1, now, failure.wait)
    values: dict[str, object] = {"error": failure.error, "answer": failure.answer, "attempts": delivery.attempts + 1}
    values |= {"state": "failed"} if again is None else {"next_attempt_at": again}
    await connection.execute(
        update(deliveries).where(deliveries.c.id == delivery.id, deliveries.c.state == "queued").values(values)
    )
    return again is not None


async def give_up(connection: AsyncConnection, delivery: Delivery, failure: Failure) -> None:
    """Note that an event cannot get there, whenever it is tried."""
    values = {"state": "failed", "error": failure.error, "answer": failure.answer, "attempts": delivery.attempts + 1}
    await connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(values))


async def of(
    connection: AsyncConnection,
    brand: BrandId,
    subscription: SubscriptionId | None,
    state: State | None,
    before: int | None,
    limit: int,
) -> list[Delivery]:
    """Return deliveries of a brand, the newest first, from below an id on."""
    chosen = _whole().where(events.c.brand == brand).order_by(deliveries.c.id.desc()).limit(limit)
    if subscription is not None:
        chosen = chosen.where(deliveries.c.subscription == subscription)
    if state is not None:
        chosen = chosen.where(deliveries.c.state == state)
    if before is not None:
        chosen = chosen.where(deliveries.c.id < before)
    return [Delivery.of(row) for row in await connection.execute(chosen)]


async def replay(connection: AsyncConnection, brand: BrandId, delivery: int, now: datetime) -> Delivery:
    """Send an event again, from the first attempt on.

    Raises UnknownDelivery.
    """
    theirs = select(subscriptions.c.id).where(subscriptions.c.brand == brand)
    if not await _again(connection, now, deliveries.c.id == delivery, deliveries.c.subscription.in_(theirs)):
        raise UnknownDelivery(f"brand {brand!r} has no delivery {delivery!r}: the list of deliveries shows their ids")
    return Delivery.of((await connection.execute(_whole().where(deliveries.c.id == delivery))).one())


async def replay_failed(connection: AsyncConnection, subscription: SubscriptionId, now: datetime) -> int:
    """Send again whatever was given up, and return how much that is."""
    failed = deliveries.c.state == "failed"
    return await _again(connection, now, deliveries.c.subscription == subscription, failed)


async def count(connection: AsyncConnection, brand: BrandId) -> dict[tuple[SubscriptionId, State], int]:
    """Return how many deliveries of a brand are in each state, by subscription."""
    rows = await connection.execute(
        select(deliveries.c.subscription, deliveries.c.state, func.count().label("many"))
        .join(subscriptions, subscriptions.c.id == deliveries.c.subscription)
        .where(subscriptions.c.brand == brand)
        .group_by(deliveries.c.subscription, deliveries.c.state)
    )
    return {(row.subscription, row.state): row.many for row in rows}


async def failed(connection: AsyncConnection) -> dict[SubscriptionId, int]:
    """Return how many events were given up, of all brands, by who did not get them."""
    given_up = select(deliveries.c.subscription, func.count()).where(deliveries.c.state == "failed")
    rows = await connection.execute(given_up.group_by(deliveries.c.subscription))
    return {SubscriptionId(row[0]): row[1] for row in rows}


async def forget(connection: AsyncConnection, now: datetime) -> None:
    """Forget what was sent long ago."""
    await connection.execute(delete(deliveries).where(deliveries.c.state == "sent", deliveries.c.sent_at < now - KEPT))


async def _again(connection: AsyncConnection, now: datetime, *which: ColumnElement[bool]) -> int:
    values = {"state": "queued", "attempts": 0, "next_attempt_at": now, "sent_at": None}
    again = update(deliveries).where(*which).values(values).returning(deliveries.c.id)
    return len((await connection.execute(again)).all())


def _due(now: datetime) -> ColumnElement[bool]:
    return (deliveries.c.state == "queued") & (deliveries.c.next_attempt_at <= now)


def _whole() -> Select[Any]:
    told = (events.c.brand, events.c.kind, events.c.ticket, events.c.happened_at, events.c.data.label("facts"))
    return select(deliveries, *told).join(events, events.c.id == deliveries.c.event)
