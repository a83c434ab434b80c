"""Figures of the past stay what they were when whoever they tell of is erased."""

from datetime import timedelta

from sqlalchemy import text

from database.database import Database
from desk.policies import Policies
from desk.queue import Queue
from desk.rights.rights import DataRights
from domain.ids import DEFAULT_BRAND
from insights.kpi import Count
from insights.measuring import Insights
from kb_index import postgres_memory
from prompts import policy as policies
from tests.insights import history
from tests.insights.test_kpis import COST

OF_MIA = """
INSERT INTO customers (brand, id, created_at) VALUES ('default', 'mia', now());
UPDATE tickets SET customer = 'mia' WHERE brand = 'default';
UPDATE outcomes SET customer = 'mia' WHERE brand = 'default';
"""


async def counted(database: Database) -> dict[str, Count]:
    targets = policies.load().kpis
    read = await Insights(database.engine).kpis(DEFAULT_BRAND, history.PERIOD, targets, COST, history.PERIOD.end)
    return {reading.kpi.name: reading.found for reading in read}


async def test_every_kpi_of_a_month_is_the_same_without_its_customers(database: Database, queue: Queue) -> None:
    async with database.engine.begin() as connection:
        await history.write(connection)
        for statement in OF_MIA.strip().split("\n"):
            await connection.execute(text(statement))
    rights = DataRights(database.engine, queue, Policies(database.engine), postgres_memory.forgetting)
    before = await counted(database)

    erased = await rights.erase(DEFAULT_BRAND, "mia", history.PERIOD.end + timedelta(hours=1))

    assert {one.kind for one in erased.held} >= {"tickets", "events", "profile"}
    assert await counted(database) == before
