"""Sessions of teammates: who is signed in, for how long, and under which token."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from database.access import sessions
from database.people import teammates
from desk.access import tokens
from desk.access.roles import Role
from domain.ids import BrandId, TeammateId, new

MARK = "dhs"
LONGEST = timedelta(days=7)
IDLE = timedelta(hours=12)
FRESH = timedelta(minutes=10)
ROTATED_EVERY = timedelta(hours=1)
OVERLAP = timedelta(minutes=1)  # requests that were under way when the token changed
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """A teammate who is signed in."""

    id: str
    teammate: TeammateId
    brand: BrandId
    name: str
    role: Role
    rotated_at: datetime
    expires_at: datetime

    def fresh(self, now: datetime) -> bool:
        """Say whether they signed in just now, so that it is surely themselves."""
        return now - (self.expires_at - LONGEST) < FRESH

    def stale(self, now: datetime) -> bool:
        """Say whether its token should be changed."""
        return now - self.rotated_at >= ROTATED_EVERY


async def begin(connection: AsyncConnection, teammate: TeammateId, now: datetime) -> str:
    """Return the token of a new session; what has expired is swept away."""
    token = tokens.invent(MARK)
    await connection.execute(
        delete(sessions).where(or_(sessions.c.expires_at <= now, sessions.c.seen_at <= now - IDLE))
    )
    row = {"id": new("ses"), "hash": tokens.hashed(token), "teammate": teammate}
    await connection.execute(insert(sessions).values(**row, rotated_at=now, seen_at=now, expires_at=now + LONGEST))
    return token


async def check(connection: AsyncConnection, token: str, now: datetime) -> Session | None:
    """Return the session of a token, None unless it holds and its teammate still works here."""
    given = tokens.hashed(token)
    earlier = (sessions.c.previous == given) & (sessions.c.rotated_at > now - OVERLAP)
    holds = (sessions.c.expires_at > now) & (sessions.c.seen_at > now - IDLE) & teammates.c.left_at.is_(None)
    row = (await connection.execute(_joined(holds & or_(sessions.c.hash == given, earlier)))).one_or_none()
    if row is None:
        return None
    if row.seen_at <= now - SEEN_EVERY:
        await connection.execute(update(sessions).where(sessions.c.id == row.id).values(seen_at=now))
    return Session(row.id, row.teammate, row.brand, row.name, row.role, row.rotated_at, row.expires_at)


async def rotate(connection: AsyncConnection, token: str, now: datetime) -> str | None:
    """Return the token that takes this one's place, None when another request was quicker."""
    fresh, given = tokens.invent(MARK), tokens.hashed(token)
    changed = update(sessions).where(sessions.c.hash == given)
    found = await connection.execute(changed.values(hash=tokens.hashed(fresh), previous=given, rotated_at=now))
    return fresh if found.rowcount else None


async def end(connection: AsyncConnection, session: str) -> None:
    """End a session."""
    await connection.execute(delete(sessions).where(sessions.c.id == session))


async def end_all(connection: AsyncConnection, teammate: TeammateId) -> None:
    """Sign a teammate out everywhere."""
    await connection.execute(delete(sessions).where(sessions.c.teammate == teammate))


def _joined(chosen: ColumnElement[bool]) -> Any:
    theirs = select(sessions, teammates.c.brand, teammates.c.name, teammates.c.role)
    return theirs.join(teammates, teammates.c.id == sessions.c.teammate).where(chosen)
