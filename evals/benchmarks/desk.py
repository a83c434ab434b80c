"""How quick the desk's numbers are on a year of made tickets, in a database of their own that is thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import numpy as np
from sqlalchemy.ext.asyncio import AsyncEngine

from database.database import create, create_engine, migrate
from database.embedded import EmbeddedServer
from domain.ids import DEFAULT_BRAND
from domain.staffing import ContactCost
from evals.benchmarks import year
from insights.kpi import Kpi, Period
from insights.kpis import KPIS
from insights.measuring import count, needs

END = datetime(2026, 5, 4, 9, tzinfo=UTC)
PERIODS = 20  # of four weeks, each a day before the other
COST = ContactCost(hour=30, channels={"email": 0.1})


@dataclass(frozen=True)
class Quickness:
    """What a year takes to make, in seconds, and to count: p50 and p95 of each KPI's query, in milliseconds."""

    tickets: int
    filled_s: float
    kpis_ms: dict[str, dict[str, float]]


async def measure(tickets: int) -> Quickness:
    """Return how quick every KPI's query is."""
    began = perf_counter()
    async with _year(tickets) as engine:
        filled = round(perf_counter() - began, 1)
        return Quickness(tickets, filled, {kpi.name: await _kpi(engine, kpi) for kpi in KPIS})


@asynccontextmanager
async def _year(tickets: int) -> AsyncIterator[AsyncEngine]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = EmbeddedServer(Path(folder))
        server.start()
        try:
            create(server.conninfo("postgres"), "year")
            migrate(server.conninfo("year"))
            engine = create_engine(server.conninfo("year"))
            async with engine.begin() as connection:
                await year.fill(connection, tickets, END)
            async with engine.connect() as connection:
                await year.settle(await connection.execution_options(isolation_level="AUTOCOMMIT"))
            yield engine
            await engine.dispose()
        finally:
            server.stop()


async def _kpi(engine: AsyncEngine, kpi: Kpi) -> dict[str, float]:
    spent = []
    async with engine.connect() as connection:
        for days in range(PERIODS):
            values = needs(DEFAULT_BRAND, Period.last(28, END - timedelta(days=days)), COST, END)
            began = perf_counter()
            await count(connection, kpi, values)
            spent.append((perf_counter() - began) * 1000)
    p50, p95 = np.percentile(spent, (50, 95))
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1)}
