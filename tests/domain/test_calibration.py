import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta  # type: ignore[import-untyped]

from domain.calibration import Calibration, Graded, Weight, needed, upper
from tests.calibrated import calibration

PAIRS = st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=300)


def of(pairs: list[tuple[float, bool]]) -> Calibration:
    return calibration(held_out=tuple(Graded(probability, right) for probability, right in pairs))


@given(st.integers(1, 400), st.data())
def test_the_bound_is_clopper_and_pearsons(sent: int, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, sent))

    expected = 1.0 if wrong == sent else float(beta.ppf(0.95, wrong + 1, sent - wrong))

    assert upper(wrong, sent, 0.95) == pytest.approx(expected, abs=1e-9)


def test_two_percent_takes_149_right_replies_or_236_with_one_wrong() -> None:
    assert (needed(0.02, 0.95), needed(0.02, 0.95, wrong=1)) == (149, 236)


def test_a_threshold_sends_as_much_as_the_accepted_error_allows() -> None:
    found = of([(0.9, True)] * 200 + [(0.5, False)] * 50).threshold(0.02, 0.95)

    assert found is not None
    assert (found.least, found.sent, found.wrong, found.holds) == (0.9, 200, 0, True)


def test_with_too_few_examples_the_best_bound_is_named_and_does_not_hold() -> None:
    found = of([(0.9, True)] * 60 + [(0.4, False)] * 5).threshold(0.02, 0.95)

    assert found is not None
    assert not found.holds
    assert (found.sent, found.wrong) == (60, 0)
    assert found.bound > 0.02


def test_without_examples_there_is_no_threshold() -> None:
    assert of([]).threshold(0.02, 0.95) is None


@given(PAIRS)
def test_what_holds_is_within_the_accepted_error_and_equal_probabilities_are_sent_together(
    pairs: list[tuple[int, bool]],
) -> None:
    found = of([(score / 20, right) for score, right in pairs]).threshold(0.1, 0.9)

    if found:
        sent = [right for score, right in pairs if score / 20 >= found.least]
        assert (len(sent), sent.count(False)) == (found.sent, found.wrong)
        assert found.holds == (upper(found.wrong, found.sent, 0.9) <= 0.1)


def test_the_promise_is_kept_as_often_as_it_says() -> None:
    chance = random.Random(7)
    broken = 0
    for _ in range(200):
        # Of the surest half 6 in 100 are wrong, so that sending any of it breaks a promise of 5.
        scores = [chance.random() for _ in range(400)]
        pairs = [(score, chance.random() > (0.06 if score > 0.5 else 0.3)) for score in scores]
        found = of(pairs).threshold(0.05, 0.9)
        broken += bool(found and found.holds)

    assert broken / 200 <= 0.1 + 0.05


def test_a_probability_rises_with_what_speaks_for_it_and_ignores_what_is_unknown() -> None:
    made = calibration(weights={"match": Weight(2.0, 0.5, 0.1)})

    assert made.probability({"match": 0.7}) > made.probability({"match": 0.5}) == made.probability({"other": 9.0})
