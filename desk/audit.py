"""The audit log: who changed what lets people and programs do something. It only grows, and each entry seals the last.

An entry's hash covers its own words and the hash before it, so that whoever changes, drops or slips in an entry breaks
the chain from there on. Whoever drops the newest ones is found out by a head that was noted down elsewhere.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Self

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.access import audit
from domain.ids import BrandId

Action = Literal[
    "key_created",
    "key_rotated",
    "key_revoked",
    "policy_changed",
    "teammate_added",
    "teammate_changed",
    "teammate_left",
    "role_given",
    "password_set",
    "link_made",
    "account_linked",
    "signed_in",
    "signed_out",
    "customer_secret_made",
    "subscription_added",
    "subscription_changed",
    "subscription_removed",
    "subscription_secret_made",
    "customer_exported",
    "customer_erased",
    "backed_up",
    "restored",
]
Detail = str | int | bool | None | Sequence[str]
OPERATOR = "operator"  # whoever has the command line has the machine
BEGINNING = bytes(32)
PAGE = 1000
_LOCK = 0x0DE5_A0D1


@dataclass(frozen=True)
class Entry:
    """What somebody did: `by` is a key, a teammate or the operator; `object` the id of what they did it to.

    `data` holds ids, choices and numbers, never anybody's words.
    """

    action: Action
    object: str
    brand: BrandId | None
    by: str = OPERATOR
    data: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True)
class Sealed:
    """An entry at its place in the log."""

    number: int
    at: datetime
    entry: Entry
    previous: bytes
    hash: bytes

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the entry of a row of its table."""
        entry = Entry(row.action, row.object, row.brand, row.by, row.data)
        return cls(row.number, row.at, entry, row.previous, row.hash)


@dataclass(frozen=True)
class Checked:
    """What reading the whole log came to: its length, its newest hash, and where and why it does not hold together."""

    entries: int
    head: str
    fault: str | None = None


async def record(connection: AsyncConnection, entry: Entry, now: datetime) -> None:
    """Add an entry, in the transaction of what it tells; others that add one wait until that ends."""
    await connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    newest = select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)
    last = (await connection.execute(newest)).one_or_none()
    number, previous = (last.number + 1, last.hash) if last else (1, BEGINNING)
    row = {**vars(entry), "number": number, "at": now, "previous": previous}
    await connection.execute(insert(audit).values(**row, hash=seal(number, now, entry, previous)))


def seal(number: int, at: datetime, entry: Entry, previous: bytes) -> bytes:
    """Return the hash of an entry at its place; it is the same for the same words, on any machine."""
    told = {**vars(entry), "data": dict(entry.data), "number": number, "at": at.astimezone(UTC).isoformat()}
    words = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + words.encode()).digest()


class Audit:
    """The log, to be read and checked."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def entries(self, brand: BrandId, before: int | None = None, limit: int = 50) -> list[Sealed]:
        """Return what was done in a brand, the newest first, from below a number on."""
        chosen = select(audit).where(audit.c.brand == brand).order_by(audit.c.number.desc()).limit(limit)
        async with self._engine.connect() as connection:
            rows = await connection.execute(chosen if before is None else chosen.where(audit.c.number < before))
            return [Sealed.of(row) for row in rows]

    async def newest(self, action: Action) -> datetime | None:
        """Return when this was done last, None if never."""
        async with self._engine.connect() as connection:
            chosen = select(func.max(audit.c.at)).where(audit.c.action == action)
            found: datetime | None = (await connection.execute(chosen)).scalar_one()
            return found

    async def verify(self, head: str | None = None) -> Checked:
        """Read the whole log and say whether it holds together, and whether it still holds a head noted before."""
        number, previous, seen = 0, BEGINNING, head is None
        async for sealed in self._all():
            if fault := _fault(sealed, number + 1, previous):
                return Checked(number, previous.hex(), fault)
            number, previous = sealed.number, sealed.hash
            seen = seen or previous.hex() == head
        fault = None if seen else f"no entry has the hash {head!r} that was noted: the newest ones were taken away"
        return Checked(number, previous.hex(), fault)

    async def _all(self) -> AsyncIterator[Sealed]:
        after, more = 0, True
        while more:
            page = select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(PAGE)
            async with self._engine.connect() as connection:
                rows = (await connection.execute(page)).all()
            for row in rows:
                yield Sealed.of(row)
            more, after = len(rows) == PAGE, rows[-1].number if rows else after


def _fault(sealed: Sealed, number: int, previous: bytes) -> str | None:
    """Return why an entry cannot be the next one of the log."""
    if sealed.number != number:
        return f"entry {number} is missing: the next one is {sealed.number}"
    if sealed.previous != previous:
        return f"entry {number} does not follow from the one before it"
    if sealed.hash != seal(sealed.number, sealed.at, sealed.entry, sealed.previous):
        return f"entry {number} is not what was recorded"
    return None
