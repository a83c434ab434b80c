"""A backup: the whole database as it was at one moment, in one file.

The file is a zip archive with a manifest, what pg_dump says, and the policy pages. Indexes are left out, since they are
made from the database, and so is what lets teammates in until it expires: they sign in anew.
"""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import sql
from pydantic import BaseModel, ConfigDict, ValidationError

from database.errors import BackupFailed, BackupUnusable
from database.pipes import piped

FORMAT = 1
MANIFEST, DUMP, PAGES = "manifest.json", "database.dump", "policy/"
EXPIRING = ("sessions", "sign_in_links", "sign_in_failures")
PIECE = 1 << 20  # bytes
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


class Manifest(BaseModel):
    """What a backup holds: so many rows of each table, in tables as the `revision` of our migrations made them."""

    model_config = ConfigDict(frozen=True)

    format: int
    deskhand: str
    revision: str
    made_at: datetime
    rows: Mapping[str, int]


def write(conninfo: str, file: Path, pages: Mapping[str, str], now: datetime) -> Manifest:
    """Write a backup beside whatever uses the database, readable by its owner only, and return what it holds.

    Raises BackupFailed when there is such a file already, or something goes wrong; then none is left behind.
    """
    if file.exists():
        raise BackupFailed(f"{str(file)!r} exists: choose another name, or remove it first")
    if not file.parent.is_dir():
        raise BackupFailed(f"there is no folder {str(file.parent)!r}: make it first")
    try:
        with _whole(file) as aside, zipfile.ZipFile(aside, "w") as archive, _moment(conninfo, now) as (held, snapshot):
            _dump(conninfo, snapshot, archive)
            for name, text in pages.items():
                archive.writestr(f"{PAGES}{name}", text)
            archive.writestr(MANIFEST, held.model_dump_json(indent=2))
    except (OSError, psycopg.Error) as exc:
        raise BackupFailed(f"{str(file)!r} cannot be written: {exc}") from exc
    return held


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """Yield a file beside, which becomes this one when all of it is written and on the disk."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    aside = Path(name)
    try:
        yield aside
        os.fsync(handle)
        aside.rename(file)
    finally:
        os.close(handle)
        aside.unlink(missing_ok=True)


@contextmanager
def _moment(conninfo: str, now: datetime) -> Iterator[tuple[Manifest, str]]:
    """Yield what the database holds at one moment, and the name under which another connection sees that moment."""
    with psycopg.connect(conninfo) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        snapshot = _single(connection, "SELECT pg_export_snapshot()")
        revision = _single(connection, "SELECT version_num FROM alembic_version")
        made_by, held = version("deskhand"), rows(connection)
        yield Manifest(format=FORMAT, deskhand=made_by, revision=revision, made_at=now, rows=held), snapshot


def _single(connection: psycopg.Connection, query: str) -> str:
    (found,) = connection.execute(query.encode()).fetchone() or ("",)
    return str(found)


def rows(connection: psycopg.Connection) -> dict[str, int]:
    """Return how many rows each table has that a backup holds."""
    names = [name for (name,) in connection.execute(_TABLES) if name not in EXPIRING]
    counted = {}
    for name in names:
        count = sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(name))
        (counted[name],) = connection.execute(count).fetchone() or (0,)
    return counted


def _dump(conninfo: str, snapshot: str, archive: zipfile.ZipFile) -> None:
    without = [f"--exclude-table-data=public.{name}" for name in EXPIRING]
    options = ["--format=custom", "--schema=public", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    with (
        archive.open(DUMP, "w", force_zip64=True) as target,
        piped("pg_dump", [*options, *without], conninfo) as said,
    ):
        shutil.copyfileobj(said, target, PIECE)


@contextmanager
def opened(file: Path) -> Iterator[tuple[Manifest, zipfile.ZipFile]]:
    """Yield what a backup holds and the archive, of which every byte was found to be as it was written.

    Raises BackupUnusable.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            if damaged := archive.testzip():
                raise BackupUnusable(f"{str(file)!r} is damaged in {damaged!r}: take another backup")
            manifest = Manifest.model_validate_json(archive.read(MANIFEST))
            if manifest.format != FORMAT:
                raise BackupUnusable(f"{str(file)!r} was made by Deskhand {manifest.deskhand}: restore it with that")
            yield manifest, archive
    except FileNotFoundError as exc:
        raise BackupUnusable(f"there is no file {str(file)!r}") from exc
    except (zipfile.BadZipFile, KeyError, ValidationError, OSError) as exc:
        raise BackupUnusable(f"{str(file)!r} is no backup of Deskhand, or not the whole of one") from exc


def pages(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the policy pages of a backup by name."""
    names = [name for name in archive.namelist() if name.startswith(PAGES)]
    return {Path(name).name: archive.read(name).decode("utf-8") for name in names}
