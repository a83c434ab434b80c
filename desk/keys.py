"""API keys: shown once, kept as a hash, bound to one brand and to what they allow."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.tables import api_keys
from desk import audit, brands
from desk.audit import OPERATOR, Entry
from desk.errors import UnknownKey, UnknownScope
from domain.ids import BrandId, new

Scope = Literal[
    "search",
    "drafts",
    "chat",
    "articles",
    "evals",
    "tickets",
    "insights",
    "staff",
    "policy",
    "keys",
    "webhooks",
    "metrics",
    "admin",
]
SCOPES: tuple[Scope, ...] = get_args(Scope)
MARK = "dh"
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class KeyRecord:
    """What is known about a key; the secret itself is not."""

    id: str
    brand: BrandId
    name: str
    prefix: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def good(self, now: datetime) -> bool:
        """Say whether the key opens anything at this time."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def invent(
    brand: BrandId, name: str, scopes: Collection[str], now: datetime, expires_at: datetime | None
) -> tuple[KeyRecord, str]:
    """Return a new key and its secret: 256 random bits behind a prefix that may be shown.

    Raises UnknownScope for what no key can allow.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise UnknownScope(f"no scopes {unknown!r}: a key needs some of {', '.join(SCOPES)}")
    prefix = secrets.token_hex(4)
    ordered = tuple(scope for scope in SCOPES if scope in scopes)
    record = KeyRecord(new("key"), brand, name, prefix, ordered, now, expires_at)
    return record, f"{MARK}_{prefix}_{secrets.token_urlsafe(32)}"


async def add(connection: AsyncConnection, key: KeyRecord, secret: str, by: str = OPERATOR) -> None:
    """Store a key under the hash of its secret."""
    await _insert(connection, key, secret)
    await audit.record(connection, Entry("key_created", key.id, key.brand, by, {"scopes": key.scopes}), key.created_at)


async def _insert(connection: AsyncConnection, key: KeyRecord, secret: str) -> None:
    row = {
        "id": key.id,
        "brand": key.brand,
        "name": key.name,
        "prefix": key.prefix,
        "hash": _hash(secret),
        "scopes": list(key.scopes),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
    }
    await connection.execute(insert(api_keys).values(row))


async def check(connection: AsyncConnection, secret: str, now: datetime) -> KeyRecord | None:
    """Return the key of this secret, None unless it is good; the comparison takes the same time whatever is wrong."""
    found = await connection.execute(select(api_keys).where(api_keys.c.prefix == _prefix(secret)))
    row = found.one_or_none()
    same = hmac.compare_digest(_hash(secret), row.hash if row else bytes(32))
    if row is None or not same or not _record(row).good(now):
        return None
    await _note_use(connection, row.id, now)
    return _record(row)


async def of(connection: AsyncConnection, brand: BrandId | None) -> list[KeyRecord]:
    """Return the keys of a brand, or all of them, the oldest first."""
    chosen = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
    rows = await connection.execute(chosen if brand is None else chosen.where(api_keys.c.brand == brand))
    return [_record(row) for row in rows]


async def rotate(
    connection: AsyncConnection, key: str, brand: BrandId | None, overlap: timedelta, now: datetime, by: str = OPERATOR
) -> tuple[KeyRecord, str]:
    """Return a new key that may what this one may, and its secret; the old one holds for the overlap and no longer.

    Raises UnknownKey when this brand (or, without one, any) has no such key, or it opens nothing any more.
    """
    chosen = _named(key, brand)
    row = (await connection.execute(select(api_keys).where(chosen).with_for_update())).one_or_none()
    if row is None or not _record(row).good(now):
        raise UnknownKey(f"no key {key!r} opens anything: `deskhand keys list` shows those that do")
    old = _record(row)
    fresh, secret = invent(old.brand, old.name, old.scopes, now, old.expires_at)
    until = min(filter(None, (old.expires_at, now + overlap)))
    await _insert(connection, fresh, secret)
    await connection.execute(update(api_keys).where(api_keys.c.id == old.id).values(expires_at=until))
    await audit.record(connection, Entry("key_rotated", old.id, old.brand, by, {"into": fresh.id}), now)
    return fresh, secret


async def revoke(
    connection: AsyncConnection, key: str, brand: BrandId | None, now: datetime, by: str = OPERATOR
) -> KeyRecord:
    """Make a key worthless; `key` is its id or its prefix, and a key that was revoked before stays as it was.

    Raises UnknownKey when this brand (or, without one, any) has no such key.
    """
    chosen = _named(key, brand)
    still = update(api_keys).where(chosen, api_keys.c.revoked_at.is_(None)).values(revoked_at=now)
    changed = (await connection.execute(still)).rowcount
    row = (await connection.execute(select(api_keys).where(chosen))).one_or_none()
    if row is None:
        raise UnknownKey(f"there is no key {key!r}: `deskhand keys list` shows their ids and prefixes")
    if changed:
        await audit.record(connection, Entry("key_revoked", row.id, row.brand, by), now)
    return _record(row)


class Keys:
    """The keys of all brands: made, replaced and taken back, each time by somebody whom the audit log names."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def create(
        self,
        brand: BrandId,
        name: str,
        scopes: Collection[str],
        by: str,
        now: datetime,
        expires_at: datetime | None = None,
    ) -> tuple[KeyRecord, str]:
        """Make a key and return it with its secret, which cannot be read again.

        Raises UnknownBrand or UnknownScope.
        """
        record, secret = invent(brand, name, scopes, now, expires_at)
        async with self._engine.begin() as connection:
            await brands.require(connection, brand)
            await add(connection, record, secret, by)
        return record, secret

    async def rotate(
        self, key: str, overlap: timedelta, by: str, now: datetime, brand: BrandId | None = None
    ) -> tuple[KeyRecord, str]:
        """Return a key that takes this one's place, and its secret; the old one holds for the overlap.

        Raises UnknownKey.
        """
        async with self._engine.begin() as connection:
            return await rotate(connection, key, brand, overlap, now, by)

    async def revoke(self, key: str, by: str, now: datetime, brand: BrandId | None = None) -> KeyRecord:
        """Make a key worthless, named by its id or prefix.

        Raises UnknownKey.
        """
        async with self._engine.begin() as connection:
            return await revoke(connection, key, brand, now, by)


def _named(key: str, brand: BrandId | None) -> ColumnElement[bool]:
    named = or_(api_keys.c.id == key, api_keys.c.prefix == key)
    return named if brand is None else named & (api_keys.c.brand == brand)


async def _note_use(connection: AsyncConnection, key: str, now: datetime) -> None:
    long_ago = or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at < now - USE_NOTED_EVERY)
    await connection.execute(update(api_keys).where(api_keys.c.id == key, long_ago).values(last_used_at=now))


def _prefix(secret: str) -> str:
    mark, _, rest = secret.partition("_")
    return rest.partition("_")[0] if mark == MARK else ""


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _record(row: Row[Any]) -> KeyRecord:
    return KeyRecord(
        id=row.id,
        brand=row.brand,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
