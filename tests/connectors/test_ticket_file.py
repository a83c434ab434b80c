"""Past tickets from files."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors import ticket_file
from connectors.ticket_file import BadTicket, FileUnreadable, Read
from domain.tickets import Said

WHOLE = {
    "id": 7,
    "created": "2026-03-01 10:00:00 +0100",
    "subject": "Refund",
    "customer": "ann",
    "messages": [
        {"from": "customer", "text": "Money\u0000 back?", "at": "2026-03-01T10:00:00+01:00"},
        {"from": "teammate", "text": "See the article.", "at": "2026-03-01T11:00:00"},
    ],
    "articles": ["refunds"],
    "status": "solved",
    "priority": "urgent",
    "tags": ["billing"],
    "csat": 5,
}


def lines(folder: Path, *rows: object) -> Path:
    file = folder / "tickets.jsonl"
    file.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return file


def test_a_line_is_a_ticket_with_everything_it_says(tmp_path: Path) -> None:
    (read,) = ticket_file.read(lines(tmp_path, WHOLE))

    assert isinstance(read, Read)
    ticket = read.ticket
    assert (ticket.id, ticket.subject, ticket.customer, ticket.articles) == ("7", "Refund", "ann", ("refunds",))
    assert ticket.created_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert ticket.messages[0] == Said("customer", "Money back?", datetime(2026, 3, 1, 9, tzinfo=UTC))
    assert ticket.messages[1].at == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert (ticket.status, ticket.priority, ticket.tags, ticket.csat) == ("solved", "urgent", ("billing",), "5")


def test_bad_rows_are_named_by_line_and_the_others_are_read(tmp_path: Path) -> None:
    agent = {**WHOLE, "id": "a", "messages": [{"from": "agent", "text": "Hi"}]}
    undated = {"id": "b", "messages": []}
    file = lines(tmp_path, "not json", agent, undated, "[1]", WHOLE, "", WHOLE, {**WHOLE, "id": "z"})

    read = list(ticket_file.read(file))

    assert [row.ticket.id for row in read if isinstance(row, Read)] == ["7", "z"]
    bad = {row.row: row for row in read if isinstance(row, BadTicket)}
    assert "not JSON" in bad[1].reason
    assert (bad[2].ticket, bad[2].reason) == (
        "a",
        "messages.0.from 'agent': input should be 'customer', 'teammate' or 'bot'",
    )
    assert bad[3].reason == "created is missing"
    assert "not an object" in bad[4].reason
    assert bad[7].reason == "the id was already used in line 5"
    assert ticket_file.count(file) == 7


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_table_is_a_question_and_an_answer_a_row(tmp_path: Path, between: str) -> None:
    file = tmp_path / "tickets.csv"
    columns = ["Id", "created", "question", "answer", "articles", "customer"]
    cells = ["1", "2026-03-01", '"Where is\nmy refund?"', "Read this.", '"refunds; seats"', "ann"]
    file.write_text(
        f"{between.join(columns)}\n{between.join(cells)}\n{between.join(['2', 'soon', 'Hi', '', '', ''])}\n"
    )

    first, second = ticket_file.read(file)

    assert isinstance(first, Read)
    assert [(said.author, said.text) for said in first.ticket.messages] == [
        ("customer", "Where is\nmy refund?"),
        ("teammate", "Read this."),
    ]
    assert first.ticket.articles == ("refunds", "seats")
    assert isinstance(second, BadTicket)
    assert second.row == 4
    assert second.reason.startswith("created 'soon'")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("tickets.xlsx", "", "neither .jsonl nor .csv"),
        ("tickets.csv", "id,text\n", "no column 'created'"),
        ("gone.jsonl", None, "no file"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str, content: str | None, message: str) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_text(content)

    with pytest.raises(FileUnreadable, match=message):
        ticket_file.read(file)
