"""Tell other programs what happened: each subscription in its own time, so that a slow one keeps nobody waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from connectors.webhooks import Gone, Sender, Undelivered
from insights.kpi import Period

if TYPE_CHECKING:
    from desk.policies import Policies
    from desk.webhooks.deliveries import Delivery
    from desk.webhooks.subscriptions import Target
    from desk.webhooks.webhooks import Webhooks
    from domain.ids import BrandId, SubscriptionId
    from insights.kpi import Reading
    from insights.measuring import Insights

AT_ONCE = 8  # subscriptions
TAKEN = 20  # events of one subscription
LOOK_AGAIN_S = 1.0
LONGEST_S = 60.0  # then the next job goes on


class Publisher:
    """Sends what is due, and once a day the KPIs of the day before."""

    def __init__(
        self, webhooks: Webhooks, sender: Sender, insights: Insights, policies: Policies, now: Callable[[], datetime]
    ) -> None:
        self._webhooks = webhooks
        self._sender = sender
        self._insights = insights
        self._policies = policies
        self._now = now
        self._reported: dict[BrandId, date] = {}

    async def publish(self) -> None:
        """Send whatever is due, until nothing is or a minute is over."""
        await self._report()
        await self._webhooks.forget(self._now())
        loop = asyncio.get_running_loop()
        until = loop.time() + LONGEST_S
        told: dict[SubscriptionId, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while loop.time() < until:
                told = {one: task for one, task in told.items() if not task.done()}
                for one in await self._webhooks.waiting(self._now()):
                    if one not in told and len(told) < AT_ONCE:
                        told[one] = group.create_task(self._tell(one))
                if not told:
                    return
                await asyncio.wait(told.values(), timeout=LOOK_AGAIN_S, return_when=asyncio.FIRST_COMPLETED)

    async def _tell(self, subscription: SubscriptionId) -> None:
        """Tell a subscription what is next for it, one event after the other, until one does not get there."""
        taken = await self._webhooks.take(subscription, self._now(), TAKEN)
        if taken is None:
            return
        target, deliveries = taken
        for place, delivery in enumerate(deliveries, start=1):
            if not await self._send(target, delivery):
                await self._webhooks.give_back(deliveries[place:], self._now())
                return

    async def _send(self, target: Target, delivery: Delivery) -> bool:
        """Send an event, and say whether the next one may follow."""
        try:
            answer = await self._sender.send(target, delivery, self._now())
        except Gone as gone:
            await self._webhooks.pause(delivery, gone.failure, self._now())
            return False
        except Undelivered as error:
            return await self._webhooks.unsent(delivery, error.failure, self._now())
        await self._webhooks.sent(delivery, answer, self._now())
        return True

    async def _report(self) -> None:
        """Put the KPIs of yesterday on their way to whoever hears of them, as days go at each brand's place."""
        now = self._now()
        for brand in await self._webhooks.hearing():
            policy = await self._policies.in_force(brand)
            zone = ZoneInfo(policy.calendar().time_zone)
            day = now.astimezone(zone).date() - timedelta(days=1)
            if self._reported.get(brand) == day or await self._webhooks.was_told(brand, day):
                continue
            period = Period(*(datetime.combine(day + timedelta(days=days), time.min, zone) for days in (0, 1)))
            read = await self._insights.kpis(brand, period, policy.kpis, policy.cost, now)
            await self._webhooks.report(brand, day, {"kpis": [_shown(one) for one in read]}, now)
            self._reported[brand] = day


def _shown(read: Reading) -> Mapping[str, Any]:
    """Return a KPI as others read it, under the names that the API gives it."""
    target = {name: getattr(read.target, name) for name in ("name", "unit", "direction", "floor", "goal")}
    found = {"value": read.found.value, "before": read.before.value, "n": read.found.n}
    return {**target, **found, "standing": read.standing, "says_little": read.says_little}
