"""`deskhand import`: past tickets into the memory, and what search makes of them."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Deskhand


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> dict[str, str]:
    return {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Three tickets that teach something, two that do not, and a line that is none."""
    said = [
        *[("How long until my money is back?", "teammate", ["refunds"], "ann")] * 2,
        ("My money please", "teammate", ["https://help.example/gone"], "bob"),
        ("Money?", "bot", ["refunds"], "cid"),
        ("Hello", "teammate", [], "dan"),
    ]
    rows = [
        {
            "id": f"t{number}",
            "created": "2026-03-01",
            "customer": customer,
            "messages": [{"from": "customer", "text": question}, {"from": who, "text": "See the article."}],
            "articles": articles,
            "status": "Zombie" if customer == "dan" else "solved",
        }
        for number, (question, who, articles, customer) in enumerate(said)
    ]
    file = tmp_path / "export.jsonl"
    file.write_text("\n".join([*map(json.dumps, rows), "{oops"]))
    return file


def test_tickets_are_remembered_once_and_the_report_says_what_was_not(
    typed: Deskhand, place: dict[str, str], export: Path
) -> None:
    first = typed("import", "tickets", export, "--json", **place)
    again = typed("import", "tickets", export, **place)

    report = json.loads(first.stdout)
    assert (first.returncode, report["read"], report["unreadable"]) == (3, 6, 1)
    assert report["kept"] == {"added": 5, "unchanged": 0}
    assert report["remembered"] == {"added": 3, "changed": 0, "unchanged": 0}
    assert report["without_article"] == 3
    assert report["skipped"] == {"no teammate answered it": 1, "no teammate's answer links an article": 1}
    assert [(row["row"], row["ticket"], row["value"]) for row in report["rows"]] == [
        (4, "t3", None),
        (5, "t4", "Zombie"),
        (5, "t4", None),
        (6, None, None),
    ]
    assert report["taken_as"] == {"status is not known: taken as closed": 1}
    assert "line 6 is skipped: it is not JSON" in first.stderr
    assert "5 kept in the desk (0 added, 5 unchanged)" in again.stdout
    assert "3 remembered (0 added, 0 changed, 3 unchanged)" in again.stdout
    assert "3 link no article of this brand" in again.stdout


def test_search_counts_similar_tickets_until_they_are_forgotten(
    typed: Deskhand, place: dict[str, str], export: Path, help_center: Path
) -> None:
    typed("index", help_center, **place)
    typed("import", "tickets", export, **place)

    before = json.loads(typed("search", "Where is my money?", "--json", **place).stdout)
    forgotten = typed("import", "forget", "--customer", "ann", **place)
    after = json.loads(typed("search", "Where is my money?", "--json", **place).stdout)

    assert before["results"][0]["article"] == "refunds"
    assert before["results"][0]["reasons"] == ["1 similar ticket was solved with this article"]
    assert forgotten.stdout == "2 tickets forgotten, 2 deleted\n"
    assert [found["reasons"] for found in after["results"]] == [[]] * len(after["results"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tickets", "gone.jsonl"], "no file 'gone.jsonl'"),
        (["forget"], "say what to forget"),
        (["forget", "--ticket", "t", "--brand", "acme"], "no brand 'acme'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    typed: Deskhand, place: dict[str, str], arguments: list[str], message: str
) -> None:
    done = typed("import", *arguments, **place)

    assert done.returncode == 2
    assert message in done.stderr
