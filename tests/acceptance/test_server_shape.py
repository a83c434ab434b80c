"""Servers and workers on a PostgreSQL and a Chroma server of their own, each of which is killed while customers write.

There are two of each under `PROVE=1`, else one.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.customers import Books, Crowd, books, settled, slowest_s
from tests.acceptance.processes import Chroma, Deskhand, Postgres, chroma, running_all
from tests.cli.conftest import Deskhand as Run
from tests.cli.conftest import environment, help_center, run

__all__ = ["environment", "help_center", "run"]
PROVING = bool(os.environ.get("PROVE"))
EACH, TICKETS, SECONDS = (2, 1000, 180.0) if PROVING else (1, 24, 6.0)
SERVE = ("serve", "--demo", "--port", "0")
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
    """Start servers and workers on stores of their own."""
    with Postgres.used(folder / "postgres") as postgres, chroma(folder / "chroma") as vectors:
        stores = {"DESKHAND_DATABASE_URL": postgres.conninfo, "DESKHAND_CHROMA_URL": vectors.url}
        given = {**environment, **stores}
        servers = tuple(Deskhand(SERVE, folder / f"serve-{n}", given) for n in range(EACH))
        workers = tuple(Deskhand(("work", "--port", "0"), folder / f"work-{n}", given) for n in range(EACH))
        with running_all(*servers, *workers):
            yield House(postgres, vectors, servers, workers)


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
        shape.servers[-1].kill()
        shape.servers[-1].start()
        arriving.join()
        settled(shape.postgres.conninfo)
        found, waited = books(shape.postgres.conninfo), slowest_s(shape.postgres.conninfo)
        shape.workers[0].start()
        for one in (*shape.workers, *shape.servers):
            one.signal(signal.SIGTERM)
        codes = {one.ended() for one in (*shape.workers, *shape.servers)}

    print(f"{found.tickets} tickets, {EACH} servers, {EACH} workers; the longest waited {waited:.1f} s")
    assert found == Books(tickets=TICKETS)
    assert len(set(crowd.tickets.values())) == TICKETS
    assert codes == {0}
    if PROVING:
        assert waited < TAKEN_UP_S
