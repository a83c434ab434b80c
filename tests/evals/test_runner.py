import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals import runner, runs, suites
from evals.examples import Example
from evals.results import ResultInvalid
from evals.runner import SystemFailed
from evals.runs import RunUnreadable
from evals.suites import Part, Suite
from tests.evals.making import found_document, write_rows, write_suite


class Counted:
    """Finds the article named like the question, and counts how often it is asked."""

    name = "counted"

    def __init__(self, version: str = "1", stop_at: int | None = None) -> None:
        self.id = f"counted {version}"
        self.asked: list[str] = []
        self._stop_at = stop_at

    async def run(self, example: Example) -> dict[str, Any]:
        assert example.row.kind == "retrieval"
        if len(self.asked) == self._stop_at:
            raise KeyboardInterrupt
        self.asked.append(example.id)
        await asyncio.sleep(0.001 * (len(example.id) % 3))
        if example.row.question == "broken":
            raise SystemFailed("the engine is down")
        return found_document([example.row.question, "other"])


def load(folder: Path, *questions: str, **more: Any) -> Suite:
    relevant = ["other"]
    rows = [{"id": f"q{n}", "question": one, "relevant_ids": relevant} for n, one in enumerate(questions)]
    write_rows(folder / "rows.jsonl", *rows)
    suite = suites.load(write_suite(folder / "suite.yaml", name="demo", kind="retrieval", data="rows.jsonl", **more))
    assert isinstance(suite, Suite)
    return suite


def building(system: Any) -> Callable[[Suite, Part], Any]:
    return lambda suite, part: system


async def test_results_keep_the_order_of_the_examples_whoever_is_done_first(tmp_path: Path) -> None:
    suite = load(tmp_path, *(f"question {number}" for number in range(20)))

    run = await runner.run(suite, building(Counted()), workers=7)

    assert [result.example for result in run.results] == [f"q{number}" for number in range(20)]
    assert run.score("hit@5").value == 1.0  # type: ignore[union-attr]  # the score exists
    assert run.score("hit@1").value == 0.0  # type: ignore[union-attr]  # the score exists


async def test_progress_tells_every_example_once(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    await runner.run(load(tmp_path, "a", "b", "c"), building(Counted()), progress=lambda *done: told.append(done))

    assert told == [(1, 3), (2, 3), (3, 3)]


async def test_an_unchanged_example_is_not_asked_again(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    await runner.run(load(tmp_path, "a", "b"), building(Counted()), kept=kept)

    again = Counted()
    await runner.run(load(tmp_path, "a", "changed"), building(again), kept=kept)

    assert again.asked == ["q1"]


async def test_a_new_version_of_a_system_is_asked_anew(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    suite = load(tmp_path, "a", "b")
    await runner.run(suite, building(Counted("1")), kept=kept)

    newer = Counted("2")
    await runner.run(suite, building(newer), kept=kept)

    assert newer.asked == ["q0", "q1"]


async def test_an_interrupted_run_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    suite = load(tmp_path, *(f"question {number}" for number in range(12)))
    undisturbed = await runner.run(suite, building(Counted()), workers=1)

    with pytest.raises(KeyboardInterrupt):
        await _in_its_own_loop(suite, Counted(stop_at=5), kept)
    cache = next(kept.glob("*.jsonl"))
    cache.write_bytes(cache.read_bytes()[:-20])
    rest = Counted()
    resumed = await runner.run(suite, building(rest), kept=kept)

    assert len(rest.asked) == 12 - 4
    assert resumed.fingerprint == undisturbed.fingerprint
    assert [score for score in resumed.scores if score.unit != "ms"] == [
        score for score in undisturbed.scores if score.unit != "ms"
    ]


async def _in_its_own_loop(suite: Suite, system: Counted, kept: Path) -> None:
    await asyncio.to_thread(lambda: asyncio.run(runner.run(suite, building(system), kept=kept, workers=1)))


async def test_a_failure_is_counted_and_tried_again_next_time(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    suite = load(tmp_path, "a", "broken")

    run = await runner.run(suite, building(Counted()), kept=kept)
    again = Counted()
    await runner.run(suite, building(again), kept=kept)

    assert [result.error for result in run.results] == [None, "the engine is down"]
    assert run.score("failed").value == 0.5  # type: ignore[union-attr]  # the score exists
    assert run.score("hit@5").value == 0.5  # type: ignore[union-attr]  # the score exists
    assert again.asked == ["q1"]


async def test_a_document_of_another_kind_stops_the_run_and_names_system_and_example(tmp_path: Path) -> None:
    class Wrong(Counted):
        async def run(self, example: Example) -> dict[str, Any]:
            return {"label": "refund"}

    with pytest.raises(ResultInvalid, match=r"'counted'.*'q0' is not a retrieval document: results"):
        await runner.run(load(tmp_path, "a"), building(Wrong()))


async def test_repeats_are_told_apart(tmp_path: Path) -> None:
    run = await runner.run(load(tmp_path, "a", "b", repeats=3), building(Counted()))

    assert [(one.example, one.repeat) for one in run.results][:4] == [("q0", 0), ("q0", 1), ("q0", 2), ("q1", 0)]
    assert run.score("pass^3").value == 1.0  # type: ignore[union-attr]  # the score exists
    assert run.score("hit@5").n == 2  # type: ignore[union-attr]  # the score exists


async def test_a_run_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    run = await runner.run(load(tmp_path, "a", "broken", gates={"hit@5": {"min": 0.9}}), building(Counted()))

    runs.write(tmp_path / "run.json", run)

    assert runs.read(tmp_path / "run.json") == (run,)
    assert not run.passed


async def test_a_run_can_be_scored_by_other_scorers_later(tmp_path: Path) -> None:
    run = await runner.run(load(tmp_path, "a", "b"), building(Counted()))

    assert runs.rescored(run, ("mrr@3",)).score("mrr@3").value == 0.5  # type: ignore[union-attr]  # the score exists


def test_a_file_that_is_no_run_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("[{}]")

    with pytest.raises(RunUnreadable, match=r"run\.json: not a run of this version"):
        runs.read(tmp_path / "run.json")


async def test_every_fold_is_asked_of_a_system_that_has_not_seen_it(tmp_path: Path) -> None:
    rows = [{"text": f"text {number}", "label": "even" if number % 2 else "odd"} for number in range(30)]
    write_rows(tmp_path / "rows.jsonl", *rows)
    path = write_suite(tmp_path / "suite.yaml", name="folds", kind="intents", data="rows.jsonl", folds=5)
    suite = suites.load(path)
    assert isinstance(suite, Suite)

    class Remembering:
        name = id = "remembering"

        def __init__(self, part: Part) -> None:
            self._seen = {example.id for example in part.train}

        async def run(self, example: Example) -> dict[str, Any]:
            return {"label": "seen" if example.id in self._seen else "new", "confidence": 1.0}

    run = await runner.run(suite, lambda suite, part: Remembering(part))

    assert {result.document["label"] for result in run.results if result.document} == {"new"}
    assert [result.example for result in run.results] == [example.id for example in suite.examples]
