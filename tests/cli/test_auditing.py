"""The audit log from the command line, with a database of its own."""

import json
from pathlib import Path

import psycopg

from tests.cli.conftest import Deskhand


def test_the_log_is_verified_and_whoever_tampers_with_it_is_found_out(
    typed: Deskhand, tmp_path: Path, database_url: str
) -> None:
    own = {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}
    key = json.loads(typed("keys", "create", "website", "--json", **own).stdout)
    fresh = typed("keys", "rotate", key["prefix"], "--overlap-hours", "1", **own)
    secret = typed("brands", "secret", "default", **own)

    whole = typed("audit", "verify", "--json", **own)
    head = json.loads(whole.stdout)["head"]
    noted = typed("audit", "verify", "--head", head, **own)
    strange = typed("audit", "verify", "--head", "00ff", **own)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE audit DISABLE TRIGGER USER")
        connection.execute("UPDATE audit SET by = 'nobody' WHERE number = 2")
    broken = typed("audit", "verify", **own)

    assert fresh.stdout.startswith("dh_")
    assert len(secret.stdout.strip()) == 64
    assert json.loads(whole.stdout) == {"entries": 3, "head": head, "fault": None}
    assert (noted.returncode, strange.returncode, broken.returncode) == (0, 1, 1)
    assert "3 entries hold together" in noted.stdout
    assert "entry 2 is not what was recorded" in broken.stderr
