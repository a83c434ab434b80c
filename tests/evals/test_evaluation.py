from pathlib import Path

import pytest

from evals import evaluation, runs, suites
from evals.comparison import NotComparable
from evals.errors import DataMissing, SuiteUnreadable
from evals.evaluation import Plan
from evals.suites import Skipped
from evals.systems import named
from services import Tools
from tests.evals.making import write_rows, write_suite

ARTICLES = [
    {"id": "refunds", "title": "Refunds", "body": "Ask for a refund within 14 days."},
    {"id": "passwords", "title": "Passwords", "body": "Use the link on the sign-in page."},
]
QUESTIONS = [
    {"id": "q1", "question": "refund", "relevant_ids": ["refunds"], "topic": "billing"},
    {"id": "q2", "question": "link on the page", "relevant_ids": ["passwords"], "topic": "account"},
    {"id": "q3", "question": "sign-in page", "relevant_ids": ["refunds"], "topic": "account"},
]


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A small retrieval suite with a gate that the wrong grade of its last row keeps from holding."""
    write_rows(tmp_path / "articles.jsonl", *ARTICLES)
    write_rows(tmp_path / "rows.jsonl", *QUESTIONS)
    said = {"name": "small", "kind": "retrieval", "data": "rows.jsonl", "corpus": "articles.jsonl"}
    return write_suite(tmp_path / "small.yaml", **said, slices=["topic"], gates={"hit@1": {"min": 0.9}})


async def test_the_gates_hold_for_the_first_system_and_the_others_stand_beside_it(tools: Tools, suite: Path) -> None:
    found = await evaluation.evaluate(Plan((suite,), ("deskhand", "bm25")), tools)

    first, second = found.runs
    assert [(run.system, len(run.gates)) for run in found.runs] == [("deskhand", 1), ("bm25", 0)]
    assert (first.passed, second.passed) == (False, True)
    assert [(one.before, one.after, one.paired) for one in found.beside] == [("bm25", "deskhand", 3)]


async def test_a_suite_runs_on_the_systems_it_names(tools: Tools, suite: Path) -> None:
    said = {"name": "small", "kind": "retrieval", "data": "rows.jsonl", "corpus": "articles.jsonl"}
    write_suite(suite, **said, systems=["bm25"])

    found = await evaluation.evaluate(Plan((suite,)), tools)

    assert [run.system for run in found.runs] == ["bm25"]


async def test_only_a_slice_and_only_so_many_are_run(tools: Tools, suite: Path) -> None:
    plan = Plan((suite,), ("bm25",), slices=(("topic", "account"),), limit=1)

    (run,) = (await evaluation.evaluate(plan, tools)).runs

    assert len(run.examples) == 1
    assert run.examples[0].slices == {"topic": "account"}


async def test_how_far_a_run_is_can_be_followed(tools: Tools, suite: Path) -> None:
    heard: list[tuple[str, str, int, int]] = []

    await evaluation.evaluate(Plan((suite,), ("bm25",)), tools, lambda *news: heard.append(news))

    assert heard == [("small", "bm25", done, 3) for done in range(4)]


async def test_an_unchanged_example_is_not_asked_again(tools: Tools, suite: Path) -> None:
    plan = Plan((suite,), ("deskhand",))
    first = (await evaluation.evaluate(plan, tools)).runs[0]
    (kept,) = tools.kept.glob("*.jsonl")
    size = kept.stat().st_size

    again = (await evaluation.evaluate(plan, tools)).runs[0]

    assert kept.stat().st_size == size
    assert again.results == first.results


async def test_an_optional_suite_without_its_data_is_skipped(tools: Tools, suite: Path, tmp_path: Path) -> None:
    optional = write_suite(
        tmp_path / "far.yaml", name="far", kind="retrieval", data="gone.jsonl", optional=True, corpus="articles.jsonl"
    )

    found = await evaluation.evaluate(Plan((optional, suite), ("bm25",)), tools)

    assert [run.suite for run in found.runs] == ["small"]
    assert [type(one) for one in found.skipped] == [Skipped]
    assert "gone.jsonl" in found.skipped[0].reason


async def test_what_changed_since_a_saved_run_is_told(tools: Tools, suite: Path, tmp_path: Path) -> None:
    before = (await evaluation.evaluate(Plan((suite,), ("bm25",)), tools)).runs
    runs.write(tmp_path / "run.json", *before)
    write_rows(
        suite.with_name("articles.jsonl"),
        *reversed(ARTICLES),
        {"id": "page", "title": "sign-in page", "body": "sign-in page"},
    )

    after = (await evaluation.evaluate(Plan((suite,), ("bm25",)), tools)).runs

    (changed,) = evaluation.compared(runs.read(tmp_path / "run.json"), after)
    assert (changed.before, changed.after, changed.paired) == ("bm25 (baseline)", "bm25", 3)


async def test_a_baseline_of_something_else_is_refused(tools: Tools, suite: Path) -> None:
    found = (await evaluation.evaluate(Plan((suite,), ("bm25",)), tools)).runs

    with pytest.raises(NotComparable, match="the baseline holds nothing"):
        list(evaluation.compared((), found))


@pytest.mark.parametrize(
    ("system", "message"),
    [("oracle", "no system 'oracle'"), ("keywords", "no system 'keywords' for retrieval suites such as 'small'")],
)
async def test_a_system_that_is_not_there_is_named_before_anything_runs(
    tools: Tools, suite: Path, system: str, message: str
) -> None:
    with pytest.raises(SuiteUnreadable, match=message):
        await evaluation.evaluate(Plan((suite,), (system,)), tools)
    assert not tools.kept.exists()


def test_suites_are_found_by_name_by_path_and_by_folder(suite: Path) -> None:
    assert evaluation.find("demo") == [evaluation.SHIPPED / "demo.yaml"]
    assert evaluation.find(str(suite)) == [suite]
    assert evaluation.find(str(suite.parent)) == [suite]
    with pytest.raises(DataMissing, match=r"no suite 'gone'; there is agentdojo, .*or give the path"):
        evaluation.find("gone")


def test_a_folder_without_suites_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"no suite in .*deskhand eval init"):
        evaluation.find(str(tmp_path))


def test_every_shipped_suite_can_be_read_and_is_named_as_its_file() -> None:
    files = {path.stem: suites.read(path) for path in evaluation.find(str(evaluation.SHIPPED))}

    assert {name for name, file in files.items() if file.name != name} == set()
    assert all(file.optional and file.description for file in files.values())
    assert all(set(file.systems) <= set(named.names(file.kind)) for file in files.values())
