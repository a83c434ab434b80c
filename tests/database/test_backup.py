"""A backup holds one moment of a database, and comes back whole or not at all."""

import itertools
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from database import backup, restoring
from database.database import Database, migrate
from database.embedded import EmbeddedServer
from database.errors import BackupFailed, BackupUnusable, TargetTaken
from tests.conftest import TEMPLATE

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
PAGE = {"tone.md": "Friendly and short. ¡Hola!"}
CUSTOMER = "INSERT INTO customers (brand, id, name, created_at) VALUES ('default', %s, %s, now())"
TICKET = (
    "INSERT INTO tickets (id, brand, channel, status, priority, asked, settled, bot_silent, created_at, updated_at) "
    "VALUES ('tic_1', 'default', 'email', 'open', 'P2', 1, 0, false, now(), now())"
)
MESSAGE = (
    "INSERT INTO messages (id, ticket, number, author, kind, text, created_at) "
    "VALUES (%s, 'tic_1', %s, 'teammate', 'reply', 'Hello.', now())"
)
OUT = (
    "INSERT INTO outbox (message, destination, state, attempts, queued_at, next_attempt_at) "
    "VALUES (%s, %s, %s, 0, now(), now())"
)
FILE = (
    "INSERT INTO attachments (id, brand, ticket, name, media_type, size, sha256, content, created_at) "
    "VALUES ('att_1', 'default', 'tic_1', 'a.png', 'image/png', 4, %s, %s, now())"
)
SESSION = (
    "INSERT INTO sessions (id, hash, teammate, rotated_at, seen_at, expires_at) "
    "VALUES ('ses_1', 'hash', 'tea_1', now(), now(), now() + interval '1 day')"
)
TEAMMATE = (
    "INSERT INTO teammates (id, brand, name, email, teams, skills, languages, capacity, presence, presence_since, "
    "created_at) VALUES ('tea_1', 'default', 'Anna', 'anna@example.com', '{}', '{}', '{}', 5, 'away', now(), now())"
)
names = itertools.count()


