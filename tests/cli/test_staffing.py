"""Teammates from the command line, with a database of their own."""

import json
from pathlib import Path

from cli import people
from desk.keys import SCOPES
from tests.cli.conftest import Deskhand


def test_the_help_names_every_scope_of_a_key() -> None:
    assert people.SCOPES.split(",") == list(SCOPES)


def test_a_teammate_is_added_once_to_teams_there_are_and_listed(
    typed: Deskhand, tmp_path: Path, database_url: str
) -> None:
    own = {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}
    anna = ("teammates", "create", "anna@example.com", "--name", "Anna Lund")

    added = typed(*anna, "--teams", "support, billing", "--languages", "en,de", "--capacity", "5", **own)
    twice = typed(*anna, **own)
    strange = typed("teammates", "create", "ben@example.com", "--name", "Ben", "--teams", "sail", **own)
    nobodys = typed("teammates", "list", "--brand", "nobody", **own)
    listed = typed("teammates", "list", "--json", **own)
    shown = typed("teammates", "list", **own)

    assert (added.returncode, twice.returncode, strange.returncode, nobodys.returncode) == (0, 2, 2, 2)
    assert "away until they say so" in added.stdout
    assert "anna@example.com' already" in twice.stderr
    assert "no team 'sail'" in strange.stderr
    (known,) = json.loads(listed.stdout)
    assert known["teams"] == ["support", "billing"]
    assert (known["languages"], known["capacity"], known["load"], known["presence"]) == (["en", "de"], 5, 0, "away")
    assert "0 of 5" in shown.stdout


def test_the_first_admin_gets_a_link_a_role_and_a_password(typed: Deskhand, tmp_path: Path, database_url: str) -> None:
    own = {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}
    root = ("teammates", "create", "root@example.com", "--name", "Root", "--role", "admin")

    created = json.loads(typed(*root, "--json", **own).stdout)
    said = typed("teammates", "create", "anna@example.com", "--name", "Anna", **own)
    link = typed("teammates", "link", "ANNA@example.com", **own)
    given = typed("teammates", "role", "anna@example.com", "lead", **own)
    last = typed("teammates", "role", created["id"], "qa", **own)
    nobody = typed("teammates", "link", "ben@example.com", **own)

    assert created["role"] == "admin"
    assert created["link"].startswith("http://127.0.0.1:8420/sign-in#dhl_")
    assert "/sign-in#dhl_" in said.stdout
    assert link.stdout.startswith("http://127.0.0.1:8420/sign-in#dhl_")
    assert "Anna is lead" in given.stdout
    assert (last.returncode, nobody.returncode) == (2, 2)
    assert "the only admin" in last.stderr
