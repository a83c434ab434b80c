"""Keys and brands from the command line, with a database of their own."""

import json
from pathlib import Path

from tests.cli.conftest import Deskhand


def test_a_key_is_shown_once_listed_without_its_secret_and_taken_back(
    typed: Deskhand, tmp_path: Path, database_url: str
) -> None:
    own = {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}

    created = typed("keys", "create", "website", "--scopes", "chat,search", **own)
    listed = typed("keys", "list", "--json", **own)
    revoked = typed("keys", "revoke", json.loads(listed.stdout)[0]["prefix"], "--json", **own)
    again = typed("keys", "list", **own)

    assert created.stdout.startswith("dh_")
    assert "the only time it is shown" in created.stderr
    assert created.stdout.strip() not in listed.stdout
    assert json.loads(listed.stdout)[0]["scopes"] == ["search", "chat"]
    assert json.loads(revoked.stdout)["revoked_at"] is not None
    assert "revoked" in again.stdout


def test_a_brand_is_added_once_and_a_key_belongs_to_one_there_is(
    typed: Deskhand, tmp_path: Path, database_url: str
) -> None:
    own = {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}

    added = typed("brands", "add", "acme", "--name", "Acme", **own)
    twice = typed("brands", "add", "acme", **own)
    listed = typed("brands", "list", "--json", **own)
    stray = typed("keys", "create", "website", "--brand", "nobody", **own)
    strange = typed("keys", "create", "website", "--scopes", "everything", **own)

    assert (added.returncode, twice.returncode, stray.returncode, strange.returncode) == (0, 2, 2, 2)
    assert [brand["id"] for brand in json.loads(listed.stdout)] == ["acme", "default"]
    assert "there is a brand 'acme' already" in twice.stderr
    assert "there is no brand 'nobody'" in stray.stderr
    assert "everything" in strange.stderr