@pytest.fixture
def elsewhere(pg: EmbeddedServer) -> Iterator[str]:
    """Another database, migrated and empty."""
    name = f"elsewhere_{next(names)}"
    with psycopg.connect(pg.conninfo("postgres"), autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        connection.execute(made)
        yield pg.conninfo(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def filled(database: Database) -> None:
    """A desk with a little of what matters: bytes, words, and mails that went out or have not yet."""
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute(CUSTOMER, ("ada", "Ada Lund, Zürich"))
        connection.execute(TEAMMATE)
        connection.execute(TICKET)
        connection.execute(FILE, (b"hash", b"\x89PN\x00"))
        connection.execute(SESSION)
        for number, (channel, state) in enumerate((("email", "queued"), ("email", "sent"), ("chat", "queued"))):
            connection.execute(MESSAGE, (f"msg_{number}", number + 1))
            connection.execute(OUT, (f"msg_{number}", channel, state))


@pytest.fixture
def file(filled: None, database: Database, tmp_path: Path) -> Path:
    """A backup of that desk."""
    backup.write(database.conninfo, tmp_path / "desk.zip", PAGE, NOW)
    return tmp_path / "desk.zip"


def asked(conninfo: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(conninfo) as connection:
        return connection.execute(query.encode()).fetchall()


def test_what_was_kept_comes_back_byte_for_byte_elsewhere(file: Path, database: Database, elsewhere: str) -> None:
    restored = restoring.restore(elsewhere, file)

    everything = "SELECT row_to_json(each)::text FROM {} AS each ORDER BY 1"
    assert restored.manifest.rows["tickets"] == 1
    assert restored.pages == PAGE
    assert asked(elsewhere, "SELECT content FROM attachments") == [(b"\x89PN\x00",)]
    for table in ("customers", "tickets", "messages", "teammates", "brands", "alembic_version"):
        assert asked(elsewhere, everything.format(table)) == asked(database.conninfo, everything.format(table))


def test_a_backup_is_readable_by_its_owner_only_and_lets_nobody_in(file: Path, elsewhere: str) -> None:
    restoring.restore(elsewhere, file)

    assert file.stat().st_mode & 0o777 == 0o600
    assert asked(elsewhere, "SELECT id FROM sessions") == []


def test_a_mail_that_was_on_its_way_waits_for_a_person_and_the_rest_goes_on(file: Path, elsewhere: str) -> None:
    restored = restoring.restore(elsewhere, file)

    assert restored.under_way == 1
    assert asked(elsewhere, "SELECT message, state, cause FROM outbox ORDER BY message") == [
        ("msg_0", "failed", "uncertain"),
        ("msg_1", "sent", None),
        ("msg_2", "queued", None),
    ]


def test_what_happens_while_it_is_written_is_not_half_in_it(
    filled: None, database: Database, elsewhere: str, tmp_path: Path
) -> None:
    with (
        backup._moment(database.conninfo, NOW) as (held, snapshot),
        zipfile.ZipFile(tmp_path / "a.zip", "w") as archive,
    ):
        with psycopg.connect(database.conninfo) as beside:
            beside.execute(CUSTOMER, ("grace", "Grace"))
        backup._dump(database.conninfo, snapshot, archive)
        archive.writestr(backup.MANIFEST, held.model_dump_json())

    restoring.restore(elsewhere, tmp_path / "a.zip")

    assert asked(elsewhere, "SELECT id FROM customers") == [("ada",)]


def test_a_target_that_holds_anything_is_left_alone_unless_forced(file: Path, elsewhere: str) -> None:
    with psycopg.connect(elsewhere) as connection:
        connection.execute(CUSTOMER, ("grace", "Grace"))

    with pytest.raises(TargetTaken, match="there are customers already"):
        restoring.restore(elsewhere, file)
    before = asked(elsewhere, "SELECT id FROM customers")
    restoring.restore(elsewhere, file, force=True)

    assert before == [("grace",)]
    assert asked(elsewhere, "SELECT id FROM customers") == [("ada",)]


def test_a_database_that_a_worker_uses_is_left_alone_even_when_forced(file: Path, elsewhere: str) -> None:
    with psycopg.connect(elsewhere) as connection:
        connection.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")

    with pytest.raises(TargetTaken, match="stop every `deskhand serve`"):
        restoring.restore(elsewhere, file, force=True)


def test_a_restore_that_fails_leaves_everything_as_it_was(file: Path, elsewhere: str, tmp_path: Path) -> None:
    with psycopg.connect(elsewhere) as connection:
        connection.execute(CUSTOMER, ("grace", "Grace"))
    lying = altered(file, tmp_path / "lying.zip", rows={"tickets": 2})

    with pytest.raises(BackupFailed, match="tickets"):
        restoring.restore(elsewhere, lying, force=True)

    assert asked(elsewhere, "SELECT id FROM customers") == [("grace",)]
    assert asked(elsewhere, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'deskhand%'") == []


def test_a_restore_that_was_killed_halfway_is_undone_by_the_next(file: Path, elsewhere: str) -> None:
    with psycopg.connect(elsewhere) as connection:
        connection.execute(CUSTOMER, ("grace", "Grace"))
        connection.execute("ALTER SCHEMA public RENAME TO deskhand_before")
        connection.execute("CREATE SCHEMA public")
    migrate(elsewhere)  # as every command does when it opens a database

    with pytest.raises(TargetTaken, match="customers"):
        restoring.restore(elsewhere, file)

    assert asked(elsewhere, "SELECT id FROM customers") == [("grace",)]


def altered(file: Path, to: Path, **changes: object) -> Path:
    """Write a backup again with another manifest."""
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(to, "w") as target:
        target.writestr(backup.DUMP, source.read(backup.DUMP))
        target.writestr(backup.MANIFEST, json.dumps({**json.loads(source.read(backup.MANIFEST)), **changes}))
    return to


def test_a_backup_of_a_newer_version_is_refused_with_its_name(file: Path, elsewhere: str, tmp_path: Path) -> None:
    newer = altered(file, tmp_path / "newer.zip", revision="9999", deskhand="7.0.0")
    strange = altered(file, tmp_path / "strange.zip", format=2)

    with pytest.raises(BackupUnusable, match=r"made by Deskhand 7.0.0.*'9999'"):
        restoring.restore(elsewhere, newer)
    with pytest.raises(BackupUnusable, match="restore it with that"):
        restoring.restore(elsewhere, strange)


@pytest.mark.parametrize("keep", [0, 100, -30])
def test_half_a_backup_and_what_is_none_is_refused(keep: int, file: Path, elsewhere: str, tmp_path: Path) -> None:
    (tmp_path / "half.zip").write_bytes(file.read_bytes()[:keep])

    with pytest.raises(BackupUnusable, match=r"half.zip"):
        restoring.restore(elsewhere, tmp_path / "half.zip")


def test_a_backup_with_a_flipped_bit_is_refused(file: Path, elsewhere: str) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)

    with pytest.raises(BackupUnusable, match="damaged in"):
        restoring.restore(elsewhere, file)


def test_a_backup_replaces_no_file_and_leaves_none_behind_when_it_fails(
    file: Path, database: Database, tmp_path: Path
) -> None:
    before = file.read_bytes()

    with pytest.raises(BackupFailed, match="exists"):
        backup.write(database.conninfo, file, {}, NOW)
    with pytest.raises(BackupFailed, match="no folder"):
        backup.write(database.conninfo, tmp_path / "nowhere" / "a.zip", {}, NOW)
    with pytest.raises(BackupFailed, match="cannot be written"):
        backup.write(f"{database.conninfo} dbname=gone", tmp_path / "a.zip", {}, NOW)

    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
