"""How often signing in failed under an address, known or not, so that guessing becomes slow.

The wait is the same for addresses that nobody has: it tells nothing.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.access import sign_in_failures as failures

FREE = 5
LONGEST_WAIT = timedelta(minutes=15)
KEPT = timedelta(days=1)


async def wait(connection: AsyncConnection, brand: str, email: str, now: datetime) -> timedelta:
    """Return how long nobody may try again under this address; nothing until a few tries have failed."""
    row = (await connection.execute(select(failures).where(failures.c.name == _name(brand, email)))).one_or_none()
    if row is None or row.times < FREE:
        return timedelta()
    pause = min(timedelta(seconds=2 ** min(row.times - FREE + 1, 12)), LONGEST_WAIT)
    until: datetime = row.last_at + pause
    return max(until - now, timedelta())


async def note(connection: AsyncConnection, brand: str, email: str, now: datetime) -> None:
    """Count a failure; those of yesterday are forgotten."""
    await connection.execute(delete(failures).where(failures.c.last_at <= now - KEPT))
    row = insert(failures).values(name=_name(brand, email), times=1, last_at=now)
    more = {"times": failures.c.times + 1, "last_at": now}
    await connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=more))


async def forget(connection: AsyncConnection, brand: str, email: str) -> None:
    """Begin anew: somebody signed in."""
    await connection.execute(delete(failures).where(failures.c.name == _name(brand, email)))


def _name(brand: str, email: str) -> bytes:
    return hashlib.sha256(f"{brand}\n{email.strip().lower()}".encode("utf-8", "surrogatepass")).digest()
