"""Order statistics that several scorers share: ranks with ties, and the area under the ROC curve."""

import math

import numpy as np

from evals.statistics import Array


def average_ranks(values: Array) -> Array:
    """Rank values from 1, tied values sharing the mean of their places."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: Array = last - (counts - 1) / 2
    return means[inverse]


def auroc(rows: Array) -> float:
    """Return how often a positive case scores above a negative one, ties counting half; rows are (score, positive)."""
    positive = rows[:, 1] > 0.5
    above, below = int(positive.sum()), int((~positive).sum())
    if not above or not below:
        return math.nan
    ranks = average_ranks(rows[:, 0])
    return float((ranks[positive].sum() - above * (above + 1) / 2) / (above * below))
