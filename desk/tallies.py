"""Tallies: how much was asked for within a while, by all processes together.

A limit holds for every stretch of its length: what was counted in the period before weighs as much as of that period
still lies within the stretch. Whatever is refused is not counted, so that waiting helps.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.limits import tallies
from desk.errors import LimitReached


@dataclass(frozen=True)
class Quota:
    """How much one may have `within` a while: `limit` is how that is called, `name` who it is; 0 is no limit."""

    limit: str
    name: str
    most: int
    within: timedelta

    @property
    def subject(self) -> bytes:
        """Return what its tally is kept under; nobody reads from it who it is."""
        return hashlib.sha256(f"{self.limit}\n{self.name}".encode("utf-8", "surrogatepass")).digest()


class Tallies:
    """The tallies on one database; the time comes from the caller."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def take(self, quotas: Sequence[Quota], now: datetime) -> None:
        """Count one more in each quota, or in none of them.

        Raises LimitReached.
        """
        if any(quota.most for quota in quotas):
            async with self._engine.begin() as connection:
                await take(connection, quotas, now)


async def take(connection: AsyncConnection, quotas: Sequence[Quota], now: datetime) -> None:
    """Count one more in each quota; the rows are held until the transaction ends, which must not be long.

    Raises LimitReached, after which the transaction must be rolled back.
    """
    wanted = {quota.subject: quota for quota in quotas if quota.most}
    added = insert(tallies).values([_first(wanted[subject], now) for subject in sorted(wanted)])
    old, new = tallies.c, added.excluded
    same, next_ = new.period <= old.period, new.period == old.period + 1
    counted: Mapping[str, Any] = {
        "count": case((same, old.count + 1), else_=1),
        "before": case((same, old.before), (next_, old.count), else_=0),
        "period": func.greatest(old.period, new.period),
        "expires_at": func.greatest(old.expires_at, new.expires_at),
    }
    upsert = added.on_conflict_do_update(index_elements=["subject"], set_=counted)
    told = upsert.returning(old.subject, old.period, old.before, old.count.label("times"))
    rows = (await connection.execute(told)).all()
    wait, quota = max(((_wait(row, wanted[row.subject], now), wanted[row.subject]) for row in rows), key=lambda w: w[0])
    if wait > 0:
        raise LimitReached(quota.limit, quota.most, wait)


async def forget(connection: AsyncConnection, now: datetime) -> None:
    """Delete the tallies that count as nothing."""
    await connection.execute(delete(tallies).where(tallies.c.expires_at <= now))


def _first(quota: Quota, now: datetime) -> dict[str, object]:
    period = int(now.timestamp() // quota.within.total_seconds())
    return {
        "subject": quota.subject,
        "period": period,
        "count": 1,
        "before": 0,
        "expires_at": now + 2 * quota.within,
    }


def _wait(row: Row[Any], quota: Quota, now: datetime) -> float:
    """Return in how many seconds this one more may come, 0 where it may now."""
    span = quota.within.total_seconds()
    passed = max(now.timestamp() - row.period * span, 0.0)
    return wait(row.times, row.before, quota.most, passed / span) * span


def wait(count: int, before: int, most: int, passed: float) -> float:
    """Return when the last of `count` may come, in periods from now: 0 where it may, as `passed` of this one is over.

    `before` are those of the period before, which weigh as much as of it still lies within the last period.
    """
    if before * (1 - passed) + count <= most:
        return 0.0
    if count <= most:
        return 1 - (most - count) / before - passed
    return 1 - passed + 1 - (most - 1) / (count - 1)
