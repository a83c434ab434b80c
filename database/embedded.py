"""A PostgreSQL server of our own in a folder: started by the first who needs it, stopped by the last who leaves.

Whoever uses the server holds a shared lock on `users`; the kernel drops it even on `kill -9`, so the last one to leave
is always known. Whether a server lives is asked of the process list and a real connection, never of its pid file.
Connections need no password, so the folder of the socket is private to the server's user; a server that died comes
back in the same folder, so that whoever used it finds it again.
"""

import fcntl
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

from database import account, binaries
from database.errors import ServerFailed

PORT = "5432"
SUPERUSER = "postgres"
PATIENCE_S = 120.0
SOCKET_PATH_LIMIT = 85
SOCKETS = "deskhand-postgres-"
LOG_LIMIT_BYTES = 5_000_000
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_logical_replication_workers": "0",
    "io_method": "sync",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # details name values, which are customers' words
    "idle_in_transaction_session_timeout": "60s",
}
_left_to_others: list[subprocess.Popen[bytes]] = []  # a child that is dropped while it runs would be complained about
_PLAIN_PATH = re.compile(r"[\w/.+~-]+")


class EmbeddedServer:
    """The server that lives in the folder `data`; `settings` go before ours."""

    def __init__(self, data: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = Path(os.path.abspath(data))
        self.cluster = self.home / "cluster"
        self.settings = {**SETTINGS, **(settings or {})}
        self.account = account.for_cluster(self.cluster)
        self._users: IO[bytes] | None = None
        self._started: subprocess.Popen[bytes] | None = None
        self._process: psutil.Process | None = None
        self._socket: Path | None = None

    def start(self) -> None:
        """Start the server, or join the one that somebody else started.

        Raises ServerFailed when it does not answer, or when its folder belongs to somebody else.
        """
        try:
            self.account.own(self.home)
            with self._alone():
                self._join()
                try:
                    self._start_or_find()
                except BaseException:
                    self._leave()
                    raise
        except PermissionError as exc:
            raise ServerFailed(
                f"cannot use {exc.filename!r} as user {account.name(os.geteuid())!r}: "
                "run as the user who made the data folder, or choose another one"
            ) from exc

    @property
    def alive(self) -> bool:
        """Say whether the process that was started or joined still runs; cheap."""
        if self._started is not None and self._started.poll() is not None:
            self._started = None
        try:
            return self._process is not None and self._process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def revive(self) -> None:
        """Start the server again where its users look for it, if it died and nobody else was faster.

        Raises ServerFailed when it does not answer; whoever uses it stays a user and may try again.
        """
        with self._alone():
            if self._users is not None and not self.alive:
                self._start_or_find()

    def stop(self) -> None:
        """Leave the server; the last one to leave stops it, whoever started it."""
        if not self.home.exists():
            return
        with self._alone():
            if self._users is None:
                return
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            else:
                self._shut_down()
            finally:
                self._leave()

    def conninfo(self, dbname: str) -> str:
        """Return how libpq reaches a database of the running server."""
        if self._socket is None:
            raise ServerFailed(f"the server in {str(self.home)!r} is not started")
        return _conninfo(self._socket, dbname)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._file("lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _file(self, name: str) -> IO[bytes]:
        path = self.home / name
        opened = path.open("ab")
        self.account.give(path)
        return opened

    def _join(self) -> None:
        if self._users is None:
            self._users = self._file("users")
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def _leave(self) -> None:
        if self._users is not None:
            self._users.close()
        if self._started is not None and self._started.poll() is None:
            _left_to_others.append(self._started)
        self._users = self._started = self._process = self._socket = None

    def _start_or_find(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self._processes():
            if self._answers():
                return
            self._wait(deadline, "is alive but does not answer")
        programs = binaries.programs(self.account)
        self._initialise(programs)
        socket = self._private_socket_folder()
        self._clear_the_dead(socket)
        try:
            self._launch(programs, socket, deadline)
        except BaseException:
            if self._socket is None:  # else others wait for it there
                _forget(socket)
            raise

    def _wait(self, deadline: float, trouble: str) -> None:
        if time.monotonic() > deadline:
            raise ServerFailed(f"PostgreSQL in {str(self.home)!r} {trouble} after {PATIENCE_S:.0f} s")
        time.sleep(0.02)

    def _processes(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter(["name", "status"]) if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        if process.info["name"] != "postgres" or process.info["status"] == psutil.STATUS_ZOMBIE:
            return False
        try:
            return process.cwd() == os.path.realpath(self.cluster)
        except psutil.Error:
            return False

    def _answers(self) -> bool:
        number, socket = self._recorded()
        if number is None or socket is None:
            return False
        try:
            with psycopg.connect(_conninfo(socket, "postgres"), connect_timeout=3):
                self._process, self._socket = psutil.Process(number), socket
                return True
        except (psycopg.OperationalError, psutil.NoSuchProcess):
            return False

    def _recorded(self) -> tuple[int | None, Path | None]:
        """Return what PostgreSQL notes of itself while it runs: its process and the folder of its socket."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text("utf-8", "surrogateescape").splitlines()
        except FileNotFoundError:
            return None, None
        number = int(lines[0]) if lines and lines[0].isdecimal() else None
        return number, Path(lines[4]) if len(lines) > 4 and lines[4] else None

    def _initialise(self, programs: Path) -> None:
        made_by = self.cluster / "PG_VERSION"
        if made_by.exists():
            if (major := made_by.read_text("utf-8").strip()) != binaries.MAJOR:
                raise ServerFailed(
                    f"{str(self.cluster)!r} was made by PostgreSQL {major}, this is {binaries.MAJOR}: "
                    "dump it with the old version and restore it here"
                )
            return
        aside = self.home / "new"
        shutil.rmtree(aside, ignore_errors=True)
        self.account.own(aside)
        self._run_initdb(programs, aside)
        aside.rename(self.cluster)

    def _run_initdb(self, programs: Path, folder: Path) -> None:
        options = ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self.settings.get("fsync") == "off":
            options.append("--no-sync")
        with self.account.within_reach(folder) as (path, reach):
            command = [str(programs / "initdb"), "-D", path, "-U", SUPERUSER, "--no-instructions", *options]
            done = self.account.run(command, env=_environment(), **reach)
        if done.returncode:
            raise ServerFailed(f"PostgreSQL could not set up {str(folder)!r}:\n{done.stderr.strip()}")

    def _launch(self, programs: Path, socket: Path, deadline: float) -> None:
        options = {**self.settings, "unix_socket_directories": str(socket)}
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with self._log() as log, self.account.within_reach(self.cluster) as (path, reach):
            self._started = subprocess.Popen(
                [str(programs / "postgres"), "-D", path, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=_environment(),
                **reach,
                **self.account.popen,
            )
        while not self._answers():
            if self._started.poll() is not None:
                raise ServerFailed(f"PostgreSQL in {str(self.home)!r} did not start:\n{self._last_words()}")
            self._wait(deadline, "does not answer")

    def _clear_the_dead(self, socket: Path) -> None:
        """Remove what a killed server left: PostgreSQL would take a reused pid in these files for a living one."""
        _, recorded = self._recorded()
        if recorded not in (None, socket):
            _forget(recorded)
        (socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _private_socket_folder(self) -> Path:
        """Return the folder of the socket: below ours, or where that cannot be named, one that is noted beside."""
        beside, noted = self.home / "socket", self.home / "socket.txt"
        if not self.account.dropped and _usable(beside):
            self.account.own(beside)
            return beside
        if noted.exists() and self._is_private(kept := Path(noted.read_text("utf-8"))):
            return kept
        place = next((place for place in (tempfile.gettempdir(), "/tmp") if _usable(Path(place))), "/tmp")
        folder = Path(tempfile.mkdtemp(prefix=SOCKETS, dir=place))
        self.account.give(folder)
        noted.write_text(str(folder), "utf-8")
        self.account.give(noted)
        return folder

    def _is_private(self, folder: Path) -> bool:
        """Say whether a folder is still there and nobody else's."""
        try:
            found = folder.lstat()
        except FileNotFoundError:
            return False
        return stat.S_ISDIR(found.st_mode) and found.st_uid == self.account.uid and not found.st_mode & 0o077

    def _log(self) -> IO[bytes]:
        path = self.home / "server.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
            path.unlink()
        return self._file(path.name)

    def _last_words(self) -> str:
        return (self.home / "server.log").read_text("utf-8", errors="replace")[-2000:].strip()

    def _shut_down(self) -> None:
        number, socket = self._recorded()
        process = next((process for process in self._processes() if process.pid == number), None)
        if process is None:
            return
        process.send_signal(signal.SIGINT)
        (self._started or process).wait(PATIENCE_S)
        if socket is not None:
            _forget(socket)


def _conninfo(socket: Path, dbname: str) -> str:
    return make_conninfo(host=str(socket), port=PORT, user=SUPERUSER, dbname=dbname)


def _environment() -> dict[str, str]:
    """Return our environment without what would bend the server: its own variables and a locale it may lack."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def _usable(folder: Path) -> bool:
    """Say whether libpq and the server can name this folder: short enough for a socket, and without special signs."""
    return len(os.fsencode(folder)) <= SOCKET_PATH_LIMIT and bool(_PLAIN_PATH.fullmatch(str(folder)))


def _forget(socket: Path) -> None:
    """Remove a socket folder that was made for one server only."""
    if socket.name.startswith(SOCKETS):
        with suppress(FileNotFoundError):
            shutil.rmtree(socket)
