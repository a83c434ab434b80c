"""How sure a number is: resampling, exact bounds for shares, and the smallest difference a set of examples can show."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from domain.calibration import upper

Array = NDArray[np.float64]
Statistic = Callable[[Array], float]

RESAMPLES = 1000
_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Estimate:
    """A number from `n` examples, its standard error, and the interval that holds it with 95 % confidence."""

    value: float
    error: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Change:
    """How far a number moved between two runs over the same `n` examples.

    `detectable` is the smallest true change such a comparison would notice four times out of five.
    """

    before: float
    after: float
    change: float
    error: float
    low: float
    high: float
    detectable: float
    n: int


def estimate(rows: Array, statistic: Statistic, groups: NDArray[np.int64], seed: int) -> Estimate:
    """Compute a statistic over rows (n, k) with a percentile bootstrap; rows of one group are drawn together."""
    samples = _resampled(rows, statistic, groups, seed)
    error, low, high = _spread(samples)
    return Estimate(statistic(rows), error, low, high, len(np.unique(groups)))


def mean_estimate(values: Array) -> Estimate:
    """Estimate a mean, one value per example: closed form, exact (Clopper-Pearson) where every value is 0 or 1."""
    n = len(values)
    value = float(values.mean())
    error = float(values.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan
    if np.isin(values, (0.0, 1.0)).all():
        low, high = share_bounds(round(float(values.sum())), n)
    else:
        reach = _quantile_of_normal(0.975) * error
        low, high = value - reach, value + reach
    return Estimate(value, error, low, high, n)


def paired_change(before: Array, after: Array, statistic: Statistic, groups: NDArray[np.int64], seed: int) -> Change:
    """Compare a statistic on two runs: row i of both comes from the same example, and both are resampled together."""
    rows = np.stack([before, after], axis=1)

    def difference(sample: Array) -> float:
        return statistic(sample[:, 1]) - statistic(sample[:, 0])

    error, low, high = _spread(_resampled(rows, difference, groups, seed))
    n = len(np.unique(groups))
    first, second = statistic(before), statistic(after)
    return Change(first, second, second - first, error, low, high, detectable(error, n), n)


def mean_change(before: Array, after: Array, seed: int) -> Change:
    """Compare the means of two runs, one value per example in the same order, by the paired bootstrap."""
    gaps, n = after - before, len(before)
    rng = np.random.default_rng(seed)
    draws = max(1, _AT_ONCE // n)
    starts = range(0, RESAMPLES, draws)
    samples = [gaps[rng.integers(0, n, (min(draws, RESAMPLES - start), n))].mean(axis=1) for start in starts]
    error, low, high = _spread(np.concatenate(samples))
    first, second = float(before.mean()), float(after.mean())
    return Change(first, second, second - first, error, low, high, detectable(error, n), n)


def detectable(error: float, n: int, level: float = 0.05, power: float = 0.8) -> float:
    """Return the smallest true difference that a comparison with this standard error finds at this level and power.

    Where nothing differed at all, one differing example of `n` stands in for the error.
    """
    if math.isnan(error) or n == 0:
        return math.nan
    reach = _quantile_of_normal(1 - level / 2) + _quantile_of_normal(power)
    return reach * (error or 1 / n)


def share_bounds(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided Clopper-Pearson interval of a share."""
    tail = (1 - confidence) / 2
    return lower_bound(successes, n, 1 - tail), upper_bound(successes, n, 1 - tail)


def upper_bound(successes: int, n: int, confidence: float = 0.95) -> float:
    """Return the exact one-sided upper bound of a share: with no success in 149, .02 at 95 %."""
    _counted(successes, n)
    return upper(successes, n, confidence)


def lower_bound(successes: int, n: int, confidence: float = 0.95) -> float:
    """Return the exact one-sided lower bound of a share."""
    _counted(successes, n)
    return 1 - upper(n - successes, n, confidence)


def _counted(successes: int, n: int) -> None:
    if not 0 <= successes <= n:
        raise ValueError(f"{successes!r} of {n!r} is not a share; count successes between 0 and n")


def _resampled(rows: Array, statistic: Statistic, groups: NDArray[np.int64], seed: int) -> Array:
    rng = np.random.default_rng(seed)
    order = np.argsort(groups, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    alone = len(members) == len(rows)
    samples = np.empty(RESAMPLES)
    for place in range(RESAMPLES):
        drawn = rng.integers(0, len(members), len(members))
        samples[place] = statistic(rows[drawn if alone else np.concatenate([members[one] for one in drawn])])
    return samples


def _spread(samples: Array) -> tuple[float, float, float]:
    """Return standard error and 95 % percentile interval, resamples on which the statistic is undefined left out."""
    defined = samples[~np.isnan(samples)]
    if len(defined) < 2:
        return math.nan, math.nan, math.nan
    low, high = np.quantile(defined, (0.025, 0.975))
    return float(defined.std(ddof=1)), float(low), float(high)


def _quantile_of_normal(share: float) -> float:
    return NormalDist().inv_cdf(share)
