"""Policy from the command line: out as files, in as a version, back again."""

import json
from pathlib import Path

import pytest

from prompts import policy
from tests.cli.conftest import Deskhand


@pytest.fixture
def own(tmp_path: Path, database_url: str) -> dict[str, str]:
    return {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}


def test_pages_go_out_are_edited_and_come_in_as_a_version(typed: Deskhand, tmp_path: Path, own: dict[str, str]) -> None:
    folder = tmp_path / "pages"
    exported = typed("policy", "export", folder, **own)
    (folder / "tone.md").write_text("Be brief.", "utf-8")

    brought = typed("policy", "import", folder, "--note", "shorter", **own)
    again = typed("policy", "import", folder, "--json", **own)
    typed("policy", "export", tmp_path / "now", "--brand", "default", **own)
    told = typed("policy", "history", "--json", **own)

    assert "These are the usual pages" in exported.stderr
    assert brought.stdout == "Version 1 is in force for 'default': tone.md.\n"
    assert json.loads(again.stdout)["number"] == 1
    assert (tmp_path / "now" / "tone.md").read_text("utf-8") == "Be brief."
    (version,) = json.loads(told.stdout)
    assert (version["changed"], version["written_by"], version["note"]) == (["tone.md"], "operator", "shorter")


def test_a_page_that_does_not_fit_changes_nothing_and_says_where(
    typed: Deskhand, tmp_path: Path, own: dict[str, str]
) -> None:
    (tmp_path / "clocks.yaml").write_text(policy.texts()["clocks.yaml"].replace("response: 30,", "response: soon,"))

    refused = typed("policy", "import", tmp_path, **own)
    told = typed("policy", "history", **own)

    assert refused.returncode == 2
    assert "clocks.yaml, at targets.P0.response" in refused.stderr
    assert "'default' goes by the usual pages" in told.stdout


def test_an_earlier_version_comes_back(typed: Deskhand, tmp_path: Path, own: dict[str, str]) -> None:
    (tmp_path / "tone.md").write_text("Be brief.", "utf-8")
    typed("policy", "import", tmp_path, **own)

    restored = typed("policy", "restore", "0", **own)
    told = typed("policy", "history", **own)
    unknown = typed("policy", "restore", "9", **own)

    assert restored.stdout == "Version 2 is in force for 'default': tone.md.\n"
    assert "version 0 again" in told.stdout
    assert unknown.returncode == 2
    assert "no policy version 9" in unknown.stderr


def test_a_folder_without_pages_and_a_brand_nobody_added_are_told(
    typed: Deskhand, tmp_path: Path, own: dict[str, str]
) -> None:
    empty = typed("policy", "import", tmp_path, **own)
    stray = typed("policy", "history", "--brand", "nobody", **own)

    assert (empty.returncode, stray.returncode) == (2, 2)
    assert "there is no page in" in empty.stderr
    assert "there is no brand 'nobody'" in stray.stderr
