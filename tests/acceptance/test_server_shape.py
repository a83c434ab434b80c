"""Two servers and two workers on a PostgreSQL and a Chroma server of their own, and each of them may die.

Under `PROVE=1` a worker, a server, the database and Chroma are killed while 1,000 customers write; else each once.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.customers import Books, Crowd, books, settled
from tests.acceptance.processes import Chroma, Deskhand, Postgres, chroma, running_all
from tests.cli.conftest import Deskhand as Run
from tests.cli.conftest import environment, help_center, run

__all__ = ["environment", "help_center", "run"]
PROVING = bool(os.environ.get("PROVE"))
TICKETS, SECONDS = (1000, 180.0) if PROVING else (24, 6.0)
TAKEN_UP_S = 40.0


@dataclass(frozen=True)
class House:
    """Everything that runs."""

    postgres: Postgres
    chroma: Chroma
    servers: tuple[Deskhand, ...]
    workers: tuple[Deskhand, ...]


@contextmanager
def house(environment: Mapping[str, str], folder: Path) -> Iterator[House]:
    """Start two servers and two workers on stores of their own."""
    postgres = Postgres.apart(folder / "postgres")
    try:
        with chroma(folder / "chroma") as vectors:
            stores = {"DESKHAND_DATABASE_URL": postgres.conninfo, "DESKHAND_CHROMA_URL": vectors.url}
            given = {**environment, **stores}
            servers = tuple(
                Deskhand(("serve", "--demo", "--port", "0"), folder / f"serve-{n}", given) for n in range(2)
            )
            workers = tuple(Deskhand(("work",), folder / f"work-{n}", given) for n in range(2))
            with running_all(*servers, *workers):
                yield House(postgres, vectors, servers, workers)
    finally:
        postgres.server.stop()


def test_nobody_is_lost_or_answered_twice_whichever_of_them_dies(
    environment: Mapping[str, str], help_center: Path, run: Run, tmp_path: Path
) -> None:
    with house(environment, tmp_path) as shape:
        assert run("index", help_center, "--data", shape.servers[0].data).returncode == 0
        crowd = Crowd(tuple(lambda server=server: server.url for server in shape.servers))  # type: ignore[misc]
        arriving = threading.Thread(target=crowd.arrive, args=(range(TICKETS), SECONDS))
        arriving.start()
        time.sleep(SECONDS / 6)
        shape.workers[0].kill()
        time.sleep(SECONDS / 6)
        shape.chroma.kill()
        time.sleep(1)
        shape.chroma.start()
        time.sleep(SECONDS / 6)
        shape.postgres.stop_immediately()
        time.sleep(1)
        shape.postgres.server.revive()
        time.sleep(SECONDS / 6)
        shape.servers[1].kill()
        shape.servers[1].start()
        arriving.join()
        waited = settled(shape.postgres.conninfo)
        found = books(shape.postgres.conninfo)
        shape.workers[1].signal(signal.SIGTERM)
        shape.servers[0].signal(signal.SIGTERM)
        codes = shape.workers[1].ended(), shape.servers[0].ended()

    print(f"{found.tickets} tickets on two servers and two workers, the last settled {waited:.1f} s after it was heard")
    assert found == Books(tickets=TICKETS)
    assert len(set(crowd.tickets.values())) == TICKETS
    assert waited < TAKEN_UP_S
    assert codes == (0, 0)
