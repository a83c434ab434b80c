"""Overwrite in PostgreSQL's files what was deleted: its tables, what it knows of their values, and its log of changes.

Deleting leaves the bytes where they were, and an ordinary VACUUM only lets others write over them. So tables are
written anew, and so many segments of the log are filled with nothing that each that is kept was written over, twice:
what the first round frees is kept for later under new names, with its old bytes.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass

import psycopg
from psycopg import sql

PATIENCE_S = 3
ROUNDS = 2
STATISTICS = "pg_statistic"  # samples of what columns hold
FORGET = """
    DELETE FROM pg_statistic USING (SELECT CAST(%s AS regclass) AS relation) AS given
    WHERE starelid = relation OR starelid IN (SELECT indexrelid FROM pg_index WHERE indrelid = relation)
"""
OLDER = """
    SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
        AND greatest(age(backend_xmin), age(backend_xid)) > age(CAST(%s AS xid)) LIMIT 1
"""
EVERYTHING = "every table"
LOOK_S = 0.05
MOST_SEGMENTS = 4096  # of 16 MB each; nobody keeps so many between two checkpoints


@dataclass(frozen=True)
class Overwritten:
    """What could not be written over: what somebody used all the time, and what this role may not do."""

    busy: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Say whether trying again would do no more."""
        return not self.busy


def overwrite(conninfo: str, tables: Collection[str], patience_s: float = PATIENCE_S) -> Overwritten:
    """Write these tables and the log of changes anew; whoever uses a table waits as long as that takes.

    A table that is not free within `patience_s` seconds is left out, and all are while somebody, such as a backup,
    still reads what was there before. Writing over the log takes a superuser, and its copies elsewhere (an archive, a
    replica, a backup) are out of reach.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SELECT set_config('lock_timeout', %s, false)", (f"{int(patience_s * 1000)}ms",))
        if not _outlasts(connection, patience_s):
            return Overwritten((EVERYTHING,))
        may = _is_superuser(connection)
        busy = [table for table in tables if not _anew(connection, table)]
        for table in set(tables) - set(busy):
            _measure(connection, table, may)
        if may:
            busy += [] if _anew(connection, STATISTICS) else [STATISTICS]
            for _ in range(ROUNDS):
                _fill(connection)
    return Overwritten(tuple(busy), () if may else (STATISTICS, "pg_wal"))


def _outlasts(connection: psycopg.Connection, patience_s: float) -> bool:
    """Wait until everybody has ended who may still see what was deleted; False when somebody does not."""
    row = connection.execute("SELECT CAST(pg_current_xact_id() AS text)").fetchone()
    deadline = time.monotonic() + patience_s
    while row and connection.execute(OLDER, (str(int(row[0]) % 2**32),)).fetchone() is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_S)
    return True


def _is_superuser(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def _anew(connection: psycopg.Connection, table: str) -> bool:
    """Write a table and its indexes anew; False when others hold it."""
    try:
        connection.execute(sql.SQL("VACUUM (FULL) {}").format(sql.Identifier(table)))
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def _measure(connection: psycopg.Connection, table: str, may: bool) -> None:
    """Let the planner know a table by the values that are left; of an empty one it would keep the old ones."""
    if may:
        connection.execute(FORGET, (table,))
    connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def _fill(connection: psycopg.Connection) -> None:
    """Fill every segment of the log that there is with nothing, and let go of those before."""
    kept = connection.execute("SELECT max(name) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'").fetchone()
    for _ in range(MOST_SEGMENTS):
        now = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
        if not kept or not now or now[0] > kept[0]:
            break
        connection.execute("SELECT pg_logical_emit_message(false, 'deskhand', '')")
        connection.execute("SELECT pg_switch_wal()")
    connection.execute("CHECKPOINT")
