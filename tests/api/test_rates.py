import pytest

from api import rates
from api.rates import Rate, Rates

SLOW = Rate("visitor.requests_a_minute", "vis_1", 60)
BRAND = Rate("brand.requests_a_minute", "default", 120)


def asked(counting: Rates, times: int, now: float, *taken: Rate) -> int:
    """Return how many of so many requests are let through at a moment."""
    return sum(counting.take(taken or (SLOW,), now) is None for _ in range(times))


def test_a_quarter_of_a_minute_may_come_at_once_and_the_rest_as_time_goes_by() -> None:
    counting = Rates()

    assert asked(counting, 100, 0.0) == 15
    assert asked(counting, 100, 10.0) == 10
    assert asked(counting, 100, 1000.0) == 15


def test_whoever_is_refused_is_told_when_to_come_back_and_is_let_in_then() -> None:
    counting = Rates()
    asked(counting, 15, 0.0)

    over = counting.take([SLOW], 0.0)

    assert over is not None
    assert (over.rate, over.wait_s) == (SLOW, 1.0)
    assert counting.take([SLOW], over.wait_s) is None


def test_what_one_is_refused_costs_the_others_nothing() -> None:
    counting = Rates()

    asked(counting, 1000, 0.0, SLOW, BRAND)

    assert asked(counting, 1000, 0.0, BRAND) == 15


def test_callers_are_counted_apart_and_no_limit_is_none() -> None:
    counting = Rates()
    asked(counting, 100, 0.0)

    assert asked(counting, 1, 0.0, Rate(SLOW.limit, "vis_2", 60)) == 1
    assert asked(counting, 100, 0.0, Rate(SLOW.limit, "vis_3", 0)) == 100


def test_one_a_minute_is_one_a_minute() -> None:
    rare = Rate(SLOW.limit, "vis_1", 1)
    counting = Rates()

    assert [asked(counting, 3, now, rare) for now in (0.0, 59.0, 60.0, 61.0)] == [1, 0, 1, 0]


def test_callers_who_may_ask_as_much_as_ever_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "FORGETTING", 10)
    counting = Rates()

    for number in range(1000):
        counting.take([Rate(SLOW.limit, f"vis_{number}", 60)], float(number))

    assert len(counting._due) < 30
