"""A line fitted to the questions of a suite."""

from pathlib import Path

import pytest

from evals import lines
from evals.errors import SuiteUnreadable
from services import Tools
from tests.evals.making import write_rows, write_suite

SUBJECTS = ["invoices", "passwords", "refunds", "seats", "webhooks", "calendars", "exports"]
PLACES = ["phone", "browser", "tablet"]


def written(folder: Path, count: int) -> Path:
    names = [(subject, place) for subject in SUBJECTS for place in PLACES][:count]
    bodies = {name: f"Open the {name[1]}, tap {name[0]} and choose Change." for name in names}
    articles = [{"id": "-".join(name), "title": f"{name[0]} on the {name[1]}", "body": bodies[name]} for name in names]
    asked = [{"question": f"How do I change {it[0]} on my {it[1]}?", "relevant_ids": ["-".join(it)]} for it in names]
    write_rows(folder / "articles.jsonl", *articles)
    write_rows(folder / "rows.jsonl", *asked)
    said = {"name": "own", "kind": "retrieval", "data": "rows.jsonl", "corpus": "articles.jsonl"}
    return write_suite(folder / "suite.yaml", **said)


async def test_a_line_is_fitted_to_the_questions_of_a_suite_and_tried_on_those_held_out(
    tools: Tools, tmp_path: Path
) -> None:
    found = await lines.fit(written(tmp_path, 21), tools, keep=0.9)

    assert (found.line.learned_from, found.line.examples) == ("questions", 21)
    assert found.report.auroc > 0.6
    assert found.report.kept >= 0.7


async def test_too_few_questions_are_refused_with_how_many_are_needed(tools: Tools, tmp_path: Path) -> None:
    with pytest.raises(SuiteUnreadable, match="4 questions find their article, and a line needs 20"):
        await lines.fit(written(tmp_path, 4), tools, keep=0.9)
