"""What was deleted, looked for in the files of a server."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from database.database import create
from database.embedded import EmbeddedServer
from database.overwriting import overwrite

WORD = "xylophonicword"


@pytest.fixture
def kept(pg: EmbeddedServer) -> Iterator[str]:
    """A database with a table of which every row was deleted that holds a word."""
    create(pg.conninfo("postgres"), "kept")
    with psycopg.connect(pg.conninfo("kept"), autocommit=True) as connection:
        connection.execute("CREATE TABLE said (text text, words tsvector)")
        connection.execute("CREATE INDEX ON said USING gin (words)")
        rows = [(f"{WORD} {number}", f"{WORD} {number}") for number in range(300)]
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO said VALUES (%s, to_tsvector('simple', %s))", rows)
        connection.execute("ANALYZE said")
        connection.execute("CHECKPOINT")
        connection.execute("DELETE FROM said")
    yield pg.conninfo("kept")
    with psycopg.connect(pg.conninfo("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE kept WITH (FORCE)")


def files_with(word: str, folder: Path) -> set[str]:
    """Return the folders of a server in whose files a word stands."""
    files = (path for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes())
    return {path.relative_to(folder).parts[0] for path in files}


def test_what_was_deleted_is_in_no_file_of_the_server(kept: str, pg: EmbeddedServer) -> None:
    deleted = files_with(WORD, pg.cluster)

    done = overwrite(kept, ["said"])

    assert deleted == {"base", "pg_wal"}
    assert (done.busy, done.forbidden) == ((), ())
    assert files_with(WORD, pg.cluster) == set()


def test_a_table_in_use_is_left_out_and_named(kept: str) -> None:
    with psycopg.connect(kept) as using:
        using.execute("SELECT * FROM said")

        done = overwrite(kept, ["said"], patience_s=0.05)

    assert done.busy == ("said",)
    assert not done.whole


def test_nothing_is_written_over_while_somebody_still_reads_what_was_there(kept: str) -> None:
    with psycopg.connect(kept) as reading:
        reading.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reading.execute("SELECT 1")
        with psycopg.connect(kept, autocommit=True) as deleting:
            deleting.execute("INSERT INTO said VALUES ('more')")
            deleting.execute("DELETE FROM said")

        done = overwrite(kept, ["said"], patience_s=0.05)

    assert done.busy == ("every table",)
    assert overwrite(kept, ["said"]).busy == ()


def test_who_is_no_superuser_writes_the_tables_anew_and_is_told_what_is_left(kept: str) -> None:
    with psycopg.connect(kept, autocommit=True) as connection:
        connection.execute("CREATE ROLE plain_user LOGIN")
        connection.execute("ALTER TABLE said OWNER TO plain_user")
    try:
        done = overwrite(psycopg.conninfo.make_conninfo(kept, user="plain_user"), ["said"])
    finally:
        with psycopg.connect(kept, autocommit=True) as connection:
            connection.execute("DROP OWNED BY plain_user")
            connection.execute("DROP ROLE plain_user")

    assert done.whole
    assert done.forbidden == ("pg_statistic", "pg_wal")
