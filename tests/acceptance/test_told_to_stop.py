"""A process that is told to stop ends what it began, or leaves it to another, and says that all is well."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest

from database.database import NAME, create
from database.embedded import EmbeddedServer
from tests.acceptance.customers import Books, books, settled
from tests.acceptance.processes import PATIENCE_S, Deskhand, Postgres, running_all
from tests.cli.conftest import Deskhand as Run
from tests.cli.conftest import environment, help_center, run
from tests.conftest import QUICK
from tests.stub_server import stub_server

__all__ = ["environment", "help_center", "run"]
THINKS_S = 3.0


@pytest.fixture
async def slow(environment: Mapping[str, str]) -> AsyncIterator[dict[str, str]]:
    """An environment with a model that never answers, so that every turn takes a while."""
    async with stub_server("hang") as url:
        model = {"DESKHAND_MODEL_URL": url, "DESKHAND_MODEL_LARGE": "slow", "DESKHAND_MODEL_TIMEOUT_S": str(THINKS_S)}
        yield {**environment, **model}


def begun(url: str) -> None:
    """Ask, and return when somebody thinks about it."""
    with httpx.Client(base_url=url, timeout=10, trust_env=False) as client:
        ticket = client.post("/v1/chat", json={"text": "How do I get a refund?"}).json()["ticket"]
        until = time.monotonic() + PATIENCE_S
        while client.get(f"/v1/chat/{ticket}").json()["working"] != "writing":
            assert time.monotonic() < until, "the bot did not begin to write"
            time.sleep(0.1)


async def test_what_is_under_way_ends_with_the_server_or_is_left_to_the_next(
    slow: Mapping[str, str], help_center: Path, run: Run, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    assert run("index", help_center, "--data", data).returncode == 0
    patient, hasty = (
        Deskhand(("serve", "--demo", "--port", "0"), data, {**slow, "DESKHAND_DRAIN_S": drain}) for drain in ("20", "0")
    )

    ended = await asyncio.to_thread(told_to_stop_under_way, patient)
    left = await asyncio.to_thread(told_to_stop_under_way, hasty)
    with running_all(patient), Postgres.used(data / "postgres") as stores:
        await asyncio.to_thread(settled, stores.conninfo)
        found = books(stores.conninfo)

    assert ended == (0, 1)
    assert left == (0, 1)
    assert found == Books(tickets=2)


def told_to_stop_under_way(server: Deskhand) -> tuple[int, int]:
    """Stop a server that writes an answer, and return its exit code and how many cases were decided by then."""
    with running_all(server), Postgres.used(server.data / "postgres") as stores:
        assert server.url
        begun(server.url)
        server.signal(signal.SIGTERM)
        code = server.ended()
        found = books(stores.conninfo)
    return code, found.tickets - found.decided_otherwise_than_once


@pytest.mark.skipif(not os.environ.get("PROVE"), reason="waits long for a database that is away: make prove")
def test_a_server_whose_database_is_away_stops_all_the_same(environment: Mapping[str, str], tmp_path: Path) -> None:
    apart = EmbeddedServer(tmp_path / "postgres", QUICK)
    apart.start()
    create(apart.conninfo("postgres"), NAME)
    given = {**environment, "DESKHAND_DATABASE_URL": apart.conninfo(NAME)}
    server = Deskhand(("serve", "--demo", "--port", "0"), tmp_path / "data", given)

    with running_all(server):
        apart.stop()
        time.sleep(1.5)
        server.signal(signal.SIGTERM)
        code = server.ended()

    assert code == 0
