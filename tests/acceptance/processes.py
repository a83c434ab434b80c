"""The processes of a desk as an operator runs them, to be killed and stopped: servers, workers, PostgreSQL, Chroma."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx
import psutil
import psycopg

from cli import running
from database.database import NAME, create
from database.embedded import EmbeddedServer
from tests.cli.conftest import COMMAND

PATIENCE_S = 120.0


@dataclass
class Deskhand:
    """One process of the command, with a data directory of its own or one that it shares by settings."""

    arguments: tuple[str, ...]
    data: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    began: int = 0

    def start(self) -> None:
        """Start it and wait until it says that it runs."""
        self.launch()
        self.ready()

    def launch(self) -> None:
        """Start it."""
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "said.txt").open("ab") as said:
            self.began = said.tell()
            command = [*COMMAND, *self.arguments, "--data", str(self.data)]
            self.process = subprocess.Popen(command, env=self.environment, stdout=said, stderr=said)

    def ready(self) -> None:
        """Wait until it says that it runs."""
        assert self.process is not None
        until = time.monotonic() + PATIENCE_S
        while b"Ctrl-C stops it." not in self.said(self.began):
            assert self.process.poll() is None, self.said(self.began).decode()
            assert time.monotonic() < until, "it did not start"
            time.sleep(0.05)

    def said(self, after: int = 0) -> bytes:
        """Return what it wrote, on both outputs."""
        return (self.data / "said.txt").read_bytes()[after:]

    def kill(self) -> None:
        """Kill it as the kernel does when memory runs out."""
        self.signal(signal.SIGKILL)
        self.ended()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def ended(self) -> int:
        """Wait until it has ended, and return its exit code."""
        assert self.process is not None
        return self.process.wait(PATIENCE_S)

    @property
    def url(self) -> str | None:
        """Return where it listens, None while it does not."""
        found = running.find(self.data)
        return found.url if found else None


@contextmanager
def running_all(*started: Deskhand) -> Iterator[None]:
    """Start these, all at once, and stop at the end what still runs."""
    try:
        for one in started:
            one.launch()
        for one in started:
            one.ready()
        yield
    finally:
        for one in started:
            if one.process is not None and one.process.poll() is None:
                one.process.terminate()
        for one in started:
            if one.process is not None:
                one.process.wait(PATIENCE_S)


@dataclass
class Postgres:
    """A PostgreSQL server, the one that a `deskhand serve` has inside or one of its own."""

    server: EmbeddedServer

    @classmethod
    @contextmanager
    def used(cls, folder: Path) -> Iterator[Self]:
        """Yield the server in a folder, as one more of its users: started, with an empty database, if nobody was."""
        server = EmbeddedServer(folder, {"max_connections": "120"})
        server.start()
        try:
            create(server.conninfo("postgres"), NAME)
            yield cls(server)
        finally:
            server.stop()

    @property
    def conninfo(self) -> str:
        return self.server.conninfo(NAME)

    def stop_immediately(self) -> None:
        """Do what `pg_ctl stop -m immediate` does: every connection is cut, nothing is written down."""
        pid = int((self.server.cluster / "postmaster.pid").read_text().split()[0])
        found = psutil.Process(pid)
        found.send_signal(signal.SIGQUIT)
        while found.is_running() and found.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)

    def wait(self) -> None:
        """Wait until it answers again."""
        until = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert time.monotonic() < until, "PostgreSQL did not come back"
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.conninfo, connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True


@dataclass
class Chroma:
    """A Chroma server of its own, which can be killed and comes back at its address."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        program = Path(sys.executable).with_name("chroma")
        run = [str(program), "run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert time.monotonic() < until, "Chroma did not start"
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill it."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat", timeout=2, trust_env=False).is_success
        except httpx.TransportError:
            return False


@contextmanager
def chroma(folder: Path) -> Iterator[Chroma]:
    """Yield a Chroma server of its own on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Chroma(folder, port)
    server.start()
    try:
        yield server
    finally:
        server.kill()
