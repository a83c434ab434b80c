"""Does a judge order answers as people do, and how well does one person agree with the others?"""

import math

import numpy as np

from evals import results
from evals.examples import Kind
from evals.results import Case
from evals.scorers import ranks
from evals.scorers.scorer import Observation, Scorer, each, family
from evals.statistics import Array

KINDS: tuple[Kind, ...] = ("ratings",)
SMALL = 64


def _judged(case: Case, dimension: str) -> Observation:
    """Observe (the judge's score, the mean of people's ratings)."""
    row, scores = case.example.row, case.read(results.Scores)
    if row.kind != "ratings" or scores is None or dimension not in scores.scores or not row.ratings.get(dimension):
        return None
    return scores.scores[dimension], float(np.mean(row.ratings[dimension]))


def _one_against_the_others(case: Case, dimension: str) -> Observation:
    """Observe (the first rater, the mean of the others) where there are at least two raters."""
    row = case.example.row
    ratings = row.ratings.get(dimension, ()) if row.kind == "ratings" else ()
    return (ratings[0], float(np.mean(ratings[1:]))) if len(ratings) > 1 else None


def spearman(rows: Array) -> float:
    """Correlate the ranks of two columns, ties sharing their places."""
    if len(rows) < 2:
        return math.nan
    first, second = ranks.average_ranks(rows[:, 0]), ranks.average_ranks(rows[:, 1])
    first, second = first - first.mean(), second - second.mean()
    scale = math.sqrt(float(first @ first) * float(second @ second))
    return float(first @ second) / scale if scale else math.nan


def kendall(rows: Array) -> float:
    """Return tau-b: pairs ordered alike minus pairs ordered otherwise, over the pairs that either column orders."""
    order = np.lexsort((rows[:, 1], rows[:, 0]))
    first, second = rows[order, 0], rows[order, 1]
    pairs = len(rows) * (len(rows) - 1) / 2
    tied_first, tied_second = _tied_pairs(first), _tied_pairs(second)
    tied_both = _tied_pairs(first + 1j * second)
    scale = math.sqrt((pairs - tied_first) * (pairs - tied_second))
    alike_less_other = pairs - tied_first - tied_second + tied_both - 2 * _inversions(second)
    return alike_less_other / scale if scale else math.nan


def _tied_pairs(values: Array) -> float:
    _, counts = np.unique(values, return_counts=True)
    return float((counts * (counts - 1) / 2).sum())


def _inversions(values: Array) -> int:
    """Count the pairs in which the larger value stands first, by halving."""
    if len(values) <= SMALL:
        return int(np.triu(values[:, None] > values[None, :], 1).sum())
    half = len(values) // 2
    left, right = values[:half], values[half:]
    across = int((half - np.searchsorted(np.sort(left), right, side="right")).sum())
    return _inversions(left) + _inversions(right) + across


def quartile_auroc(rows: Array) -> float:
    """Return how often an answer from people's best quarter scores above one from their worst."""
    worst, best = np.quantile(rows[:, 1], (0.25, 0.75))
    if worst == best:
        return math.nan
    ends = (rows[:, 1] <= worst) | (rows[:, 1] >= best)
    return ranks.auroc(np.column_stack([rows[ends, 0], rows[ends, 1] >= best]))


def spearman_of(dimension: str) -> Scorer:
    """Ask how alike a judge and people rank the answers."""
    return Scorer(
        f"spearman@{dimension}",
        f"How alike do the judge and people rank the answers by {dimension}?",
        "correlation",
        "higher",
        each(lambda case: _judged(case, dimension)),
        spearman,
        judged=True,
    )


def kendall_of(dimension: str) -> Scorer:
    """Ask how much more often a judge orders two answers as people do than otherwise."""
    return Scorer(
        f"kendall@{dimension}",
        f"How much more often than not does the judge order two answers by {dimension} as people do?",
        "correlation",
        "higher",
        each(lambda case: _judged(case, dimension)),
        kendall,
        judged=True,
    )


def quartiles_of(dimension: str) -> Scorer:
    """Ask how often a judge tells people's best quarter from their worst."""
    return Scorer(
        f"quartiles@{dimension}",
        f"How often does an answer of people's best quarter by {dimension} score above one of their worst?",
        "score",
        "higher",
        each(lambda case: _judged(case, dimension)),
        quartile_auroc,
        judged=True,
    )


def one_rater(dimension: str) -> Scorer:
    """Ask how well one person agrees with the others: what may be hoped for from a judge."""
    return Scorer(
        f"one_rater@{dimension}",
        f"How alike do one person and the mean of the others rank the answers by {dimension}?",
        "correlation",
        "higher",
        each(lambda case: _one_against_the_others(case, dimension)),
        spearman,
        judged=True,
    )


FAMILIES = (
    family("spearman", KINDS, spearman_of, "a dimension that people rated"),
    family("kendall", KINDS, kendall_of, "a dimension that people rated"),
    family("quartiles", KINDS, quartiles_of, "a dimension that people rated"),
    family("one_rater", KINDS, one_rater, "a dimension that people rated"),
)
