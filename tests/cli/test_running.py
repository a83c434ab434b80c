"""How commands find a running server, and are not misled by what a dead one left behind."""

import json
import os
import stat
from pathlib import Path

from cli import running


def test_a_server_is_found_by_its_file_which_only_its_owner_reads(tmp_path: Path) -> None:
    data = tmp_path / "made" / "on the way"
    running.announce(data, "http://127.0.0.1:8420", "secret-key")

    found = running.find(data)

    assert found is not None
    assert (found.url, found.pid, found.key) == ("http://127.0.0.1:8420", os.getpid(), "secret-key")
    assert stat.S_IMODE((data / running.NAME).stat().st_mode) == 0o600
    assert "secret-key" not in repr(found)


def test_another_process_with_the_number_of_a_dead_server_is_not_taken_for_it(tmp_path: Path) -> None:
    running.announce(tmp_path, "http://127.0.0.1:8420", "secret-key")
    left = json.loads((tmp_path / running.NAME).read_text())
    (tmp_path / running.NAME).write_text(json.dumps(left | {"started": left["started"] - 60}))

    assert running.find(tmp_path) is None


def test_nothing_is_found_where_there_is_no_file_or_half_of_one(tmp_path: Path) -> None:
    assert running.find(tmp_path / "missing") is None

    (tmp_path / running.NAME).write_text('{"url": "http://127')

    assert running.find(tmp_path) is None


def test_the_file_goes_with_the_server_that_wrote_it(tmp_path: Path) -> None:
    running.announce(tmp_path, "http://127.0.0.1:8420", "secret-key")

    running.withdraw(tmp_path)
    running.withdraw(tmp_path)

    assert list(tmp_path.iterdir()) == []
