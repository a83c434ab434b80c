from pathlib import Path

import pytest
from sqlalchemy import text

from database.database import Database, open_database
from database.embedded import EmbeddedServer
from database.errors import DatabaseUnreachable
from tests.database.test_embedded import servers


async def count_brands(database: Database) -> int:
    async with database.engine.connect() as connection:
        count: int = (await connection.execute(text("SELECT count(*) FROM brands"))).scalar_one()
        return count


async def test_nothing_configured_opens_a_database_of_our_own_and_closing_stops_it(tmp_path: Path) -> None:
    async with open_database(None, tmp_path) as database:
        brands = await count_brands(database)

    assert brands == 1
    assert servers(tmp_path / "postgres") == []


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
async def test_a_given_url_is_opened_and_left_running(pg: EmbeddedServer, database: Database, scheme: str) -> None:
    host = database.conninfo.split()[0].removeprefix("host=").replace("/", "%2F")
    name = database.conninfo.split()[-1].removeprefix("dbname=")

    async with open_database(f"{scheme}://postgres@{host}/{name}", Path("unused")) as given:
        brands = await count_brands(given)

    assert brands == 1
    assert servers(pg.home) != []


async def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://desk:s3cret@127.0.0.1:9/tickets"

    with pytest.raises(DatabaseUnreachable, match=r"127\.0\.0\.1.*tickets(?s:.*)Check DESKHAND_DATABASE_URL") as caught:
        async with open_database(url, tmp_path):
            pass

    assert "s3cret" not in str(caught.value)


async def test_something_that_is_no_url_is_refused_without_repeating_it(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="is not of the form postgresql://") as caught:
        async with open_database("s3cret mess", tmp_path):
            pass

    assert "s3cret" not in str(caught.value)


async def test_a_finished_job_wakes_those_that_waited_for_its_lock(database: Database) -> None:
    async with database.engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await connection.execute(
            text(
                "INSERT INTO procrastinate_jobs (task_name, queue_name, lock, status) VALUES ('a', 'q', 'tic', 'doing')"
            )
        )
        await connection.execute(text("LISTEN procrastinate_any_queue_v1"))
        await connection.commit()

        await connection.execute(text("UPDATE procrastinate_jobs SET status = 'succeeded'"))
        await connection.commit()
        news = [notice.payload async for notice in raw.notifies(timeout=5, stop_after=1)]

    assert "job_inserted" in news[0]
