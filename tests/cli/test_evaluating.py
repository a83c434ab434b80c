"""`deskhand eval` at its door: what it prints where, what it writes, and how it ends."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Deskhand, Done
from tests.evals.making import write_rows, write_suite

ARTICLES = [
    {"id": "refunds", "title": "Refunds", "body": "Ask for a refund within 14 days."},
    {"id": "passwords", "title": "Passwords", "body": "Use the link on the sign-in page."},
]
QUESTIONS = [
    {"id": "q1", "question": "refund", "relevant_ids": ["refunds"], "topic": "billing"},
    {"id": "q2", "question": "link on the page", "relevant_ids": ["passwords"], "topic": "account"},
]


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A small suite whose gate holds."""
    return written(tmp_path, minimum=0.9)


def written(folder: Path, minimum: float, **more: object) -> Path:
    write_rows(folder / "articles.jsonl", *ARTICLES)
    write_rows(folder / "rows.jsonl", *QUESTIONS)
    said = {"name": "small", "kind": "retrieval", "data": "rows.jsonl", "corpus": "articles.jsonl", "slices": ["topic"]}
    return write_suite(folder / "small.yaml", **{**said, "gates": {"hit@1": {"min": minimum}}, **more})


def evaluated(typed: Deskhand, suite: Path, *more: str | Path) -> Done:
    return typed("eval", suite, "--system", "bm25", "--data", suite.parent / "data", *more)


def test_scores_come_with_their_errors_and_the_verdict(typed: Deskhand, suite: Path) -> None:
    done = evaluated(typed, suite)

    assert done.returncode == 0, done.stderr
    assert "small · bm25 · 2 examples" in done.stdout
    assert "✓ hit@1: 1.000" in done.stdout
    assert "May go live: the gate holds." in done.stdout


def test_below_a_gate_the_exit_code_is_one_and_the_failures_are_named(typed: Deskhand, tmp_path: Path) -> None:
    suite = written(tmp_path, 0.9)
    write_rows(tmp_path / "rows.jsonl", *QUESTIONS, {"id": "q3", "question": "zebra", "relevant_ids": ["refunds"]})

    done = evaluated(typed, suite)

    assert done.returncode == 1
    assert "✗ hit@1: 0.667" in done.stdout
    assert "q3 'zebra': no right article was found" in done.stdout
    assert "Not yet: 1 of 1 gates does not hold." in done.stdout


def test_json_is_the_only_thing_on_stdout(typed: Deskhand, suite: Path) -> None:
    done = evaluated(typed, suite, "--json", "--system", "deskhand")

    document = json.loads(done.stdout)
    assert [run["system"] for run in document["runs"]] == ["bm25", "deskhand"]
    assert document["passed"] is True
    assert document["beside"][0]["before"] == "deskhand"


def test_reports_are_written_where_they_are_wanted(typed: Deskhand, suite: Path, tmp_path: Path) -> None:
    names = {"--report": "out.html", "--markdown": "out.md", "--junit": "out.xml", "--save": "run.json"}
    places = [part for option, name in names.items() for part in (option, tmp_path / name)]

    evaluated(typed, suite, *places)

    assert "<title>May go live" in (tmp_path / "out.html").read_text()
    assert "| hit@1 | 100.0% |" in (tmp_path / "out.md").read_text()
    assert ElementTree.parse(tmp_path / "out.xml").getroot()[0].get("failures") == "0"
    assert json.loads((tmp_path / "run.json").read_text())[0]["suite"] == "small"


def test_a_baseline_shows_what_got_worse(typed: Deskhand, tmp_path: Path) -> None:
    suite = written(tmp_path, 0.1)
    evaluated(typed, suite, "--save", tmp_path / "run.json")
    write_rows(tmp_path / "articles.jsonl", ARTICLES[0], ARTICLES[1] | {"title": "Zebra", "body": "Zebra."})

    done = evaluated(typed, suite, "--baseline", tmp_path / "run.json")

    assert "small: bm25 against bm25 (baseline), 2 examples" in done.stdout
    assert "1 got worse, 0 got better." in done.stdout


