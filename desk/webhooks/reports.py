"""Reports: the KPIs of a day, told once to whoever hears of them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import brands
from database.tables import events as happened
from database.webhooks import deliveries, subscriptions
from desk import events
from desk.events import Kind
from desk.webhooks.deliveries import hears_of
from domain.ids import BrandId

REPORT: Kind = "kpis_reported"


async def hearing(connection: AsyncConnection) -> list[BrandId]:
    """Return the brands whose KPIs somebody hears of."""
    hear = select(subscriptions.c.brand).where(hears_of(REPORT)).distinct()
    return list((await connection.execute(hear)).scalars())


async def was_told(connection: AsyncConnection, brand: BrandId, day: date) -> bool:
    """Say whether the KPIs of a day are on their way, or there."""
    return bool((await connection.execute(select(_told(brand, day)))).scalar())


async def tell(
    connection: AsyncConnection, brand: BrandId, day: date, figures: Mapping[str, Any], now: datetime
) -> None:
    """Put the KPIs of a day on their way, unless somebody else did."""
    await connection.execute(select(brands.c.id).where(brands.c.id == brand).with_for_update(key_share=True))
    if await was_told(connection, brand, day):
        return
    await events.record(connection, brand, None, REPORT, now, day=day.isoformat())
    newest = select(func.max(happened.c.id)).where(happened.c.brand == brand, happened.c.kind == REPORT)
    told = update(deliveries).where(deliveries.c.event == newest.scalar_subquery())
    await connection.execute(told.values(more=dict(figures)))


def _told(brand: BrandId, day: date) -> ColumnElement[bool]:
    report = (happened.c.brand == brand) & (happened.c.kind == REPORT)
    return select(happened.c.id).where(report, happened.c.data["day"].astext == day.isoformat()).exists()
