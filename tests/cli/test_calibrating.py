import json
from pathlib import Path

from tests.cli.conftest import Deskhand


def test_a_suite_that_is_too_small_says_how_much_is_needed(typed: Deskhand, tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").write_text(
        json.dumps({"id": "a", "title": "Refunds", "body": "Refunds take 5 days."})
    )
    (tmp_path / "rows.jsonl").write_text(
        json.dumps({"question": "How long does a refund take?", "outcome": ["answered"]})
    )
    suite = tmp_path / "mine.yaml"
    suite.write_text("name: mine\nkind: replies\ndata: rows.jsonl\ncorpus: articles.jsonl\n")

    done = typed("calibrate", str(suite))

    assert done.returncode == 2
    assert "to learn from takes 40" in done.stderr
