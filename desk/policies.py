"""The policies in force: every change a brand makes to its pages is a version, and the newest one holds.

A version keeps only the pages that differ from the usual ones (those that ship, or lie in the operator's folder), so
that a better shipped page reaches whoever never edited it.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.database import single
from database.policies import policies
from database.tables import brands
from desk import audit, events
from desk.audit import Detail, Entry
from desk.errors import PolicyChanged, UnknownBrand, UnknownVersion
from desk.events import Fact
from domain.ids import BrandId
from domain.policy import Policy
from prompts import policy as pages
from prompts.policy import FILES, PolicyError

USUAL = 0
HISTORY = 50
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Version:
    """A brand's pages from one change to the next; number 0 is the usual pages, before any change.

    `texts` holds the pages that differ from the usual ones, `changed` names those that this change was about.
    """

    number: int
    texts: Mapping[str, str]
    changed: tuple[str, ...]
    written_by: str
    note: str
    created_at: datetime | None = None


@dataclass(frozen=True)
class Change:
    """What somebody makes of a brand's pages: each text by its page's name, None for the usual page.

    `after` is the number of the version that was edited; another one in force by now refuses the change.
    """

    texts: Mapping[str, str | None]
    by: str
    note: str = ""
    after: int | None = None


class Policies:
    """The policies of all brands; `usual`, of the shipped pages or those given, holds where a brand changed nothing."""

    def __init__(self, engine: AsyncEngine, usual: Mapping[str, str] | None = None) -> None:
        self._engine = engine
        self._single = single(engine)
        self._usual = dict(pages.texts() if usual is None else usual)
        self.usual = pages.parse(self._usual)
        self._parsed: dict[BrandId, tuple[int, Policy]] = {}

    async def in_force(self, brand: BrandId, connection: AsyncConnection | None = None) -> Policy:
        """Return the policy that holds for a brand now; this asks the database for no more than a number.

        Pages that no longer fit, as may be after an update, are passed over for the usual ones and logged.
        """
        if connection is None:
            async with self._single.connect() as opened:
                return await self.in_force(brand, opened)
        number = await _newest(connection, brand)
        if number == USUAL:
            return self.usual
        if self._parsed.get(brand, (USUAL,))[0] < number:
            parsed = await self._parse(brand, await _version(connection, brand, number))
            if self._parsed.get(brand, (USUAL,))[0] < number:  # of those who read it at the same time, the first counts
                self._parsed[brand] = number, parsed
        return self._parsed[brand][1]

    async def put(self, brand: BrandId, change: Change, now: datetime) -> Version:
        """Put pages in force and return the version that holds then: the one before where nothing differs.

        Raises PolicyError when the whole would not fit together, PolicyChanged when somebody else was quicker, and
        UnknownBrand.
        """
        if strange := sorted(set(change.texts) - set(FILES)):
            raise PolicyError(f"there is no page {strange[0]!r}; the pages are {', '.join(FILES)}")
        async with self._engine.begin() as connection:
            before = await self._hold(connection, brand)
            if change.after not in (None, before.number):
                raise PolicyChanged(
                    f"version {before.number} is in force by now, not {change.after}: read it, and edit that one"
                )
            own = self._own({**before.texts, **change.texts})
            return await self._add(connection, brand, before, _next(before, own, change.by, change.note, now), now)

    async def restore(self, brand: BrandId, number: int, by: str, note: str, now: datetime) -> Version:
        """Put the pages of an earlier version in force again, 0 for the usual ones, and return the new version.

        Raises UnknownVersion, UnknownBrand, or PolicyError when those pages no longer fit.
        """
        async with self._engine.begin() as connection:
            before = await self._hold(connection, brand)
            earlier = await _version(connection, brand, number)
            return await self._add(connection, brand, before, _next(before, earlier.texts, by, note, now), now)

    async def version(self, brand: BrandId, number: int | None = None) -> Version:
        """Return a version of a brand, the one in force without a number.

        Raises UnknownVersion.
        """
        async with self._engine.connect() as connection:
            return await _version(connection, brand, await _newest(connection, brand) if number is None else number)

    async def history(self, brand: BrandId, before: int | None = None, limit: int = HISTORY) -> list[Version]:
        """Return the versions of a brand, the newest first, from below a number on."""
        async with self._engine.connect() as connection:
            return await _history(connection, brand, before, limit)

    def pages(self, version: Version) -> dict[str, str]:
        """Return all pages of a version by name: its own and the usual ones."""
        return {**self._usual, **version.texts}

    def fault(self, version: Version) -> str | None:
        """Return why a version no longer fits, as may be after an update, None where it does."""
        try:
            pages.parse(self.pages(version))
        except PolicyError as error:
            return str(error)
        return None

    def _own(self, texts: Mapping[str, str | None]) -> dict[str, str]:
        """Return the texts of the pages there are, without those that are the usual ones."""
        known = {name: texts.get(name) for name in FILES}
        return {name: text for name, text in known.items() if text is not None and text != self._usual[name]}

    async def _parse(self, brand: BrandId, version: Version) -> Policy:
        try:
            parsed = await asyncio.to_thread(pages.parse, self.pages(version))
        except PolicyError as error:
            logger.error("brand %r goes by the usual policy: version %s does not fit: %s", brand, version.number, error)
            return self.usual
        return replace(parsed, number=version.number)

    async def _hold(self, connection: AsyncConnection, brand: BrandId) -> Version:
        """Return the version in force, and keep others from writing one until the transaction ends."""
        held = select(brands.c.id).where(brands.c.id == brand).with_for_update(key_share=True)
        if (await connection.execute(held)).first() is None:
            raise UnknownBrand(f"there is no brand {brand!r}: add it with `deskhand brands add {brand}`")
        return await _version(connection, brand, await _newest(connection, brand))

    async def _add(
        self, connection: AsyncConnection, brand: BrandId, before: Version, added: Version, now: datetime
    ) -> Version:
        """Store a version that fits together, unless it is the same as the one before."""
        if not added.changed:
            return before
        await asyncio.to_thread(pages.parse, self.pages(added))
        row = {"number": added.number, "pages": added.texts, "written_by": added.written_by, "note": added.note}
        await connection.execute(insert(policies).values(brand=brand, created_at=now, **row))
        facts: dict[str, Fact] = {"number": added.number, "pages": len(added.changed), "by": added.written_by}
        await events.record(connection, brand, None, "policy_changed", now, **facts)
        told: dict[str, Detail] = {"number": added.number, "pages": added.changed}
        await audit.record(connection, Entry("policy_changed", f"policy:{brand}", brand, added.written_by, told), now)
        return added


async def _newest(connection: AsyncConnection, brand: BrandId) -> int:
    """Return the number of the version in force."""
    found = await connection.execute(select(func.max(policies.c.number)).where(policies.c.brand == brand))
    return found.scalar() or USUAL


async def _version(connection: AsyncConnection, brand: BrandId, number: int) -> Version:
    if number == USUAL:
        return Version(USUAL, {}, (), "", "the usual pages")
    found = await _history(connection, brand, number + 1, 1)
    if not found or found[0].number != number:
        raise UnknownVersion(f"brand {brand!r} has no policy version {number!r}: its history lists those there are")
    return found[0]


async def _history(connection: AsyncConnection, brand: BrandId, before: int | None, limit: int) -> list[Version]:
    chosen = select(policies).where(policies.c.brand == brand).order_by(policies.c.number.desc()).limit(limit + 1)
    rows = (await connection.execute(chosen if before is None else chosen.where(policies.c.number < before))).all()
    earlier = [row.pages for row in rows[1:]] + [{}]
    return [_read(row, old) for row, old in zip(rows[:limit], earlier, strict=False)]


def _read(row: Row[Any], earlier: Mapping[str, str]) -> Version:
    return Version(row.number, row.pages, _changed(earlier, row.pages), row.written_by, row.note, row.created_at)


def _next(before: Version, texts: Mapping[str, str], by: str, note: str, now: datetime) -> Version:
    return Version(before.number + 1, texts, _changed(before.texts, texts), by, note, now)


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in FILES if before.get(name) != after.get(name))
