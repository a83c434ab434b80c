"""Links that sign a teammate in once: for the first time, or when a password was forgotten."""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.access import sign_in_links
from desk.access import tokens
from domain.ids import TeammateId

MARK = "dhl"
HOLDS = timedelta(days=1)


async def make(connection: AsyncConnection, teammate: TeammateId, now: datetime) -> str:
    """Return the token of a teammate's link; the ones before it open nothing any more."""
    token = tokens.invent(MARK)
    await connection.execute(delete(sign_in_links).where(sign_in_links.c.teammate == teammate))
    row = {"hash": tokens.hashed(token), "teammate": teammate, "expires_at": now + HOLDS}
    await connection.execute(insert(sign_in_links).values(row))
    return token


async def use(connection: AsyncConnection, token: str, now: datetime) -> TeammateId | None:
    """Return whose link it is and let it open nothing any more, None when it does not hold."""
    used = delete(sign_in_links).where(sign_in_links.c.hash == tokens.hashed(token))
    row = (await connection.execute(used.returning(sign_in_links))).one_or_none()
    return TeammateId(row.teammate) if row and row.expires_at > now else None
