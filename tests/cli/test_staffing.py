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
    anna = ("teammates", "add", "anna@example.com", "--name", "Anna Lund")

    added = typed(*anna, "--teams", "support, billing", "--languages", "en,de", "--capacity", "5", **own)
    twice = typed(*anna, **own)
    strange = typed("teammates", "add", "ben@example.com", "--name", "Ben", "--teams", "sail", **own)
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
