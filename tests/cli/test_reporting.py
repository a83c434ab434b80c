"""The KPIs from the command line, over a history that was written by hand."""

import asyncio
import json
from pathlib import Path

import pytest

from database.database import open_database
from tests.cli.conftest import Deskhand
from tests.insights import history

PERIOD = ("report", "--days", "14", "--end", "2026-03-16")


@pytest.fixture
def past(database_url: str, tmp_path: Path) -> None:
    """Nine tickets over four weeks."""
    asyncio.run(_write(database_url, tmp_path))


async def _write(url: str, folder: Path) -> None:
    async with open_database(url, folder) as database, database.engine.begin() as connection:
        await history.write(connection)


def test_every_kpi_is_shown_beside_its_target_and_what_says_little_is_named(
    typed: Deskhand, tmp_path: Path, database_url: str, past: None
) -> None:
    own = {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}

    shown = typed(*PERIOD, **own)
    told = json.loads(typed(*PERIOD, "--json", **own).stdout)

    lines = {line.split("  ")[0]: line for line in shown.stdout.splitlines()}
    assert "14 days against the 14 before" in shown.stdout
    assert "66.7 %" in lines["customer satisfaction"]
    assert "poor" in lines["customer satisfaction"]
    assert "confirmed 20.0 %" in lines["self service rate"]
    assert "say little yet: all of them" in shown.stderr
    assert told["start"] == "2026-03-02T00:00:00Z"
    assert [one["name"].replace("_", " ") for one in told["kpis"]] == list(lines)[2:]


def test_a_desk_where_nothing_happened_says_so_and_an_unknown_brand_is_named(
    typed: Deskhand, tmp_path: Path, database_url: str
) -> None:
    own = {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}

    shown = typed("report", **own)
    nobodys = typed("report", "--brand", "nobody", **own)

    assert shown.returncode == 0
    assert "nothing to count" in shown.stdout
    assert nobodys.returncode == 2
    assert "no brand 'nobody'" in nobodys.stderr
