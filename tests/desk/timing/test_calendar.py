from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.timing import calendar as hours
from desk.timing.calendar import NeverOpen
from domain.hours import AROUND_THE_CLOCK, Calendar, Opening
from tests.desk.timing.given import calendars, moments

OFFICE_DAY = (Opening(time(9), time(17)),)
OFFICE = dict.fromkeys(hours.WEEKDAYS[:5], OFFICE_DAY)
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def office(**changed: object) -> Calendar:
    return Calendar(**{"name": "office", "time_zone": "Europe/Berlin", "week": OFFICE, **changed})  # type: ignore[arg-type]


def always(zone: str, opens: time = time.min, closes: time = time.min) -> Calendar:
    return Calendar("always", zone, {day: (Opening(opens, closes),) for day in hours.WEEKDAYS})


def test_a_night_and_a_weekend_do_not_count() -> None:
    friday, monday = datetime(2026, 3, 6, 16, tzinfo=BERLIN), datetime(2026, 3, 9, 10, tzinfo=BERLIN)

    assert hours.between(office(), friday, monday) == 2 * HOUR
    assert hours.after(office(), friday, 2 * HOUR) == monday


def test_what_ends_with_the_day_ends_today_and_not_when_the_next_one_begins() -> None:
    friday = datetime(2026, 3, 6, 9, tzinfo=BERLIN)

    assert hours.after(office(), friday, 8 * HOUR) == datetime(2026, 3, 6, 17, tzinfo=BERLIN)


def test_holidays_of_the_place_and_closed_days_do_not_count() -> None:
    before, later = datetime(2026, 3, 5, 9, tzinfo=BERLIN), datetime(2026, 3, 10, 9, tzinfo=BERLIN)

    assert hours.between(office(), before, later) == 24 * HOUR
    assert hours.between(office(holidays="DE"), before, later) == 24 * HOUR
    assert hours.between(office(holidays="DE-BE", closed=(date(2026, 3, 5),)), before, later) == 16 * HOUR
    assert hours.after(office(holidays="DE"), datetime(2026, 4, 2, 17, tzinfo=BERLIN), HOUR) == datetime(
        2026, 4, 7, 10, tzinfo=BERLIN
    )


def test_only_the_part_of_a_country_that_keeps_a_holiday_is_closed() -> None:
    sunday, tuesday = datetime(2026, 3, 8, tzinfo=BERLIN), datetime(2027, 3, 9, tzinfo=BERLIN)

    womens_day = hours.between(office(holidays="DE"), sunday, tuesday) - hours.between(
        office(holidays="DE-BE"), sunday, tuesday
    )

    assert womens_day == 8 * HOUR


def test_an_hour_that_summer_time_skips_is_not_worked() -> None:
    night = always("Europe/Berlin", time(1), time(5))
    evening = datetime(2026, 3, 28, 22, tzinfo=BERLIN)

    assert hours.between(night, evening, evening.astimezone(UTC) + 12 * HOUR) == 3 * HOUR
    assert hours.after(night, evening, HOUR + timedelta(minutes=1)) == datetime(2026, 3, 29, 1, 1, tzinfo=UTC)


def test_an_hour_that_the_end_of_summer_time_repeats_is_worked_twice() -> None:
    night = always("Europe/Berlin", time(1), time(5))
    evening = datetime(2026, 10, 24, 22, tzinfo=BERLIN)

    assert hours.between(night, evening, evening.astimezone(UTC) + 12 * HOUR) == 5 * HOUR


def test_an_opening_inside_the_repeated_hour_is_worked_on_both_sides_of_the_change() -> None:
    late = always("Europe/Berlin", time(2, 30), time(3))
    evening = datetime(2026, 10, 24, 22, tzinfo=BERLIN).astimezone(UTC)

    assert hours.between(late, evening, evening + 12 * HOUR) == HOUR
    assert hours.after(late, evening, timedelta(minutes=31)) == datetime(2026, 10, 25, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["America/Santiago", "Africa/Cairo", "Australia/Lord_Howe", "Antarctica/Troll"])
def test_a_place_that_never_closes_works_as_long_as_the_year_is_whatever_its_clocks_do(zone: str) -> None:
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)

    assert hours.between(always(zone), first, last) == last - first


def test_a_day_that_a_place_skipped_is_not_worked() -> None:
    first, last = datetime(2011, 12, 29, 10, tzinfo=UTC), datetime(2012, 1, 1, 10, tzinfo=UTC)

    assert hours.between(always("Pacific/Apia", time(9), time(17)), first, last) == 24 * HOUR


def test_around_the_clock_is_the_time_that_passes() -> None:
    start = datetime(2026, 3, 28, 22, 0, 7, 13, tzinfo=BERLIN)

    assert hours.after(AROUND_THE_CLOCK, start, 30 * HOUR) == start.astimezone(UTC) + 30 * HOUR


def test_the_wrong_way_round_there_is_no_time() -> None:
    assert hours.between(office(), datetime(2026, 3, 6, 16, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)) == 0 * HOUR


def test_a_calendar_that_is_never_open_says_so() -> None:
    with pytest.raises(NeverOpen, match="'office' has no 1:00:00"):
        hours.after(office(week={}), datetime(2026, 3, 6, tzinfo=UTC), HOUR)


@given(calendars(), moments(), st.timedeltas(timedelta(), timedelta(days=400)), st.integers(0, 1000))
def test_parts_make_the_whole(calendar: Calendar, start: datetime, length: timedelta, part: int) -> None:
    middle, end = start + length * part / 1000, start + length

    whole = hours.between(calendar, start, end)

    assert hours.between(calendar, start, middle) + hours.between(calendar, middle, end) == whole
    assert timedelta() <= whole <= length


@given(calendars(), moments(), st.timedeltas(timedelta(microseconds=1), timedelta(days=5)))
def test_after_is_the_first_moment_by_which_so_much_was_worked(
    calendar: Calendar, start: datetime, worked: timedelta
) -> None:
    end = hours.after(calendar, start, worked)

    assert hours.between(calendar, start, end) == worked
    assert hours.between(calendar, start, end - timedelta(microseconds=1)) < worked
