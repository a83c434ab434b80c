"""A database that stops at once, and comes back, costs nobody an answer and gives nobody two."""

import os
import random
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.acceptance.customers import Books, Crowd, books, settled
from tests.acceptance.processes import Deskhand, Postgres, running_all
from tests.cli.conftest import Deskhand as Run
from tests.cli.conftest import environment, help_center, run

__all__ = ["environment", "help_center", "run"]
PROVING = bool(os.environ.get("PROVE"))
STOPS, WRITING = (50, 20) if PROVING else (1, 6)
RESUMED_S = 10.0


def test_a_server_goes_on_when_the_postgresql_inside_was_stopped_at_once(
    environment: Mapping[str, str], help_center: Path, run: Run, tmp_path: Path
) -> None:
    data, chance = tmp_path / "data", random.Random(13)
    assert run("index", help_center, "--data", data).returncode == 0
    server = Deskhand(("serve", "--demo", "--port", "0"), data, environment)
    crowd = Crowd((lambda: server.url,))
    resumed: list[float] = []
    with running_all(server), Postgres.used(data / "postgres") as stores:
        for stop in range(STOPS):
            numbers = range(stop * WRITING, (stop + 1) * WRITING)
            arriving = threading.Thread(target=crowd.arrive, args=(numbers, 1.0))
            arriving.start()
            time.sleep(chance.uniform(0.05, 1.5))
            stores.stop_immediately()
            stores.wait()
            began = time.monotonic()
            arriving.join()
            settled(stores.conninfo)
            resumed.append(time.monotonic() - began)
        crowd.arrive(range(STOPS * WRITING), 1.0)
        found = books(stores.conninfo)
        ready = httpx.get(f"{server.url}/readyz", timeout=10, trust_env=False)
        server.signal(signal.SIGTERM)
        code = server.ended()

    print(f"{STOPS} stops, {found.tickets} tickets, resumed within {max(resumed):.1f} s")
    assert found == Books(tickets=STOPS * WRITING)
    assert len(set(crowd.tickets.values())) == STOPS * WRITING
    assert ready.json()["ready"]
    assert code == 0
    if PROVING:
        assert max(resumed) < RESUMED_S
