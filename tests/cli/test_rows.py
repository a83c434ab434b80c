"""Questions from a file: what is read, and how a bad one is named before anything runs."""

import json
from pathlib import Path

import pytest

from cli import rows
from cli.refusal import Refusal
from cli.rows import Row
from domain.turns import Utterance


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "questions.jsonl"


def test_rows_carry_their_id_and_what_was_said_before(file: Path) -> None:
    said = ["user: Hello", "agent: Hello: how can I help?", "teammate: I look into it."]
    file.write_text(json.dumps({"id": 7, "question": "And now?", "history": said, "topic": "any"}) + "\n\n")

    found = rows.read(file)

    history = (
        Utterance("customer", "Hello"),
        Utterance("bot", "Hello: how can I help?"),
        Utterance("teammate", "I look into it."),
    )
    assert found == [Row(7, "And now?", history)]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"id": "a", "question":', ":2: not JSON"),
        ('["a", "b"]', ":2: not an object"),
        ('{"question": "What?"}', ":2: `id` is None"),
        ('{"id": true, "question": "What?"}', ":2: `id` is True"),
        ('{"id": "a", "question": 5}', ":2: `question` is 5"),
        ('{"id": "a", "question": "  "}', ":2: `question` is empty"),
        ('{"id": "a", "question": "x\\u0000"}', ":2: `question` is not valid UTF-8 text"),
        ('{"id": "a", "question": "x\\ud800"}', ":2: `question` is not valid UTF-8 text"),
        ('{"id": "a", "question": "x", "history": ["robot: hi"]}', ":2: `history` has 'robot: hi'"),
        ('{"id": "a", "question": "x", "history": "user: hi"}', ":2: `history` must be a list"),
        (json.dumps({"id": "a", "question": "x" * 1_000_000}), ":2: `question` has 1,000,000 characters"),
    ],
)
def test_a_bad_row_is_named_with_its_line(file: Path, line: str, sentence: str) -> None:
    file.write_text('{"id": "fine", "question": "Fine?"}\n' + line)

    with pytest.raises(Refusal) as refused:
        rows.read(file)

    assert sentence in str(refused.value)


def test_many_bad_rows_are_named_five_at_a_time(file: Path) -> None:
    file.write_text("broken\n" * 9)

    with pytest.raises(Refusal, match=r"and 4 more$") as refused:
        rows.read(file)

    assert str(refused.value).count("not JSON") == 5


def test_a_file_that_is_not_utf8_names_the_line(file: Path) -> None:
    file.write_bytes(b'{"id": "a", "question": "fine"}\n{"id": "b", "question": "caf\xe9"}\n')

    with pytest.raises(Refusal, match=r":2: not valid UTF-8"):
        rows.read(file)


def test_an_empty_or_missing_file_says_what_to_write(file: Path) -> None:
    with pytest.raises(Refusal, match="No such file"):
        rows.read(file)

    file.write_text("\n")

    with pytest.raises(Refusal, match="holds no rows: write one"):
        rows.read(file)
