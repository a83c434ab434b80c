"""The one logistic regression that lines, calibrations and scorers are fitted with."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEPS = 40
NEAR = 1e-9  # a step so small is the last


def fit(columns: Array, wanted: Array, held: Array, usual: Array | None = None, weights: Array | None = None) -> Array:
    """Return the coefficient of each column by Newton's method: those that foretell `wanted`, 0 or 1 a row.

    `held` (a square matrix, a column's worth a row) pulls them towards `usual`, else towards nothing; `weights` says
    how much each row counts, else all the same. Without a pull, a column must not be a sum of others.
    """
    middle = np.zeros(columns.shape[1]) if usual is None else usual
    counts = np.ones(len(columns)) if weights is None else weights
    found = np.zeros(columns.shape[1])
    for _ in range(STEPS):
        foretold = likely(columns @ found)
        uphill = columns.T @ (counts * (foretold - wanted)) + held @ (found - middle)
        bend = (columns * (counts * foretold * (1 - foretold))[:, None]).T @ columns + held
        step = np.linalg.solve(bend, uphill)
        found = found - step
        if float(np.abs(step).max()) < NEAR:
            break
    return found


def likely(odds: Array) -> Array:
    """Return log odds as probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), np.float64)
