"""The door to what other programs are told: subscriptions, and deliveries on their way.

Every method is one transaction and takes the time from its caller.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncEngine

from desk import audit, circuits
from desk.audit import OPERATOR, Detail, Entry
from desk.webhooks import deliveries, reports, subscriptions
from desk.webhooks.deliveries import Delivery, Failure, State
from desk.webhooks.subscriptions import Subscription, Target
from domain.ids import BrandId, SubscriptionId

AT_ONCE = 100  # subscriptions that are told in one go


@dataclass(frozen=True)
class Watched:
    """A subscription and how it fares: what waits, what has failed, and until when it is left alone."""

    subscription: Subscription
    waiting: int = 0
    failed: int = 0
    left_alone_until: datetime | None = None


class Webhooks:
    """Who hears of events, in all brands; `check` raises SubscriptionRefused for an address that is not told."""

    def __init__(self, engine: AsyncEngine, check: Callable[[str], None]) -> None:
        self._engine = engine
        self._check = check

    async def subscribe(
        self, brand: BrandId, url: str, kinds: Collection[str], now: datetime, by: str = OPERATOR
    ) -> tuple[Watched, str]:
        """Let an address hear of events of these kinds from now on; return it with its secret.

        Raises SubscriptionRefused.
        """
        self._check(url)
        subscriptions.require(kinds)
        async with self._engine.begin() as connection:
            added, secret = await subscriptions.add(connection, brand, url, kinds, now)
            await audit.record(connection, Entry("subscription_added", added.id, brand, by, _noted(url, kinds)), now)
        return Watched(added), secret

    async def change(
        self,
        brand: BrandId,
        subscription: SubscriptionId,
        url: str,
        kinds: Collection[str],
        paused: bool,
        now: datetime,
        by: str = OPERATOR,
    ) -> Watched:
        """Say anew where and of what a subscription is told, or pause it; a new address is tried at once.

        What happens while it is paused is not told later. Raises UnknownSubscription or SubscriptionRefused.
        """
        self._check(url)
        subscriptions.require(kinds)
        async with self._engine.begin() as connection:
            values = {"url": url, "events": list(dict.fromkeys(kinds)), "paused_at": now if paused else None}
            await subscriptions.change(connection, brand, subscription, **values)
            await circuits.worked(connection, subscription)
            noted = {**_noted(url, kinds), "paused": paused}
            await audit.record(connection, Entry("subscription_changed", subscription, brand, by, noted), now)
        return await self.find(brand, subscription, now)

    async def unsubscribe(
        self, brand: BrandId, subscription: SubscriptionId, now: datetime, by: str = OPERATOR
    ) -> None:
        """Tell an address nothing more.

        Raises UnknownSubscription.
        """
        async with self._engine.begin() as connection:
            await subscriptions.remove(connection, brand, subscription)
            await circuits.worked(connection, subscription)
            await audit.record(connection, Entry("subscription_removed", subscription, brand, by), now)

    async def rotate(self, brand: BrandId, subscription: SubscriptionId, now: datetime, by: str = OPERATOR) -> str:
        """Return a new secret of a subscription; for a day the one before signs too.

        Raises UnknownSubscription.
        """
        async with self._engine.begin() as connection:
            secret = await subscriptions.rotate(connection, brand, subscription, now)
            await audit.record(connection, Entry("subscription_secret_made", subscription, brand, by), now)
            return secret

    async def find(self, brand: BrandId, subscription: SubscriptionId, now: datetime) -> Watched:
        """Return a subscription.

        Raises UnknownSubscription.
        """
        async with self._engine.connect() as connection:
            await subscriptions.find(connection, brand, subscription)
        return next(one for one in await self.watched(brand, now) if one.subscription.id == subscription)

    async def watched(self, brand: BrandId, now: datetime) -> Sequence[Watched]:
        """Return the subscriptions of a brand and how they fare, the oldest first."""
        async with self._engine.connect() as connection:
            found = await subscriptions.of(connection, brand)
            counts = await deliveries.count(connection, brand)
            alone = await circuits.opened(connection, now, [one.id for one in found])
        return [
            Watched(one, counts.get((one.id, "queued"), 0), counts.get((one.id, "failed"), 0), alone.get(one.id))
            for one in found
        ]

    async def deliveries(
        self,
        brand: BrandId,
        subscription: SubscriptionId | None = None,
        state: State | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> list[Delivery]:
        """Return what is on its way, was sent in the last days, or has failed, the newest first."""
        async with self._engine.connect() as connection:
            return await deliveries.of(connection, brand, subscription, state, before, limit)

    async def replay(self, brand: BrandId, delivery: int, now: datetime) -> Delivery:
        """Send an event again, under the same id, however it fared before.

        Raises UnknownDelivery.
        """
        async with self._engine.begin() as connection:
            again = await deliveries.replay(connection, brand, delivery, now)
            await circuits.worked(connection, again.subscription)
            return again

    async def replay_failed(self, brand: BrandId, subscription: SubscriptionId, now: datetime) -> int:
        """Send again whatever a subscription did not get, and return how much that is.

        Raises UnknownSubscription.
        """
        async with self._engine.begin() as connection:
            await subscriptions.find(connection, brand, subscription)
            await circuits.worked(connection, subscription)
            return await deliveries.replay_failed(connection, subscription, now)

    async def waiting(self, now: datetime) -> list[SubscriptionId]:
        """Return who has something to be told now."""
        async with self._engine.connect() as connection:
            return await deliveries.waiting(connection, now, AT_ONCE)

    async def take(
        self, subscription: SubscriptionId, now: datetime, limit: int
    ) -> tuple[Target, list[Delivery]] | None:
        """Take what a subscription is to be told, None when there is nothing or nobody to tell."""
        async with self._engine.begin() as connection:
            target = await subscriptions.target(connection, subscription, now)
            taken = await deliveries.take(connection, subscription, now, limit) if target else []
        return (target, taken) if target and taken else None

    async def give_back(self, untried: Collection[Delivery], now: datetime) -> None:
        """Let what was taken and not tried be taken again."""
        async with self._engine.begin() as connection:
            await deliveries.give_back(connection, [delivery.id for delivery in untried], now)

    async def sent(self, delivery: Delivery, answer: int, now: datetime) -> None:
        """Note that an event got there."""
        async with self._engine.begin() as connection:
            await deliveries.sent(connection, delivery.id, answer, now)
            await circuits.worked(connection, delivery.subscription)

    async def unsent(self, delivery: Delivery, failure: Failure, now: datetime) -> bool:
        """Note that an event did not get there, and say whether its subscription may be told the next one now.

        It is tried again, later each time, and in the end given up; who fails again and again is left alone a while.
        """
        async with self._engine.begin() as connection:
            await deliveries.unsent(connection, delivery, failure, now)
            return await circuits.failed(connection, delivery.subscription, now) is None

    async def pause(self, delivery: Delivery, failure: Failure, now: datetime) -> None:
        """Note that an address is gone for good: its subscription is paused, and what it missed can be sent again."""
        async with self._engine.begin() as connection:
            await deliveries.give_up(connection, delivery, failure)
            await subscriptions.change(connection, delivery.brand, delivery.subscription, paused_at=now)

    async def forget(self, now: datetime) -> None:
        """Forget what was sent long ago."""
        async with self._engine.begin() as connection:
            await deliveries.forget(connection, now)

    async def hearing(self) -> Sequence[BrandId]:
        """Return the brands whose KPIs somebody hears of."""
        async with self._engine.connect() as connection:
            return await reports.hearing(connection)

    async def was_told(self, brand: BrandId, day: date) -> bool:
        """Say whether the KPIs of a day are on their way, or there."""
        async with self._engine.connect() as connection:
            return await reports.was_told(connection, brand, day)

    async def report(self, brand: BrandId, day: date, figures: Mapping[str, Any], now: datetime) -> None:
        """Tell the KPIs of a day, once, to whoever hears of them."""
        async with self._engine.begin() as connection:
            await reports.tell(connection, brand, day, figures, now)


def _noted(url: str, kinds: Collection[str]) -> dict[str, Detail]:
    """Return what the audit log keeps of where and of what is told: no path, which may hold a secret."""
    return {"host": urlsplit(url).hostname, "events": sorted(kinds)}
