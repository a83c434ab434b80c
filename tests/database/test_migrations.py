import subprocess
import sys

import psycopg
import pytest
from alembic import command
from procrastinate.schema import SchemaManager
from sqlalchemy import text

from database.database import MIGRATIONS, Database, create, migrate, migrations
from database.embedded import EmbeddedServer
from database.errors import MigrationFailed
from tests.test_layers import ROOT


def test_the_frozen_queue_schema_is_the_one_of_the_installed_queue() -> None:
    frozen = (MIGRATIONS / "sql" / "procrastinate_3_10.sql").read_text("utf-8")

    installed = SchemaManager.get_schema()

    assert frozen == installed


async def test_the_migrated_database_has_exactly_the_tables_of_the_code(database: Database) -> None:
    command.check(migrations(database.conninfo))


async def test_a_new_database_has_the_default_brand(database: Database) -> None:
    async with database.engine.connect() as connection:
        brands = (await connection.execute(text("SELECT id FROM brands"))).scalars().all()

    assert brands == ["default"]


def test_three_processes_may_migrate_at_once(pg: EmbeddedServer) -> None:
    create(pg.conninfo("postgres"), "together")
    start = [sys.executable, "-c", f"from database.database import migrate; migrate({pg.conninfo('together')!r})"]
    processes = [subprocess.Popen(start, cwd=ROOT) for _ in range(3)]

    assert [process.wait() for process in processes] == [0, 0, 0]
    with psycopg.connect(pg.conninfo("together")) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


async def test_a_database_of_a_newer_version_is_refused_with_the_way_out(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(MigrationFailed, match=r"9999.*\n.*newer version of Deskhand"):
        migrate(database.conninfo)
