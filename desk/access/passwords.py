"""Passwords of teammates: argon2id, made slow on purpose, so off the event loop and few at a time."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.access import passwords
from desk.errors import PasswordRefused
from domain.ids import TeammateId

SHORTEST, LONGEST = 12, 200  # characters
AT_ONCE = 2  # each takes tens of megabytes and a core
_hasher = PasswordHasher()
_pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")


async def hashed(password: str) -> str:
    """Return what is kept of a password.

    Raises PasswordRefused for one that is too short to resist guessing, or absurdly long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordRefused(f"a password of {len(password)} characters: take one of {SHORTEST} to {LONGEST}")
    return await asyncio.get_running_loop().run_in_executor(_pool, _hasher.hash, _bytes(password))


async def keep(connection: AsyncConnection, teammate: TeammateId, kept: str, now: datetime) -> None:
    """Let a hashed password be a teammate's from now on."""
    row = insert(passwords).values(teammate=teammate, hash=kept, changed_at=now)
    changed = row.on_conflict_do_update(index_elements=["teammate"], set_={"hash": kept, "changed_at": now})
    await connection.execute(changed)


async def of(connection: AsyncConnection, teammate: TeammateId) -> str | None:
    """Return the hashed password of a teammate, None where they have none."""
    found = await connection.execute(select(passwords.c.hash).where(passwords.c.teammate == teammate))
    return found.scalar_one_or_none()


async def fits(password: str, kept: str | None) -> bool:
    """Say whether this is the password; it takes as long where there is none."""
    return await asyncio.get_running_loop().run_in_executor(_pool, _verified, kept, _bytes(password))


def _verified(kept: str | None, password: bytes) -> bool:
    try:
        return _hasher.verify(kept or _nobodys(), password) and kept is not None
    except VerificationError:
        return False


def _bytes(password: str) -> bytes:
    """Return a password as it is hashed; half a surrogate pair is a guess as good as any."""
    return password.encode("utf-8", "surrogatepass")


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_hex())
