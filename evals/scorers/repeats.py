"""How steady is a system that is asked the same thing again?"""

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from evals.examples import Kind
from evals.results import Case
from evals.scorers.readings import passed
from evals.scorers.scorer import Family, Observation, Scorer, each, rank, single
from evals.statistics import Array

KINDS: tuple[Kind, ...] = ("retrieval", "abstention", "intents", "grounding", "safety", "replies")


def pass_every(written: str) -> Scorer:
    """Ask how likely it is that k tries of one example all go well, from at least k repeats of each."""
    k = rank(written)

    def observe(cases: Sequence[Case]) -> Array:
        tries: dict[str, list[bool]] = defaultdict(list)
        for case in cases:
            went_well = passed(case)
            if went_well is not None:
                tries[case.example.id].append(went_well)
        rows = [_all_pass(tries[case.example.id], k) if case.result.repeat == 0 else math.nan for case in cases]
        return np.array(rows, dtype=np.float64).reshape(-1, 1)

    return Scorer(f"pass^{k}", f"How likely do {k} tries of one example all go well?", "share", "higher", observe)


def _all_pass(tries: list[bool], k: int) -> float:
    """Count the draws of k tries that hold no failure, over all draws of k; NaN with fewer than k tries."""
    return math.comb(sum(tries), k) / math.comb(len(tries), k) if len(tries) >= k else math.nan


def _by_repeat(case: Case) -> Observation:
    went_well = passed(case)
    return None if went_well is None else (float(case.result.repeat), float(went_well))


def noise(rows: Array) -> float:
    """Return how far the share of cases that went well moves between repeats, as a standard deviation."""
    repeats = np.unique(rows[:, 0])
    shares = [float(rows[rows[:, 0] == repeat, 1].mean()) for repeat in repeats]
    return float(np.std(shares, ddof=1)) if len(shares) > 1 else math.nan


NOISE = Scorer(
    "noise", "How far do two repeats of the whole suite lie apart?", "share", "lower", each(_by_repeat), noise
)
FAMILIES = (
    Family("pass", frozenset(KINDS), pass_every, "a number of tries such as 3", sign="^"),
    single(NOISE, KINDS),
)
