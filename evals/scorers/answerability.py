"""How many questions may be answered while nearly all of those answered can be?"""

import math

import numpy as np

from evals.examples import Kind
from evals.scorers.detection import leaning
from evals.scorers.scorer import Scorer, each, family, share
from evals.statistics import Array

KINDS: tuple[Kind, ...] = ("retrieval", "abstention", "intents", "grounding")


def coverage(written: str) -> Scorer:
    """Ask what share of all cases a line can accept while that share of those accepted is positive."""
    precision = share(written)
    return Scorer(
        f"coverage@{precision:g}",
        f"What share of the cases can be accepted while {precision:.0%} of those accepted are positive?",
        "share",
        "higher",
        each(leaning),
        lambda rows: coverage_at(rows, precision),
    )


def coverage_at(rows: Array, precision: float) -> float:
    """Return the largest share accepted at any line with that precision; equal scores are accepted together."""
    positive = rows[:, 1] > 0.5
    if positive.all() or not positive.any():
        return math.nan
    order = np.argsort(-rows[:, 0], kind="stable")
    scores, right = rows[order, 0], np.cumsum(positive[order])
    lines = np.flatnonzero(np.append(np.diff(scores) != 0, True))
    accepted = lines + 1
    enough = right[lines] >= precision * accepted - 1e-12
    return float(accepted[enough].max() / len(rows)) if enough.any() else 0.0


FAMILIES = (family("coverage", KINDS, coverage, "a precision such as 0.95"),)
