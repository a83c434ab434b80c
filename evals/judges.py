"""How far each judge can be trusted: its agreement with people, beside that of one person with the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from evals.runs import Run
from evals.scores import Score

Trust = Literal["as one more person", "less than a person", "not at all"]


@dataclass(frozen=True)
class Agreement:
    """How alike a judge and people rank answers by one dimension; `people` is None where only one person rated each."""

    suite: str
    judge: str
    dimension: str
    judged: Score
    people: Score | None
    trust: Trust


def agreements(runs: Iterable[Run]) -> list[Agreement]:
    """Measure every judge in the runs of rating suites, on every dimension it scored."""
    return [
        _agreement(run, score)
        for run in runs
        for score in run.scores
        if score.slice is None and score.scorer.startswith("spearman@")
    ]


def _agreement(run: Run, score: Score) -> Agreement:
    dimension = score.scorer.partition("@")[2]
    people = run.score(f"one_rater@{dimension}")
    return Agreement(run.suite, run.system, dimension, score, people, _trust(score, people))


def _trust(judged: Score, people: Score | None) -> Trust:
    """Trust a judge whose interval lies above zero, and as a person where it reaches what one person does."""
    if judged.low is None or judged.low <= 0:
        return "not at all"
    return "as one more person" if people and judged.value >= people.value else "less than a person"
