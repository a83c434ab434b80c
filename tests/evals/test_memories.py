"""Suites that learn from older tickets."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evals import evaluation, suites
from evals.errors import RowBroken, SuiteUnreadable
from evals.evaluation import Plan
from evals.suites import Suite
from services import Tools
from tests.evals.making import write_rows, write_suite

ARTICLES = [
    {"id": "invoices", "title": "Invoices", "body": "Download invoices on the page Billing, as PDF."},
    {"id": "vat", "title": "Tax number", "body": "Enter the tax number of your company in the settings of the team."},
    {"id": "seats", "title": "Seats", "body": "Add a seat for a colleague on the page Team."},
]
QUESTIONS = [
    {"id": "q0", "question": "Where do I find my bills?", "relevant_ids": ["invoices"], "on": "2026-02-20"},
    {
        "id": "q1",
        "question": "Invoices lack our number\nHow do I get it on?",
        "relevant_ids": ["vat"],
        "on": "2026-03-01",
    },
    {"id": "q2", "question": "Our number lacks on invoices", "relevant_ids": ["vat"], "on": "2026-03-02"},
    {"id": "q3", "question": "Our number lacks on an invoice", "relevant_ids": ["vat"], "on": "2026-03-04"},
    {"id": "q4", "question": "A colleague is new here", "relevant_ids": ["seats"], "on": "2026-03-05"},
]


def written(folder: Path, rows: list[dict[str, Any]] = QUESTIONS, **said: Any) -> Path:
    write_rows(folder / "rows.jsonl", *rows)
    write_rows(folder / "articles.jsonl", *ARTICLES)
    given = {"name": "small", "kind": "retrieval", "data": "rows.jsonl", "corpus": "articles.jsonl", **said}
    return write_suite(folder / "suite.yaml", **given)


def remembering(folder: Path, **said: Any) -> Path:
    return written(folder, fields={"asked_at": "on"}, memory="rows.jsonl", lag="1 day", **said)


def test_the_latest_questions_are_asked_and_those_nobody_answered_before_stand_apart(tmp_path: Path) -> None:
    suite = suites.load(remembering(tmp_path, latest=3))

    assert isinstance(suite, Suite)
    assert {one.id: one.slices["linked"] for one in suite.examples} == {"q2": "before", "q3": "before", "q4": "never"}


def test_only_tickets_that_are_old_enough_count(tmp_path: Path) -> None:
    suite = suites.load(remembering(tmp_path))

    assert isinstance(suite, Suite)
    assert suite.memory is not None
    assert suite.memory.lag == timedelta(days=1)
    assert suite.memory.solved[1].subject == "Invoices lack our number"
    assert [one.slices["linked"] for one in suite.examples] == ["never", "never", "before", "before", "never"]


async def test_older_tickets_help_and_change_the_results_that_are_kept(tools: Tools, tmp_path: Path) -> None:
    (without,) = (await evaluation.evaluate(Plan((written(tmp_path),), ("deskhand",)), tools)).runs
    (remembered,) = (await evaluation.evaluate(Plan((remembering(tmp_path),), ("deskhand",)), tools)).runs

    plain, helped = ([one.document["results"] for one in run.results if one.document] for run in (without, remembered))
    assert plain[3][0]["article"] == "invoices"
    assert helped[3][0]["article"] == "vat"
    assert helped[0] == plain[0]


@pytest.mark.parametrize(
    ("said", "error", "message"),
    [
        ({"memory": "rows.jsonl"}, RowBroken, "when it was asked is missing"),
        ({"lag": "1 day"}, SuiteUnreadable, "lag says how old a memory must be"),
        ({"latest": 2}, RowBroken, "fields: {asked_at: FIELD}"),
        ({"kind": "intents", "corpus": None, "memory": "rows.jsonl"}, SuiteUnreadable, "are for retrieval"),
    ],
)
def test_a_memory_that_cannot_be_read_names_the_way_out(
    tmp_path: Path, said: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        suites.load(written(tmp_path, **said))
