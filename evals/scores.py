"""Scores: what scorers say of a run, whole and by slice, each with its error."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evals import statistics
from evals.results import Case
from evals.scorers.scorer import Scorer, Unit
from evals.statistics import Array, Estimate


@dataclass(frozen=True)
class Score:
    """A number with its standard error and 95 % interval (None where they are undefined), from `n` examples."""

    scorer: str
    question: str
    unit: Unit
    better: Literal["higher", "lower"]
    judged: bool
    slice: str | None
    value: float
    error: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Observed:
    """What a scorer read from every case, and which example each row belongs to."""

    rows: Array
    groups: NDArray[np.int64]

    def where(self, mask: NDArray[np.bool_] | np.bool_) -> "Observed":
        """Return the rows under a mask."""
        return Observed(self.rows[mask], self.groups[mask])


def score(cases: Sequence[Case], scorers: Sequence[Scorer], seed: int) -> tuple[Score, ...]:
    """Score cases by every scorer, whole first, then by slice; what applies to no case is left out."""
    slices = slice_masks(cases)
    found: list[Score | None] = []
    for scorer in scorers:
        observed = observe(scorer, cases)
        found.append(_score(scorer, None, observed, seed))
        found += [_score(scorer, name, observed.where(mask), seed) for name, mask in slices.items()]
    return tuple(one for one in found if one is not None)


def slice_masks(cases: Sequence[Case]) -> dict[str, NDArray[np.bool_]]:
    """Return which cases belong to each slice, named `field=value`, in the order of the names."""
    names = sorted({(field, value) for case in cases for field, value in case.example.slices.items()})
    return {
        f"{field}={value}": np.array([case.example.slices.get(field) == value for case in cases])
        for field, value in names
    }


def observe(scorer: Scorer, cases: Sequence[Case]) -> Observed:
    """Read from every case what a scorer needs; the rows of one example's repeats share a group."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(case.example.id for case in cases))}
    groups = np.array([numbers[case.example.id] for case in cases], dtype=np.int64)
    return Observed(scorer.observe(cases), groups)


def applicable(observed: Observed) -> Observed:
    """Drop the rows to which the question does not apply."""
    return observed.where(np.logical_not(np.isnan(observed.rows).any(axis=1)))


def by_example(observed: Observed) -> Array:
    """Average the repeats of every example: one value each."""
    _, places = np.unique(observed.groups, return_inverse=True)
    means: Array = np.bincount(places, weights=observed.rows[:, 0]) / np.bincount(places)
    return means


def _score(scorer: Scorer, name: str | None, observed: Observed, seed: int) -> Score | None:
    kept = applicable(observed)
    if not len(kept.rows):
        return None
    found = _estimate(scorer, kept, seed)
    if math.isnan(found.value):
        return None
    error, low, high = (None if math.isnan(number) else number for number in (found.error, found.low, found.high))
    return Score(
        scorer.name, scorer.question, scorer.unit, scorer.better, scorer.judged, name,
        found.value, error, low, high, found.n,
    )  # fmt: skip


def _estimate(scorer: Scorer, observed: Observed, seed: int) -> Estimate:
    if scorer.value is None:
        return statistics.mean_estimate(by_example(observed))
    return statistics.estimate(observed.rows, scorer.value, observed.groups, seed)
