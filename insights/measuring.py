"""The door to the numbers: every KPI of a brand for a period, beside its target and the period before."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.ids import BrandId
from domain.staffing import ContactCost, KpiTarget
from insights.kpi import Count, Kpi, Period, Reading
from insights.kpis import KPIS

_MOMENTS = ("past", "start", "end", "now")


class Insights:
    """The figures of all brands; nothing here writes."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def kpis(
        self, brand: BrandId, period: Period, targets: Sequence[KpiTarget], cost: ContactCost, now: datetime
    ) -> list[Reading]:
        """Return the KPIs that have a target, in the order of the catalogue."""
        wanted = {target.name: target for target in targets}
        async with self._engine.connect() as connection:
            return [
                Reading(
                    kpi,
                    wanted[kpi.name],
                    await count(connection, kpi, needs(brand, period, cost, now)),
                    await count(connection, kpi, needs(brand, period.before, cost, now)),
                )
                for kpi in KPIS
                if kpi.name in wanted
            ]


async def count(connection: AsyncConnection, kpi: Kpi, values: Mapping[str, object]) -> Count:
    """Return what a KPI's query finds."""
    moments = [bindparam(name, type_=DateTime(timezone=True)) for name in _MOMENTS if f":{name}" in kpi.query]
    needed = {name: value for name, value in values.items() if f":{name}" in kpi.query}
    row = (await connection.execute(text(kpi.query).bindparams(*moments), needed)).one()
    value = None if row.value is None else float(row.value)
    return Count(value, row.n, row.parts)


def needs(brand: BrandId, period: Period, cost: ContactCost, now: datetime) -> dict[str, Any]:
    """Return what the queries of a period take."""
    return {
        "brand": brand,
        "past": period.before.start,
        "start": period.start,
        "end": period.end,
        "now": now,
        "hour": cost.hour,
        "channels": json.dumps(cost.channels),
    }
