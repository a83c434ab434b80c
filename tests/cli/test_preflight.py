"""`deskhand kb preflight` at its door."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Deskhand


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    folder = tmp_path / "help"
    folder.mkdir()
    (folder / "seats.md").write_text("# Add a seat\n\nOpen Team and press Add seat. A seat costs 9 EUR a month.")
    (folder / "refunds.md").write_text("# Refunds\n\nOpen Billing and press Refund. It takes 5 working days.")
    return folder


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.jsonl"
    rows = [
        {"id": "q1", "question": "What does another seat cost?", "relevant_ids": ["seats"]},
        {"id": "q2", "question": "When is my refund there?"},
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    return file


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    folder = tmp_path / "edited"
    folder.mkdir()
    (folder / "refunds.md").write_text("# Refunds\n\nOpen Billing and press Refund. It takes 7 working days.")
    return folder


def test_what_changes_is_printed_with_the_words_that_do(
    typed: Deskhand, kb: Path, questions: Path, edited: Path
) -> None:
    done = typed("kb", "preflight", edited, "--kb", kb, "--questions", questions)

    assert done.returncode == 0
    assert "changed  refunds" in done.stdout
    assert "1. reworded" in done.stdout
    assert "~ refunds: Open Billing and press Refund. It takes [-5-] {+7+} working days." in done.stdout
    assert "questions find something else" in done.stdout


def test_a_loss_is_one_json_document_and_exit_code_1(typed: Deskhand, kb: Path, questions: Path) -> None:
    done = typed("kb", "preflight", "--delete", "seats", "--kb", kb, "--questions", questions, "--json")

    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert document["articles"] == [{"article": "seats", "state": "deleted"}]
    assert document["questions"] == 2
    assert document["counts"]["worse"] == 1
    assert [(row["id"], row["kind"], row["right"]) for row in document["effects"][:1]] == [("q1", "worse", ["seats"])]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "there is nothing to publish"),
        (["--delete", "gone"], "there is no article 'gone' to delete"),
        (["--delete", "seats"], "there is no question to try"),
    ],
)
def test_what_cannot_be_tried_is_refused(typed: Deskhand, kb: Path, arguments: list[str], said: str) -> None:
    done = typed("kb", "preflight", *arguments, "--kb", kb)

    assert done.returncode == 2
    assert said in done.stderr


def test_solved_tickets_are_asked_again_in_the_data_directory(
    typed: Deskhand, kb: Path, edited: Path, tmp_path: Path, database_url: str
) -> None:
    place = {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}
    answers = [{"from": "teammate", "text": "See [this](refunds).", "at": "2026-01-02T09:00:00Z"}]
    asked = [{"from": "customer", "text": "Where is my refund?", "at": "2026-01-01T09:00:00Z"}]
    ticket = {"id": "t1", "created": "2026-01-01T09:00:00Z", "messages": [*asked, *answers], "articles": ["refunds"]}
    (tmp_path / "tickets.jsonl").write_text(json.dumps(ticket))
    typed("index", kb, **place)
    typed("import", "tickets", tmp_path / "tickets.jsonl", **place)

    done = typed("kb", "preflight", edited, "--json", **place)

    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert [(row["id"], row["source"], row["kind"]) for row in document["effects"]] == [("t1", "ticket", "reworded")]
