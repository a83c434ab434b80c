"""Questions that nothing answers: hidden articles, and another help center's questions."""

from pathlib import Path

import pytest

from evals import suites
from evals.errors import RowBroken, SuiteUnreadable
from evals.suites import Suite
from services import Tools
from tests.evals.making import write_rows, write_suite
from tests.evals.test_systems import ARTICLES, documents, ran

ROWS = [
    {"question": "How do I reset my password?", "relevant_ids": ["passwords"]},
    {"question": "Who painted this?", "relevant_ids": []},
]


def loaded(folder: Path, **said: object) -> Suite:
    write_rows(folder / "rows.jsonl", *ROWS)
    write_rows(folder / "articles.jsonl", *ARTICLES)
    path = write_suite(folder / "suite.yaml", data="rows.jsonl", corpus="articles.jsonl", **said)
    suite = suites.load(path)
    assert isinstance(suite, Suite)
    return suite


def test_every_question_with_an_answer_is_asked_again_without_it(tmp_path: Path) -> None:
    suite = loaded(tmp_path, name="small", kind="retrieval", hidden=True)

    found = [(one.slices["answer"], one.positive, getattr(one.row, "without", None)) for one in suite.examples]

    assert found == [("there", True, None), ("there", False, None), ("hidden", False, ("passwords",))]
    assert len({one.key() for one in suite.examples}) == 3


def test_foreign_questions_have_no_answer_here(tmp_path: Path) -> None:
    write_rows(tmp_path / "other.jsonl", {"question": "Where do I feed the cat?", "relevant_ids": ["cats"]})

    suite = loaded(tmp_path, name="small", kind="retrieval", foreign="other.jsonl")

    assert [(one.slices["answer"], one.positive) for one in suite.examples] == [
        ("there", True),
        ("there", False),
        ("foreign", False),
    ]


def test_a_foreign_row_without_a_question_is_named(tmp_path: Path) -> None:
    write_rows(tmp_path / "other.jsonl", {"text": "Where do I feed the cat?"})

    with pytest.raises(RowBroken, match=r"other.jsonl:1: no question"):
        loaded(tmp_path, name="small", kind="retrieval", foreign="other.jsonl")


def test_only_retrieval_hides_articles(tmp_path: Path) -> None:
    with pytest.raises(SuiteUnreadable, match="hidden and foreign are for retrieval, not for replies"):
        loaded(tmp_path, name="small", kind="replies", hidden=True)


async def test_a_hidden_article_is_not_found_and_makes_an_answer_less_likely(tools: Tools, tmp_path: Path) -> None:
    run = await ran(tmp_path, tools, ROWS[:1], kind="retrieval", corpus="articles.jsonl", hidden=True)

    there, hidden = documents(run)
    assert there["results"][0]["article"] == "passwords"
    assert "passwords" not in [hit["article"] for hit in hidden["results"]]
    assert hidden["answerability"] < there["answerability"]