def test_a_page_of_measurements_gets_a_table_and_keeps_the_rest(typed: Deskhand, suite: Path, tmp_path: Path) -> None:
    page = tmp_path / "measurements.md"
    page.write_text("# Measurements\n\nBefore.\n\n<!-- eval small -->\nold\n<!-- /eval small -->\n\nAfter.\n")

    for _ in range(2):
        evaluated(typed, suite, "--measurements", page)

    text = page.read_text()
    assert text.startswith("# Measurements\n\nBefore.\n\n<!-- eval small -->\nretrieval, 2 examples")
    assert text.endswith("<!-- /eval small -->\n\nAfter.\n")
    assert "| bm25 | 1.000 ± 0.000 |" in text
    assert "old" not in text


def test_only_a_slice_is_run(typed: Deskhand, suite: Path) -> None:
    done = evaluated(typed, suite, "--slice", "topic=billing", "--json")

    assert json.loads(done.stdout)["runs"][0]["examples"] == 1


def test_a_suite_without_a_corpus_is_asked_over_the_one_given(typed: Deskhand, tmp_path: Path) -> None:
    suite = written(tmp_path, 0.9, corpus=None)

    refused = evaluated(typed, suite)
    done = evaluated(typed, suite, "--kb", tmp_path / "articles.jsonl")

    assert (refused.returncode, done.returncode) == (2, 0)
    assert "--kb" in refused.stderr


def test_a_missing_optional_set_is_skipped_with_a_message(typed: Deskhand, tmp_path: Path) -> None:
    done = evaluated(typed, written(tmp_path, 0.9, data="gone.jsonl", optional=True))

    assert done.returncode == 0
    assert "skipped small: no file" in done.stdout


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--slice", "topic"), "--slice is 'topic'; it is field=value"),
        (("--slice", "topic=x"), "no slice 'topic=x' in suite 'small'; there is topic=account, topic=billing"),
        (("--system", "oracle"), "no system 'oracle'"),
        (("--baseline", "gone.json"), "no run at 'gone.json'"),
        (("--report", "gone/out.html"), "'gone/out.html' cannot be written"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_way_out(
    typed: Deskhand, suite: Path, more: tuple[str, ...], message: str
) -> None:
    done = evaluated(typed, suite, *more)

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_suite_that_is_not_there_names_those_that_are(typed: Deskhand) -> None:
    done = typed("eval", "gone")

    assert (done.returncode, done.stdout) == (2, "")
    assert "no suite 'gone'; there is agentdojo" in done.stderr


def test_a_table_becomes_a_first_suite_that_runs(typed: Deskhand, tmp_path: Path) -> None:
    table = tmp_path / "answers.csv"
    table.write_text("question,answer\nHow do I get a refund?,Open Billing and choose Refund to get a refund.\n")

    made = typed("eval", "init", table)
    done = typed("eval", made.stdout.strip(), "--json", "--data", tmp_path / "data")
    again = typed("eval", "init", table)

    assert made.returncode == 0
    assert json.loads(done.stdout)["runs"][0]["kind"] == "given"
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_judges_are_held_against_people(typed: Deskhand, tmp_path: Path) -> None:
    rows = [{"answer": "word " * n, "ratings": {"completeness": [n, n + n % 2, n]}} for n in range(1, 9)]
    write_rows(tmp_path / "rows.jsonl", *rows)
    said = {"name": "rated", "kind": "ratings", "data": "rows.jsonl", "systems": ["length"]}

    done = typed("eval", "judges", write_suite(tmp_path / "rated.yaml", **said), "--json", "--data", tmp_path / "data")

    (agreement,) = json.loads(done.stdout)
    assert (agreement["judge"], agreement["dimension"]) == ("length", "completeness")
    assert agreement["judged"]["value"] == pytest.approx(1.0)
    assert agreement["trust"] == "as one more person"


def test_the_commands_of_eval_are_listed(typed: Deskhand) -> None:
    shown = typed("eval", "--help").stdout

    for name in ("run", "init", "judges", "lines"):
        assert f"  {name} " in shown
    assert "deskhand eval SUITE..." in shown
