"""How quick the desk is on a year of made tickets, in a database of their own that is thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import get_args

import numpy as np
from sqlalchemy.ext.asyncio import AsyncEngine

from database.database import create, create_engine, migrate
from database.embedded import EmbeddedServer
from desk import finding, views
from desk.views import VIEWS, Asked, Order, View
from domain.ids import DEFAULT_BRAND, TeammateId
from domain.staffing import ContactCost
from evals.benchmarks import year
from insights.kpi import Kpi, Period
from insights.kpis import KPIS
from insights.measuring import count, needs

END = datetime(2026, 5, 4, 9, tzinfo=UTC)
PERIODS = 20  # of four weeks, each a day before the other
VIEWS_ASKED = 20  # pages of each view, by another teammate each
SEARCHED = {
    "rare": ("order {n}", '"order {n}"', "refund {n}"),
    "usual": ("blue parcel refund", '"login number" -red', "webhook invoice 7 days", "green seat {n}"),
    "common": ("help", "order", "does not work", "please help me"),
    "nothing": ("zebra {n}", "tic_{n}", "somebody{n}@example.com"),
}
COST = ContactCost(hour=30, channels={"email": 0.1})


@dataclass(frozen=True)
class Quickness:
    """What a year takes to make, in seconds; the others are p50 and p95 in milliseconds.

    Of each KPI's query, each view's first and tenth page in both orders with the count of all views, and searches.
    """

    tickets: int
    filled_s: float
    kpis_ms: dict[str, dict[str, float]]
    views_ms: dict[str, dict[str, float]]
    searches_ms: dict[str, dict[str, float]]


async def measure(tickets: int) -> Quickness:
    """Return how quick every KPI's query, every view and search is."""
    began = perf_counter()
    async with _year(tickets) as engine:
        filled = round(perf_counter() - began, 1)
        return Quickness(
            tickets,
            filled,
            {kpi.name: await _kpi(engine, kpi) for kpi in KPIS},
            {view: await _view(engine, view) for view in VIEWS} | {"counts": await _counts(engine)},
            {kind: await _search(engine, queries, tickets) for kind, queries in SEARCHED.items()},
        )


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
    return _spread(spent)


async def _view(engine: AsyncEngine, view: View) -> dict[str, float]:
    spent = []
    async with engine.connect() as connection:
        for number, order in product(range(1, VIEWS_ASKED + 1), get_args(Order)):
            asked = Asked(DEFAULT_BRAND, view, order, teammate=TeammateId(f"tea_{number}"))
            after = None
            for page in range(10):
                began = perf_counter()
                found = await views.page(connection, asked, END, after, 50)
                if page in (0, 9):
                    spent.append((perf_counter() - began) * 1000)
                after = found.next
                if after is None:
                    break
    return _spread(spent)


async def _counts(engine: AsyncEngine) -> dict[str, float]:
    spent = []
    async with engine.connect() as connection:
        for number in range(1, VIEWS_ASKED + 1):
            began = perf_counter()
            await views.counts(connection, DEFAULT_BRAND, TeammateId(f"tea_{number}"), END)
            spent.append((perf_counter() - began) * 1000)
    return _spread(spent)


async def _search(engine: AsyncEngine, queries: Sequence[str], tickets: int) -> dict[str, float]:
    spent = []
    async with engine.connect() as connection:
        for number, query in product(range(1, VIEWS_ASKED + 1), queries):
            asked = query.format(n=number * tickets // (VIEWS_ASKED + 1))
            began = perf_counter()
            await finding.find(connection, DEFAULT_BRAND, asked, 20)
            spent.append((perf_counter() - began) * 1000)
    return _spread(spent)


def _spread(spent: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(spent, (50, 95))
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1)}
