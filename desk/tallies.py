"""Tallies: how much was asked for within a while, by all processes together.

A limit holds for every stretch of its length: what was counted in the period before weighs as much as of that period
still lies within the stretch. Whatever is refused is not counted, so that waiting helps.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.limits import tallies
from desk.errors import LimitReached

_COUNT = text(
    """
    INSERT INTO tallies AS kept (subject, period, count, before, expires_at)
    SELECT subject, period, 1, 0, expires_at
    FROM unnest(CAST(:subjects AS bytea[]), CAST(:periods AS bigint[]), CAST(:until AS timestamptz[]))
        AS asked (subject, period, expires_at)
    ON CONFLICT (subject) DO UPDATE SET
        count = CASE WHEN excluded.period <= kept.period THEN kept.count + 1 ELSE 1 END,
        before = CASE
            WHEN excluded.period <= kept.period THEN kept.before
            WHEN excluded.period = kept.period + 1 THEN kept.count
            ELSE 0
        END,
        period = greatest(kept.period, excluded.period),
        expires_at = greatest(kept.expires_at, excluded.expires_at)
    RETURNING kept.subject, kept.period, kept.before, kept.count AS times
    """
)


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
    subjects = sorted(wanted)  # in one order for everybody, so that nobody holds what another waits for
    periods = [_period(wanted[subject], now) for subject in subjects]
    until = [now + 2 * wanted[subject].within for subject in subjects]
    added = {"subjects": subjects, "periods": periods, "until": until}
    rows = (await connection.execute(_COUNT, added)).all()
    waits = {row.subject: _wait(row, wanted[row.subject], now) for row in rows}
    longest = max(waits, key=lambda subject: waits[subject])
    if waits[longest] > 0:
        raise LimitReached(wanted[longest].limit, wanted[longest].most, waits[longest])


async def forget(connection: AsyncConnection, now: datetime) -> None:
    """Delete the tallies that count as nothing."""
    over = select(tallies.c.subject).where(tallies.c.expires_at <= now).with_for_update(skip_locked=True)
    await connection.execute(delete(tallies).where(tallies.c.subject.in_(over)))


def _period(quota: Quota, now: datetime) -> int:
    return int(now.timestamp() // quota.within.total_seconds())


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
