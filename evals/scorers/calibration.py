"""Does a stated probability mean what it says, and how wrong are the surest cases?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals import statistics
from evals.examples import Kind
from evals.results import Case
from evals.scorers.readings import belief
from evals.scorers.scorer import Scorer, each, family, share, single
from evals.statistics import Array

KINDS: tuple[Kind, ...] = ("retrieval", "abstention", "intents", "grounding", "safety", "replies")
BINS = 10


@dataclass(frozen=True)
class Bin:
    """Cases whose stated probability lies between `low` and `high`: what was stated and what came true, on average."""

    low: float
    high: float
    stated: float
    true: float
    n: int


@dataclass(frozen=True)
class Point:
    """What happens when every case at or above a threshold is accepted; `bound` is the risk's 95 % upper bound."""

    threshold: float
    coverage: float
    n: int
    errors: int
    risk: float
    bound: float


def beliefs(cases: Sequence[Case]) -> Array:
    """Return (n, 2): stated probability and whether it came true, of the cases that state one."""
    found = [one for one in map(belief, cases) if one is not None]
    return np.array(found, dtype=np.float64).reshape(len(found), 2)


def reliability(rows: Array) -> list[Bin]:
    """Sort beliefs into ten bins of equal width, leaving out the empty ones."""
    places = np.minimum((rows[:, 0] * BINS).astype(int), BINS - 1)
    return [_bin(place, rows[places == place]) for place in range(BINS) if (places == place).any()]


def _bin(place: int, rows: Array) -> Bin:
    stated, true = rows.mean(axis=0)
    return Bin(place / BINS, (place + 1) / BINS, float(stated), float(true), len(rows))


def ece(rows: Array) -> float:
    """Return the expected calibration error: how far stated and true lie apart, over ten bins of equal width."""
    places = np.minimum((rows[:, 0] * BINS).astype(int), BINS - 1)
    gaps = np.bincount(places, weights=rows[:, 0] - rows[:, 1], minlength=BINS)
    return float(np.abs(gaps).sum() / len(rows))


def selective_risks(rows: Array) -> Array:
    """Return the error rate among the surest 1, 2, ... n cases, equally sure ones taken in any order on average."""
    order = np.argsort(-rows[:, 0], kind="stable")
    errors = 1 - rows[order, 1]
    _, inverse = np.unique(-rows[order, 0], return_inverse=True)
    tied = np.bincount(inverse, weights=errors) / np.bincount(inverse)
    risks: Array = np.cumsum(tied[inverse]) / np.arange(1, len(rows) + 1)
    return risks


def aurc(rows: Array) -> float:
    """Return the area under the risk-coverage curve: the error rate averaged over every coverage."""
    return float(selective_risks(rows).mean())


def risk(written: str) -> Scorer:
    """Ask how many of the surest share of cases are wrong."""
    covered = share(written)
    return Scorer(
        f"risk@{covered:g}",
        f"Of the surest {covered:.0%}, how many are wrong?",
        "share",
        "lower",
        each(belief),
        lambda rows: float(selective_risks(rows)[max(1, math.floor(covered * len(rows))) - 1]),
    )


def risk_coverage(rows: Array, points: int = 20) -> list[Point]:
    """Return the table an operator chooses a threshold from, surest first; equally sure cases are accepted together."""
    order = np.argsort(-rows[:, 0], kind="stable")
    sure, errors = rows[order, 0], np.cumsum(1 - rows[order, 1])
    lines = np.flatnonzero(np.append(np.diff(sure) != 0, True))
    if len(lines) > points:
        wanted = np.searchsorted(lines, np.linspace(lines[0], lines[-1], points))
        lines = lines[np.unique(wanted)]
    return [_point(float(sure[line]), int(line) + 1, round(float(errors[line])), len(rows)) for line in lines]


def _point(threshold: float, n: int, errors: int, total: int) -> Point:
    return Point(threshold, n / total, n, errors, errors / n, statistics.upper_bound(errors, n))


ECE = Scorer("ece", "How far do stated and true probabilities lie apart?", "score", "lower", each(belief), ece)
BRIER = Scorer(
    "brier",
    "What is the mean squared distance between the stated probability and what came true?",
    "score",
    "lower",
    each(lambda case: None if (held := belief(case)) is None else (held[0] - held[1]) ** 2),
)
AURC = Scorer(
    "aurc", "How wrong are the surest cases, averaged over every coverage?", "score", "lower", each(belief), aurc
)
FAMILIES = (
    single(ECE, KINDS),
    single(BRIER, KINDS),
    single(AURC, KINDS),
    family("risk", KINDS, risk, "a coverage such as 0.8"),
)
