"""Subscriptions: an address that is told of events, which ones, and the secret that what it is told is signed with."""

import base64
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self, get_args

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from database.webhooks import subscriptions
from desk.errors import SubscriptionRefused, UnknownSubscription
from desk.events import Kind
from desk.webhooks.deliveries import EVERY
from domain.ids import BrandId, SubscriptionId, new

KINDS = get_args(Kind)
MARK = "whsec_"
SECRET_BYTES = 32
OVERLAP = timedelta(days=1)  # how long the secret before signs too


@dataclass(frozen=True)
class Subscription:
    """Who hears of which kinds of events; `paused_at` is since when they do not."""

    id: SubscriptionId
    brand: BrandId
    url: str
    events: tuple[str, ...]
    created_at: datetime
    paused_at: datetime | None = None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the subscription of a row of its table."""
        return cls(row.id, row.brand, row.url, tuple(row.events), row.created_at, row.paused_at)


@dataclass(frozen=True)
class Target:
    """Where to send, and the secrets to sign with."""

    url: str
    secrets: tuple[str, ...]


def require(events: Collection[str]) -> None:
    """See that there are such kinds of events.

    Raises SubscriptionRefused.
    """
    if not events:
        raise SubscriptionRefused(f"a subscription hears of nothing: name some events, or {EVERY!r} for every one")
    if unknown := sorted(set(events) - {*KINDS, EVERY}):
        raise SubscriptionRefused(f"there is no event {unknown[0]!r}: they are {', '.join(sorted(KINDS))}")


async def add(
    connection: AsyncConnection, brand: BrandId, url: str, events: Collection[str], now: datetime
) -> tuple[Subscription, str]:
    """Store a subscription, and return it with its secret."""
    added = Subscription(SubscriptionId(new("sub")), brand, url, tuple(dict.fromkeys(events)), now)
    secret = invent()
    row = {"id": added.id, "brand": brand, "url": url, "events": list(added.events), "created_at": now}
    await connection.execute(insert(subscriptions).values(**row, secret=secret))
    return added, secret


async def change(
    connection: AsyncConnection, brand: BrandId, subscription: SubscriptionId, **values: object
) -> Subscription:
    """Set columns of a subscription.

    Raises UnknownSubscription.
    """
    changed = update(subscriptions).where(*_named(brand, subscription)).values(**values).returning(subscriptions)
    return _one((await connection.execute(changed)).one_or_none(), brand, subscription)


async def remove(connection: AsyncConnection, brand: BrandId, subscription: SubscriptionId) -> None:
    """Forget a subscription, and what is on its way to it.

    Raises UnknownSubscription.
    """
    removed = delete(subscriptions).where(*_named(brand, subscription)).returning(subscriptions)
    _one((await connection.execute(removed)).one_or_none(), brand, subscription)


async def find(connection: AsyncConnection, brand: BrandId, subscription: SubscriptionId) -> Subscription:
    """Return a subscription.

    Raises UnknownSubscription.
    """
    found = await connection.execute(select(subscriptions).where(*_named(brand, subscription)))
    return _one(found.one_or_none(), brand, subscription)


async def of(connection: AsyncConnection, brand: BrandId) -> list[Subscription]:
    """Return the subscriptions of a brand, the oldest first."""
    chosen = select(subscriptions).where(subscriptions.c.brand == brand)
    rows = await connection.execute(chosen.order_by(subscriptions.c.created_at, subscriptions.c.id))
    return [Subscription.of(row) for row in rows]


async def rotate(connection: AsyncConnection, brand: BrandId, subscription: SubscriptionId, now: datetime) -> str:
    """Give a subscription a new secret and return it; for a day the one before signs too.

    Raises UnknownSubscription.
    """
    secret = invent()
    values = {"old_secret": subscriptions.c.secret, "old_secret_until": now + OVERLAP, "secret": secret}
    await change(connection, brand, subscription, **values)
    return secret


async def target(connection: AsyncConnection, subscription: SubscriptionId, now: datetime) -> Target | None:
    """Return where a subscription is told, None when it is gone or paused."""
    chosen = select(subscriptions).where(subscriptions.c.id == subscription, subscriptions.c.paused_at.is_(None))
    row = (await connection.execute(chosen)).one_or_none()
    if row is None:
        return None
    old = (row.old_secret,) if row.old_secret and now < row.old_secret_until else ()
    return Target(row.url, (row.secret, *old))


def invent() -> str:
    """Return a new secret, as the Standard Webhooks write one."""
    return MARK + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def _named(brand: BrandId, subscription: SubscriptionId) -> tuple[Any, ...]:
    return subscriptions.c.id == subscription, subscriptions.c.brand == brand


def _one(row: Row[Any] | None, brand: BrandId, subscription: SubscriptionId) -> Subscription:
    if row is None:
        raise UnknownSubscription(f"brand {brand!r} has no subscription {subscription!r}: its list shows their ids")
    return Subscription.of(row)
