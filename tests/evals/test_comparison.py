from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from evals import comparison, runs, suites
from evals.comparison import NotComparable
from evals.results import Result
from evals.runs import Run
from evals.suites import Suite
from tests.evals.making import found_document, write_rows, write_suite


def ran(folder: Path, system: str, hits: Mapping[int, bool]) -> Run:
    rows = [
        {"id": f"q{n}", "question": f"question {n}", "relevant_ids": ["right"], "topic": "even" if n % 2 else "odd"}
        for n in hits
    ]
    write_rows(folder / "rows.jsonl", *rows)
    path = write_suite(folder / "suite.yaml", name="demo", kind="retrieval", data="rows.jsonl", slices=["topic"])
    suite = suites.load(path)
    assert isinstance(suite, Suite)
    given = [Result(f"q{n}", 0, found_document(["right"] if hit else ["wrong"]), 1.0, None) for n, hit in hits.items()]
    return runs.scored(suite, system, tuple(given))


def test_regressions_are_named_one_by_one_with_both_documents(tmp_path: Path) -> None:
    before = ran(tmp_path, "old", {0: True, 1: True, 2: False})
    after = ran(tmp_path, "new", {0: True, 1: False, 2: True})

    found = comparison.compare(before, after)

    assert [flip.example for flip in found.regressions] == ["q1"]
    assert [flip.example for flip in found.improvements] == ["q2"]
    assert found.regressions[0].before == found_document(["right"])
    assert found.regressions[0].after == found_document(["wrong"])


def test_a_clear_change_is_told_from_noise_and_by_slice(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    before = {n: bool(rng.random() < 0.5) for n in range(200)}
    better = {n: hit or (n % 2 == 1) for n, hit in before.items()}

    found = comparison.compare(ran(tmp_path, "old", before), ran(tmp_path, "new", better))

    by_slice = {one.slice: one for one in found.differences if one.scorer == "hit@5"}
    assert {name: one.finding for name, one in by_slice.items()} == {
        None: "better",
        "topic=even": "better",
        "topic=odd": "no difference seen",
    }
    assert by_slice[None].change.low > 0
    assert 0 < by_slice[None].change.detectable < by_slice[None].change.change


def test_one_lucky_example_is_not_celebrated(tmp_path: Path) -> None:
    before = {n: n % 2 == 0 for n in range(40)}

    found = comparison.compare(ran(tmp_path, "old", before), ran(tmp_path, "new", before | {1: True}))

    hit = next(one for one in found.differences if (one.scorer, one.slice) == ("hit@5", None))
    assert hit.change.change == pytest.approx(1 / 40)
    assert hit.finding == "no difference seen"
    assert hit.change.detectable > hit.change.change


def test_examples_that_only_one_run_holds_are_counted_and_left_out(tmp_path: Path) -> None:
    found = comparison.compare(ran(tmp_path, "old", {0: True, 1: True}), ran(tmp_path, "new", {1: True, 2: False}))

    assert (found.paired, found.unpaired) == (1, 2)


def test_runs_without_a_common_example_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotComparable, match=r"no example of 'demo' \(old\) is in 'demo' \(new\)"):
        comparison.compare(ran(tmp_path, "old", {0: True}), ran(tmp_path, "new", {1: True}))
