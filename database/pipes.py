"""PostgreSQL's own programs, run against a database and talked to through a pipe."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Literal

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from database import binaries
from database.account import Account
from database.errors import BackupFailed

Name = Literal["pg_dump", "pg_restore"]


@contextmanager
def piped(name: Name, options: list[str], conninfo: str) -> Iterator[IO[bytes]]:
    """Yield what pg_dump says, or what pg_restore is told; the password stands in no list of processes.

    Raises BackupFailed with the program's own words when it fails.
    """
    ourselves = Account(os.geteuid(), os.getegid(), dropped=False)
    given = conninfo_to_dict(conninfo)
    password = {"PGPASSWORD": str(given.pop("password"))} if "password" in given else {}
    command = [str(binaries.programs(ourselves) / name), *options, f"--dbname={make_conninfo('', **given)}"]
    says, told = (subprocess.PIPE, None) if name == "pg_dump" else (None, subprocess.PIPE)
    environment = {**os.environ, "LC_ALL": "C", **password}
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, stdin=told, stdout=says, stderr=complaints, env=environment) as process,
    ):
        pipe = process.stdout or process.stdin
        assert pipe is not None
        with suppress(BrokenPipeError), pipe:  # a program that ends early says why
            yield pipe
        if process.wait():
            complaints.seek(0)
            raise BackupFailed(f"{name} failed: {complaints.read().decode('utf-8', 'replace').strip()}")
