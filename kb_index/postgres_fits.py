"""Fits in PostgreSQL: one version of a subject is in use at a time, whoever adopts or rolls back beside."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.fits import fits
from domain.ids import BrandId
from kb_index.errors import UnknownBrand
from kb_index.fits import KEPT_VERSIONS, Fit, Kind, Subject

ONE_AT_A_TIME = 0x0DE5_F175
_IN_USE = fits.c.retired_at.is_(None)


class PostgresFits:
    """The fits of all brands."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def current(self, subject: Subject) -> Fit | None:
        """Return the fit in use, None where nothing was learned or all of it was rolled back."""
        async with self._engine.connect() as connection:
            return await _current(connection, subject)

    async def versions(self, embedder: str, kind: Kind) -> Mapping[BrandId, int]:
        """Return the version in use of every brand that has one."""
        query = select(fits.c.brand, fits.c.version).where(fits.c.embedder == embedder, fits.c.kind == kind, _IN_USE)
        async with self._engine.connect() as connection:
            return {BrandId(row.brand): row.version for row in await connection.execute(query)}

    async def adopt(self, subject: Subject, data: bytes, report: Mapping[str, Any], now: datetime) -> Fit:
        """Keep a new version and put it in use. Raises UnknownBrand."""
        async with self._changing(subject) as connection:
            before = await _current(connection, subject)
            newest = await connection.scalar(select(func.max(fits.c.version)).where(_of(subject))) or 0
            fit = Fit(newest + 1, data, now, dict(report), before.version if before else None)
            await connection.execute(update(fits).where(_of(subject), _IN_USE).values(retired_at=now))
            await connection.execute(insert(fits).values({**_key(subject), **_values(fit)}))
            old = fits.c.version <= fit.version - KEPT_VERSIONS
            await connection.execute(delete(fits).where(_of(subject), old, ~_IN_USE))
        return fit

    async def roll_back(self, subject: Subject, now: datetime) -> Fit | None:
        """Put the version before the one in use back in its place; return the one taken out, None where none was."""
        async with self._changing(subject) as connection:
            gone = await _current(connection, subject)
            if gone:
                await connection.execute(update(fits).where(_of(subject), _IN_USE).values(retired_at=now))
                before = update(fits).where(_of(subject), fits.c.version == gone.replaced)
                await connection.execute(before.values(retired_at=None))
        return gone

    @asynccontextmanager
    async def _changing(self, subject: Subject) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.begin() as connection:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
                yield connection
        except IntegrityError as exc:
            if "fk_fits_brand" not in str(exc.orig):
                raise
            brand = subject.brand
            raise UnknownBrand(f"there is no brand {brand!r}: make it with `deskhand brands add {brand}`") from exc


def _key(subject: Subject) -> dict[str, str]:
    return {"brand": subject.brand, "embedder": subject.embedder, "kind": subject.kind}


def _of(subject: Subject) -> Any:
    return (fits.c.brand == subject.brand) & (fits.c.embedder == subject.embedder) & (fits.c.kind == subject.kind)


def _values(fit: Fit) -> dict[str, Any]:
    return {name: getattr(fit, name) for name in Fit.__dataclass_fields__ if name in fits.c}


async def _current(connection: AsyncConnection, subject: Subject) -> Fit | None:
    chosen: Select[Any] = select(fits).where(_of(subject), _IN_USE)
    row = (await connection.execute(chosen)).one_or_none()
    return _fit(row) if row else None


def _fit(row: Row[Any]) -> Fit:
    return Fit(row.version, row.data, row.adopted_at, row.report, row.replaced, row.retired_at)
