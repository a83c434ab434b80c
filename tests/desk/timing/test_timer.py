"""Timers against a model that walks from minute to minute, and by hand where a rule is worth reading."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from desk.timing import timer
from desk.timing.calendar import WEEKDAYS
from desk.timing.timer import Aim, Marks, Timer
from domain.hours import AROUND_THE_CLOCK, Calendar, Opening
from tests.desk.timing import slow
from tests.desk.timing.given import calendars, moments

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = Calendar("office", "UTC", {day: (Opening(time(9), time(17)),) for day in WEEKDAYS[:5]})
HORIZON = timedelta(days=5)


@dataclass(frozen=True)
class History:
    """What happened to a clock: when it started, and after how many minutes it rested, went on or got another aim."""

    start: datetime
    happened: tuple[tuple[int, str], ...]
    aims: tuple[Aim, ...]


@st.composite
def histories(draw: st.DrawFn) -> History:
    start = draw(moments()).replace(second=0, microsecond=0)
    steps = st.tuples(st.integers(0, 1500), st.sampled_from(("rest", "go on", "aim", "aim", "nothing")))
    happened = tuple(draw(st.lists(steps, min_size=1, max_size=6)))
    return History(start, happened, tuple(draw(aims()) for _ in range(1 + len(happened))))


def aims() -> st.SearchStrategy[Aim]:
    tens = st.integers(1, 96).map(lambda number: number * timedelta(minutes=10))
    return st.builds(Aim, tens, st.just(AROUND_THE_CLOCK) | calendars())


def replayed(history: History) -> tuple[Timer, Aim, datetime]:
    """Return the timer after all that happened, the aim it has by then, and that time."""
    kept, aim, now = Timer(history.start), history.aims[0], history.start
    for (minutes, what), following in zip(history.happened, history.aims[1:], strict=True):
        now += minutes * timedelta(minutes=1)
        kept = kept.rest(now) if what == "rest" else kept.go_on(now) if what == "go on" else kept
        aim = following if what == "aim" else aim
    return kept, aim, now


def by_hand(history: History) -> tuple[list[tuple[datetime, datetime]], datetime, bool]:
    """Return when the clock ran until the last thing that happened, from when it goes on, and whether it ran then."""
    ran, now, runs = [], history.start, True
    for minutes, what in history.happened:
        later = now + timedelta(seconds=60 * minutes)
        if runs:
            ran.append((now, later))
        runs = {"rest": False, "go on": True}.get(what, runs)
        now = later
    return ran, now if runs else ran[-1][1], runs


@given(histories())
def test_timers_agree_with_counting_minutes(history: History) -> None:
    kept, aim, now = replayed(history)
    ran, since, runs = by_hand(history)

    found = timer.marks(kept, aim)

    tens = aim.allowed // timedelta(minutes=10)
    expected = slow.marks(ran, since, aim.calendar, [5 * tens, 8 * tens, 10 * tens], since + HORIZON)
    assert timer.spent(kept, aim.calendar, now) == slow.spent(ran, aim.calendar) * timedelta(minutes=1)
    assert [found.half_at, found.risk_at, found.due_at][: len(expected)] == expected
    assert all(mark > since + HORIZON for mark in (found.half_at, found.risk_at, found.due_at)[len(expected) :])
    assert found.passed(now) == sum(mark < now for mark in expected)
    assert kept.rests is not runs


def test_a_clock_that_rests_counts_nothing_until_it_goes_on() -> None:
    resting = Timer(MONDAY).rest(MONDAY + HOUR)

    assert timer.spent(resting, AROUND_THE_CLOCK, MONDAY + 30 * HOUR) == HOUR
    assert timer.spent(resting.go_on(MONDAY + 30 * HOUR), AROUND_THE_CLOCK, MONDAY + 31 * HOUR) == 2 * HOUR


def test_resting_or_going_on_again_changes_nothing() -> None:
    resting = Timer(MONDAY).rest(MONDAY + HOUR)

    assert resting.rest(MONDAY + 2 * HOUR) == resting
    assert Timer(MONDAY).go_on(MONDAY + HOUR) == Timer(MONDAY)


def test_a_graver_priority_counts_from_the_start_and_may_be_late_at_once() -> None:
    saturday = datetime(2026, 3, 7, 9, tzinfo=UTC)

    calm = timer.marks(Timer(saturday), Aim(4 * HOUR, OFFICE))
    grave = timer.marks(Timer(saturday), Aim(HOUR, AROUND_THE_CLOCK))

    assert calm.due_at == datetime(2026, 3, 9, 13, tzinfo=UTC)
    assert grave == Marks(saturday + HOUR / 2, saturday + HOUR * 4 / 5, saturday + HOUR)
    assert grave.passed(saturday + 2 * HOUR) == 3


def test_a_mark_is_passed_only_after_its_moment() -> None:
    reached = timer.marks(Timer(MONDAY), Aim(HOUR, AROUND_THE_CLOCK))

    assert reached.passed(MONDAY + HOUR) == 2
    assert reached.passed(MONDAY + HOUR + timedelta(microseconds=1)) == 3


def test_times_that_two_machines_tell_differently_break_nothing() -> None:
    early = Timer(MONDAY).rest(MONDAY - HOUR).go_on(MONDAY - HOUR)

    assert timer.spent(early, AROUND_THE_CLOCK, MONDAY + HOUR) == HOUR
