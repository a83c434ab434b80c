"""A server that is killed while customers write loses none of them, answers none twice, and goes on at once."""

import os
import random
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from tests.acceptance.customers import Books, Crowd, books, settled
from tests.acceptance.processes import Deskhand, Postgres, running_all
from tests.cli.conftest import Deskhand as Run
from tests.cli.conftest import environment, help_center, run

__all__ = ["environment", "help_center", "run"]
PROVING = bool(os.environ.get("PROVE"))
KILLS, WRITING = (50, 20) if PROVING else (1, 6)
RESUMED_S = 10.0


def test_a_server_killed_while_it_answers_loses_nobody_and_answers_nobody_twice(
    environment: Mapping[str, str], help_center: Path, run: Run, tmp_path: Path
) -> None:
    data, chance = tmp_path / "data", random.Random(11)
    assert run("index", help_center, "--data", data).returncode == 0
    server = Deskhand(("serve", "--demo", "--port", "0"), data, environment)
    crowd = Crowd((lambda: server.url,))
    resumed: list[float] = []
    with running_all(server), Postgres.used(data / "postgres") as stores:
        for kill in range(KILLS):
            numbers = range(kill * WRITING, (kill + 1) * WRITING)
            arriving = threading.Thread(target=crowd.arrive, args=(numbers, 1.0))
            arriving.start()
            time.sleep(chance.uniform(0.05, 1.5))
            server.kill()
            server.start()
            began = time.monotonic()
            arriving.join()
            settled(stores.conninfo)
            resumed.append(time.monotonic() - began)
        crowd.arrive(range(KILLS * WRITING), 1.0)
        found = books(stores.conninfo)

    print(f"{KILLS} kills, {found.tickets} tickets, resumed within {max(resumed):.1f} s")
    assert found == Books(tickets=KILLS * WRITING)
    assert len(set(crowd.tickets.values())) == KILLS * WRITING
    if PROVING:
        assert max(resumed) < RESUMED_S
