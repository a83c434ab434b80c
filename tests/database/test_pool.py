import asyncio

import psycopg
import pytest
from sqlalchemy import text

from database.database import IDLE_S, Database, single

TRANSACTION = text("SELECT pg_current_xact_id()")
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


@pytest.mark.parametrize("later_s", [0.2, IDLE_S + 0.1])
async def test_a_connection_that_the_server_ended_while_it_lay_idle_is_not_used_again(
    database: Database, later_s: float
) -> None:
    async with database.engine.connect() as connection:
        name = (await connection.execute(text("SELECT current_database()"))).scalar_one()
    with psycopg.connect(database.conninfo, autocommit=True) as killer:
        killer.execute(OTHERS, (name,))
    await asyncio.sleep(later_s)

    async with database.engine.connect() as connection:
        answered = (await connection.execute(text("SELECT 1"))).scalar_one()

    assert answered == 1


async def test_statements_that_stand_alone_are_transactions_of_their_own(database: Database) -> None:
    async with single(database.engine).connect() as connection:
        alone = {(await connection.execute(TRANSACTION)).scalar_one() for _ in range(2)}
    async with database.engine.connect() as connection:
        together = {(await connection.execute(TRANSACTION)).scalar_one() for _ in range(2)}

    assert (len(alone), len(together)) == (2, 1)
