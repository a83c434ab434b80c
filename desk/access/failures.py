"""How often signing in failed under an address, known or not, so that guessing becomes slow.

The wait is the same for addresses that nobody has: it tells nothing.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.access import sign_in_failures as failures

FREE = 5
LONGEST_WAIT = timedelta(minutes=15)
KEPT = timedelta(days=1)


async def attempt(connection: AsyncConnection, brand: str, email: str, now: datetime) -> timedelta:
    """Count a try as failed, until it is forgotten, and return nothing; or return how long nobody may try again.

    It is counted before the password is looked at, so that tries at the same moment count one after the other.
    """
    await connection.execute(delete(failures).where(failures.c.last_at <= now - KEPT))
    named = failures.c.name == _name(brand, email)
    first = insert(failures).values(name=_name(brand, email), times=0, last_at=now)
    await connection.execute(first.on_conflict_do_nothing())
    row = (await connection.execute(select(failures).where(named).with_for_update())).one()
    if (pause := _until(row.times, row.last_at) - now) > timedelta():
        return pause
    await connection.execute(update(failures).where(named).values(times=row.times + 1, last_at=now))
    return timedelta()


async def forget(connection: AsyncConnection, brand: str, email: str) -> None:
    """Begin anew: somebody signed in."""
    await connection.execute(delete(failures).where(failures.c.name == _name(brand, email)))


def _until(times: int, last_at: datetime) -> datetime:
    """Return until when nobody may try again after so many failures."""
    if times < FREE:
        return last_at
    return last_at + min(timedelta(seconds=2 ** min(times - FREE + 1, 12)), LONGEST_WAIT)


def _name(brand: str, email: str) -> bytes:
    return hashlib.sha256(f"{brand}\n{email.strip().lower()}".encode("utf-8", "surrogatepass")).digest()
