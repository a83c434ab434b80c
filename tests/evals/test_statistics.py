import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta  # type: ignore[import-untyped]  # scipy ships no types

from evals import statistics
from evals.statistics import Array
from tests.evals.making import CALM


@CALM
@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_bounds_of_a_share_are_those_of_scipy(counted: tuple[int, int], confidence: float) -> None:
    successes, n = counted

    upper = statistics.upper_bound(successes, n, confidence)
    lower = statistics.lower_bound(successes, n, confidence)

    assert upper == pytest.approx(1.0 if successes == n else beta.ppf(confidence, successes + 1, n - successes))
    assert lower == pytest.approx(0.0 if successes == 0 else beta.ppf(1 - confidence, successes, n - successes + 1))


def test_149_replies_without_an_error_bound_it_at_two_percent() -> None:
    assert statistics.upper_bound(0, 148) > 0.02
    assert statistics.upper_bound(0, 149) < 0.02


def test_more_successes_than_examples_are_refused() -> None:
    with pytest.raises(ValueError, match="5 of 4"):
        statistics.upper_bound(5, 4)


@CALM
@given(st.integers(0, 1000))
def test_the_bootstrap_of_a_mean_agrees_with_its_closed_form(seed: int) -> None:
    values = np.random.default_rng(seed).normal(3, 2, 200)

    resampled = statistics.estimate(values[:, None], lambda rows: float(rows.mean()), np.arange(200), seed)
    closed = statistics.mean_estimate(values)

    assert resampled.error == pytest.approx(closed.error, rel=0.15)
    assert resampled.low == pytest.approx(closed.low, abs=0.1)
    assert resampled.high == pytest.approx(closed.high, abs=0.1)


def test_the_same_seed_gives_the_same_interval() -> None:
    rows = np.random.default_rng(1).normal(size=(50, 1))

    first, second = (statistics.estimate(rows, _mean, np.arange(50), 7) for _ in range(2))

    assert first == second


def test_repeats_of_one_example_do_not_make_a_number_surer() -> None:
    values = np.random.default_rng(2).normal(size=(100, 1))
    thrice = np.repeat(values, 3, axis=0)

    once = statistics.estimate(values, _mean, np.arange(100), 0)
    repeated = statistics.estimate(thrice, _mean, np.repeat(np.arange(100), 3), 0)

    assert repeated.n == 100
    assert repeated.error == pytest.approx(once.error, rel=0.1)


def test_a_perfect_share_of_few_examples_still_has_an_interval() -> None:
    found = statistics.mean_estimate(np.ones(20))

    assert found.value == 1
    assert found.low == pytest.approx(0.8316, abs=1e-4)
    assert found.high == 1


def test_pairing_sees_a_difference_that_two_intervals_would_hide() -> None:
    rng = np.random.default_rng(3)
    hard = rng.normal(0, 5, (200, 1))

    change = statistics.paired_change(hard, hard + rng.normal(0.5, 0.5, (200, 1)), _mean, np.arange(200), 0)

    assert change.low > 0
    assert change.error < statistics.mean_estimate(hard[:, 0]).error / 5
    assert change.detectable == pytest.approx(2.8 * change.error, rel=0.01)


def test_many_draws_at_once_agree_with_one_by_one() -> None:
    rng = np.random.default_rng(4)
    before, after = rng.random(150), rng.random(150)

    quick = statistics.mean_change(before, after, 0)
    slow = statistics.paired_change(before[:, None], after[:, None], _mean, np.arange(150), 0)

    assert quick.change == pytest.approx(slow.change)
    assert quick.error == pytest.approx(slow.error, rel=0.1)


def test_equal_runs_show_no_change_and_still_name_what_could_be_seen() -> None:
    rows = np.ones((40, 1))

    change = statistics.paired_change(rows, rows, _mean, np.arange(40), 0)

    assert (change.change, change.low, change.high) == (0, 0, 0)
    assert change.detectable == pytest.approx(2.8 / 40, rel=0.01)


def test_an_undefined_statistic_has_no_interval() -> None:
    found = statistics.estimate(np.ones((5, 1)), lambda _: math.nan, np.arange(5), 0)

    assert math.isnan(found.error)


def _mean(rows: Array) -> float:
    return float(rows.mean())
