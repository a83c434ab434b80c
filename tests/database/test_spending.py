import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from database.database import Database, create_engine
from database.spending import PostgresLedger
from domain.budget import Allowance
from domain.decisions import Usage
from engines.engine import BudgetExhausted
from engines.openai_compatible import Endpoint, OpenAICompatible
from tests.engines.given import NOON, budget, draft_task
from tests.stub_server import StubServer, says

TODAY = date(2026, 3, 2)
GOOD = says('{"sentences": [], "answered": [], "clarified": [], "declined": []}', usage=(321, 45))


@pytest.fixture
async def another(database: Database) -> AsyncIterator[AsyncEngine]:
    """Connections to the same database, such as another process has."""
    engine = create_engine(database.conninfo)
    yield engine
    await engine.dispose()


async def test_a_limit_of_the_day_holds_for_all_processes_together(database: Database, another: AsyncEngine) -> None:
    async with StubServer(GOOD) as server:
        endpoint = Endpoint(server.url, "a-key", "small", "large")
        one, other = (
            OpenAICompatible(endpoint, Allowance(tokens=300, ledger=PostgresLedger(connections)))
            for connections in (database.engine, another)
        )
        await one.answer(draft_task(), budget())
        with pytest.raises(BudgetExhausted, match="of 300 tokens a day are used"):
            await other.answer(draft_task(), budget())
        await other.answer(draft_task(), budget(now=lambda: NOON + timedelta(days=1)))
        await one.close()
        await other.close()

    assert len(server.requests) == 2


async def test_what_two_processes_spend_at_once_is_all_counted(database: Database, another: AsyncEngine) -> None:
    ledgers = [PostgresLedger(database.engine), PostgresLedger(another)]

    await asyncio.gather(*(ledger.note(Usage(1, 100, 10, 5, 0.25), TODAY) for ledger in ledgers for _ in range(10)))

    assert await ledgers[0].spent(TODAY) == Usage(20, 2000, 200, 100, 5.0)
    assert await ledgers[0].spent(TODAY + timedelta(days=1)) == Usage()


async def test_a_call_without_a_price_counts_its_tokens(database: Database) -> None:
    allowance = Allowance(cost=1.0, ledger=PostgresLedger(database.engine))
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)

    await allowance.note(Usage(1, 100, 10, cost=None), noon)
    await allowance.note(Usage(1, 100, 10, cost=1.5), noon)

    assert await allowance.spent(noon) == Usage(2, 200, 20, 0, 1.5)
    assert await allowance.used_up(noon) == "1.50 of 1.00 a day are spent"
