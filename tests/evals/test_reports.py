import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from evals import comparison, judges, runs, suites
from evals.reports import html, junit, markdown, report
from evals.reports import json as plain
from evals.reports.report import Report
from evals.results import Result
from evals.runs import Run
from evals.suites import Skipped, Suite
from tests.evals.making import write_rows, write_suite

HOSTILE = "<script>alert(1)</script> | `x` \u0001 refund?"


def ran(folder: Path, rows: list[dict[str, Any]], documents: list[dict[str, Any] | None], **said: Any) -> Run:
    write_rows(folder / "rows.jsonl", *[{"id": f"q{place}"} | row for place, row in enumerate(rows)])
    suite = suites.load(write_suite(folder / "suite.yaml", name="demo", data="rows.jsonl", **said))
    assert isinstance(suite, Suite)
    given = [
        Result(f"q{place}", 0, document, 1.0, None if document else "down") for place, document in enumerate(documents)
    ]
    return runs.scored(suite, "bot", tuple(given))


def intents(folder: Path, wrong: int = 3, **said: Any) -> Run:
    rows = [
        {"text": f"{HOSTILE} {place}", "label": "refund" if place % 2 else "login", "channel": "chat"}
        for place in range(20)
    ]
    documents: list[dict[str, Any] | None] = [
        {"label": "login" if place < wrong else row["label"], "confidence": 0.9 - place / 100}
        for place, row in enumerate(rows)
    ]
    return ran(folder, rows, documents, kind="intents", slices=["channel"], **said)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Report:
    tmp_path = tmp_path_factory.mktemp("full")
    before = intents(tmp_path, wrong=2)
    after = intents(tmp_path, wrong=8, gates={"accuracy": {"min": 0.9}, "ece": {"max": 0.9}})
    skipped = Skipped("public", "no file 'rows.jsonl'")
    return report.report([after], [skipped], [comparison.compare(before, after)])


def test_the_verdict_says_whether_this_may_go_live(tmp_path: Path) -> None:
    assert report.report([intents(tmp_path, scorers=["accuracy"])]).verdict.startswith("No gate is set")
    assert (
        report.report([intents(tmp_path, scorers=["accuracy"], gates={"accuracy": {"min": 0.5}})]).verdict
        == "May go live: the gate holds."
    )
    failing = report.report(
        [intents(tmp_path, scorers=["accuracy"], gates={"accuracy": {"min": 0.99}, "ece": {"max": 1}})]
    )
    assert failing.verdict == "Not yet: 1 of 2 gates does not hold."
    assert not failing.passed


def test_the_page_is_whole_without_a_network(full: Report) -> None:
    page = html.render(full)

    assert not re.search(r"""(?:src|href)\s*=|@import|url\(|https?://""", page)
    assert '<meta name="viewport"' in page
    assert page.count("<svg") == 3
    assert "What was taken for what" in page


def test_the_page_tells_failures_before_scores_and_keeps_strangers_words_harmless(full: Report) -> None:
    page = html.render(full)

    assert page.index("What went wrong (4)") < page.index("<h3>Scores</h3>")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_lists_what_got_worse_with_both_results(full: Report) -> None:
    page = html.render(full)

    got_worse = page[page.index("Got worse") : page.index("<section>", page.index("Got worse"))]
    assert got_worse.count("<details>") == 3
    assert got_worse.count("<pre>") == 6
    assert "taken for" in got_worse


def test_the_summary_fits_a_pull_request(full: Report) -> None:
    text = markdown.render(full)

    assert text.startswith("**Not yet: 1 of 2 gates does not hold.**")
    assert "| accuracy | 80.0% |" in text
    assert "skipped `public`" in text
    assert "3 got worse: `q3`, `q5`, `q7`; 0 got better." in text
    assert "<script" not in text


def test_ci_sees_a_case_for_every_gate(full: Report) -> None:
    root = ElementTree.fromstring(junit.render(full))

    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert set(cases) == {"accuracy at least 0.9", "ece at most 0.9", "data"}
    failure = cases["accuracy at least 0.9"].find("failure")
    assert failure is not None
    assert "0.800" in str(failure.get("message"))
    assert cases["data"].find("skipped") is not None


def test_the_json_report_holds_every_failure_and_table(full: Report) -> None:
    document = json.loads(plain.render(full))

    run = document["runs"][0]
    assert [failure["example"] for failure in run["failures"]] == ["q1", "q3", "q5", "q7"]
    assert run["risk_coverage"][-1]["errors"] == 4
    assert len(document["comparisons"][0]["regressions"]) == 3


def test_a_report_of_nothing_measured_still_renders(tmp_path: Path) -> None:
    run = ran(tmp_path, [{"text": "a", "label": "x"}], [None], kind="intents", gates={"ece": {"max": 0.1}})

    page = html.render(report.report([run]))

    assert "ece: nothing to measure, wanted at most 0.1" in page
    assert "the system failed: down" in page


def test_many_labels_are_cut_to_those_most_mistaken() -> None:
    found = [(f"l{place}", f"l{place}") for place in range(30)] + [("l20", "l21")] * 5

    kept = report.confusion(found)

    assert len(kept.labels) == 12
    assert {"l20", "l21"} <= set(kept.labels)
    assert kept.counts[kept.labels.index("l20")][kept.labels.index("l21")] == 5


def test_a_judge_is_set_beside_what_people_agree_on(tmp_path: Path) -> None:
    rows = [
        {"answer": f"answer {n}", "ratings": {"tone": [n % 5, n % 5, (n * 3) % 5], "clarity": [n % 4]}}
        for n in range(40)
    ]
    documents: list[dict[str, Any] | None] = [
        {"scores": {"tone": (n % 5) / 5, "clarity": (n * 7919) % 13 / 13}} for n in range(40)
    ]

    found = judges.agreements([ran(tmp_path, rows, documents, kind="ratings")])

    assert {one.dimension: one.trust for one in found} == {"clarity": "not at all", "tone": "as one more person"}
    assert next(one for one in found if one.dimension == "clarity").people is None
