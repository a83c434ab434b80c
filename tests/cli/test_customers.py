"""A customer copied and erased from the command line, with a database of its own."""

import json
import stat
import zipfile
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Deskhand

TICKET = {
    "id": "old-1",
    "created": "2026-01-05T09:00:00Z",
    "customer": "mia",
    "messages": [{"from": "customer", "text": "My reader is broken."}, {"from": "teammate", "text": "Send it back."}],
}


@pytest.fixture
def own(typed: Deskhand, tmp_path: Path, database_url: str) -> dict[str, str]:
    """Where a desk lies to which Mia once wrote."""
    (tmp_path / "old.jsonl").write_text(json.dumps(TICKET) + "\n")
    variables = {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}
    assert typed("import", "tickets", str(tmp_path / "old.jsonl"), **variables).returncode == 0
    return variables


def test_a_copy_is_for_its_owner_only_and_replaces_nothing(
    typed: Deskhand, own: dict[str, str], tmp_path: Path
) -> None:
    archive = tmp_path / "mia.zip"

    done = typed("customers", "export", "mia", "-o", str(archive), **own)
    again = typed("customers", "export", "mia", "-o", str(archive), **own)
    nobody = typed("customers", "export", "otto", "-o", str(tmp_path / "otto.zip"), **own)

    assert done.returncode == 0
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert "My reader is broken." in zipfile.ZipFile(archive).read("conversations.txt").decode()
    assert again.returncode != 0
    assert "name a new file" in again.stderr
    assert "has no customer 'otto'" in nobody.stderr
    assert not (tmp_path / "otto.zip").exists()


def test_erasing_says_first_what_goes_and_waits_for_a_yes(
    typed: Deskhand, own: dict[str, str], database_url: str
) -> None:
    dry = typed("customers", "erase", "mia", **own)
    told = json.loads(typed("customers", "erase", "mia", "--json", **own).stdout)
    done = typed("customers", "erase", "mia", "--yes", **own)
    gone = typed("customers", "erase", "mia", **own)

    assert "Nothing was erased" in dry.stderr
    assert {"kind": "messages", "rows": 2, "fate": "erased"} in told["holdings"]
    assert "written over" in done.stderr
    assert "has no customer 'mia'" in gone.stderr
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (0,)
        assert connection.execute("SELECT customer, source_id FROM tickets").fetchall() == [(None, None)]
