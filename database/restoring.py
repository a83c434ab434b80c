"""The way back from a backup: all of it or nothing."""

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg import sql

from database import backup
from database.backup import Manifest
from database.database import migrate, migrations
from database.errors import BackupFailed, BackupUnusable, TargetTaken
from database.pipes import piped

FILLED = ("tickets", "customers", "articles", "teammates", "api_keys", "subscriptions")
SILENCE = timedelta(seconds=15)  # after which a worker without a sign of life counts as dead
ASIDE = "deskhand_before"  # the schema with what was there, until all is restored
UNDER_WAY = "It was on its way when the backup was made, so it may have arrived since."
OPTIONS = ["--schema=public", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]


@dataclass(frozen=True)
class Restored:
    """What a backup held, how many of its mails were on their way, and its policy pages by name."""

    manifest: Manifest
    under_way: int
    pages: dict[str, str]


def restore(conninfo: str, file: Path, force: bool = False) -> Restored:
    """Replace what the database holds by a backup, in tables as this version has them.

    Mails that were on their way wait for somebody to say whether they arrived. Raises BackupUnusable, TargetTaken while
    something works there or it is not empty (which `force` overrides), and BackupFailed; then all is as it was before.
    """
    with backup.opened(file) as (manifest, archive), psycopg.connect(conninfo, autocommit=True) as connection:
        _refuse_newer(conninfo, manifest)
        _refuse_taken(connection, force)
        _put_back(connection)
        _refuse_taken(connection, force)
        with _aside(connection):
            _load(conninfo, archive)
            if missing := _differing(manifest, backup.rows(connection)):
                raise BackupFailed(f"not all of {', '.join(missing)} was restored, so nothing was: try again")
            migrate(conninfo)
            _bury_workers(connection)
            under_way = _in_doubt(connection)
        return Restored(manifest, under_way, backup.pages(archive))


def _refuse_newer(conninfo: str, manifest: Manifest) -> None:
    try:
        ScriptDirectory.from_config(migrations(conninfo)).get_revision(manifest.revision)
    except CommandError as exc:
        raise BackupUnusable(
            f"the backup was made by Deskhand {manifest.deskhand}, and this version does not know its tables "
            f"({manifest.revision!r}): install that version or a newer one"
        ) from exc


def _refuse_taken(connection: psycopg.Connection, force: bool) -> None:
    (alive,) = connection.execute(
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - %s", (SILENCE,)
    ).fetchone() or (0,)
    if alive:
        raise TargetTaken(
            "a worker uses this database: stop every `deskhand serve` and `deskhand work` first; one that was killed "
            f"counts for {SILENCE.seconds} s"
        )
    filled = [name for name in FILLED if _any(connection, name)]
    if filled and not force:
        raise TargetTaken(
            f"there are {' and '.join(name.replace('_', ' ') for name in filled)} already: restore into an empty data "
            "directory (--data) or database, or let --force replace what is there"
        )


def _any(connection: psycopg.Connection, table: str) -> bool:
    found = connection.execute(sql.SQL("SELECT FROM public.{} LIMIT 1").format(sql.Identifier(table)))
    return found.rowcount > 0


def _put_back(connection: psycopg.Connection) -> None:
    """Undo a restore that was killed halfway."""
    if connection.execute("SELECT FROM pg_namespace WHERE nspname = %s", (ASIDE,)).rowcount:
        _swap_back(connection)


@contextmanager
def _aside(connection: psycopg.Connection) -> Iterator[None]:
    """Put what is there aside, for an empty schema; drop it in the end, or put it back where something goes wrong."""
    with connection.transaction():
        connection.execute(sql.SQL("ALTER SCHEMA public RENAME TO {}").format(sql.Identifier(ASIDE)))
        connection.execute("CREATE SCHEMA public")
    try:
        yield
    except BaseException:
        _swap_back(connection)
        raise
    connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(ASIDE)))


def _swap_back(connection: psycopg.Connection) -> None:
    with connection.transaction():
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO public").format(sql.Identifier(ASIDE)))


def _load(conninfo: str, archive: zipfile.ZipFile) -> None:
    with archive.open(backup.DUMP) as source, piped("pg_restore", OPTIONS, conninfo) as target:
        shutil.copyfileobj(source, target, backup.PIECE)


def _differing(manifest: Manifest, found: dict[str, int]) -> list[str]:
    return sorted(name for name in {*manifest.rows, *found} if manifest.rows.get(name) != found.get(name))


def _bury_workers(connection: psycopg.Connection) -> None:
    """Let nobody wait for the workers that lived when the backup was made: they never worked here."""
    connection.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 day'")


def _in_doubt(connection: psycopg.Connection) -> int:
    """Let people decide about mails that were on their way: nobody knows what was sent after the backup."""
    return connection.execute(
        "UPDATE outbox SET state = 'failed', cause = 'uncertain', error = %s "
        "WHERE state = 'queued' AND destination = 'email'",
        (UNDER_WAY,),
    ).rowcount
