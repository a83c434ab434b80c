"""Brands: each with its own articles, tickets, settings and keys."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import brands
from desk.errors import BrandRefused, UnknownBrand
from domain.ids import BrandId

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True)
class Brand:
    """A brand and the name it goes by."""

    id: BrandId
    name: str
    created_at: datetime


async def add(connection: AsyncConnection, brand: Brand) -> None:
    """Add a brand.

    Raises BrandRefused when there is one of this id, or the id does not fit into an address.
    """
    if not SLUG.fullmatch(brand.id):
        raise BrandRefused(f"{brand.id!r} is no brand id: use up to 63 of a-z, 0-9, - and _, such as 'acme'")
    row = insert(brands).values(id=brand.id, name=brand.name, created_at=brand.created_at)
    added = await connection.execute(row.on_conflict_do_nothing().returning(brands.c.id))
    if added.first() is None:
        raise BrandRefused(f"there is a brand {brand.id!r} already: choose another id")


async def known(connection: AsyncConnection) -> list[Brand]:
    """Return all brands, by id."""
    rows = await connection.execute(select(brands.c.id, brands.c.name, brands.c.created_at).order_by(brands.c.id))
    return [Brand(BrandId(row.id), row.name, row.created_at) for row in rows]


async def require(connection: AsyncConnection, brand: BrandId) -> None:
    """Raise UnknownBrand unless there is a brand of this id."""
    found = await connection.execute(select(brands.c.id).where(brands.c.id == brand))
    if found.first() is None:
        raise UnknownBrand(f"there is no brand {brand!r}: add it with `deskhand brands add {brand}`")
