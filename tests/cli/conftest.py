"""The command as people run it: in a process of its own, on a help center of three articles."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
import structlog
from psycopg import sql

from cli import main
from database.embedded import EmbeddedServer
from tests.conftest import TEMPLATE

COMMAND = [sys.executable, "-c", "from cli import main; main()"]
ARTICLES = {
    "refunds.md": "# Refunds\n\nA refund takes 5 working days. To ask for one, open Billing and choose Refund.",
    "passwords.md": "# Reset your password\n\nOpen the sign-in page and choose Forgot password. It works once.",
    "fraud.md": "---\nvisibility: internal\n---\n# Fraud checks\n\nRefunds over 900 EUR are checked by two colleagues.",
}
Done = subprocess.CompletedProcess[str]
Deskhand = Callable[..., Done]


@pytest.fixture(scope="session")
def help_center(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("help_center")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment without settings of the machine, and a cache of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DESKHAND_")}
    return {**kept, "DESKHAND_CACHE": str(tmp_path_factory.mktemp("cache")), "COLUMNS": "200"}


@pytest.fixture(scope="session")
def run(environment: Mapping[str, str]) -> Deskhand:
    """Run the command in an environment, and return its exit code and both of its outputs."""

    def deskhand(*arguments: str | bytes | Path, **variables: str) -> Done:
        return subprocess.run(
            [*COMMAND, *arguments], env={**environment, **variables}, capture_output=True, text=True, check=False
        )

    return deskhand


@pytest.fixture
def typed(
    environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Deskhand]:
    """Run the command in this process, which is quicker; the process gets its own logging and excepthook back."""
    for name in [name for name in os.environ if name.startswith("DESKHAND_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)

    monkeypatch.setenv("DESKHAND_CACHE", environment["DESKHAND_CACHE"])
    monkeypatch.setenv("COLUMNS", environment["COLUMNS"])

    def deskhand(*arguments: str | Path, **variables: str) -> Done:
        with monkeypatch.context() as typing:
            typing.setattr(sys, "argv", ["deskhand", *map(str, arguments)])
            for name, value in variables.items():
                typing.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        said = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), said.out, said.err)

    yield deskhand
    structlog.reset_defaults()


@pytest.fixture
def database_url(pg: EmbeddedServer, tmp_path: Path) -> Iterator[str]:
    """A migrated database that the command may use instead of starting a server."""
    name = sql.Identifier(f"cli_{tmp_path.name}")
    with psycopg.connect(pg.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(TEMPLATE)))
        yield pg.conninfo(f"cli_{tmp_path.name}")
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
