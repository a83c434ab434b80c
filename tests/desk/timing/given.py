"""Calendars and moments to try, many of them where clocks are put forward or back."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from desk.timing.calendar import WEEKDAYS
from domain.hours import Calendar, Opening

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Pacific/Apia",
    "Pacific/Auckland",
)
PLACES = (None, "DE", "DE-BE", "US", "US-CA", "GB", "FR", "JP", "NZ", "CL", "SE")
TURNS = (
    datetime(2011, 12, 29, 12, tzinfo=UTC),
    datetime(2023, 4, 27, 12, tzinfo=UTC),
    datetime(2024, 2, 28, tzinfo=UTC),
    datetime(2025, 3, 29, 20, tzinfo=UTC),
    datetime(2025, 4, 5, 6, tzinfo=UTC),
    datetime(2025, 9, 6, 20, tzinfo=UTC),
    datetime(2025, 10, 25, 20, tzinfo=UTC),
    datetime(2025, 12, 23, tzinfo=UTC),
    datetime(2026, 3, 7, 20, tzinfo=UTC),
    datetime(2026, 4, 2, tzinfo=UTC),
    datetime(2026, 10, 31, 20, tzinfo=UTC),
)


def moments() -> st.SearchStrategy[datetime]:
    """Return times, half of them within days of a change of the clocks or a holiday."""
    near = st.builds(lambda turn, gap: turn + gap, st.sampled_from(TURNS), st.timedeltas(-timedelta(2), timedelta(2)))
    return near | st.datetimes(datetime(2010, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Return a calendar with some open time every week: offices, night shifts, lunch breaks, whole days."""
    days = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=2, unique=True))
    return Calendar(
        name="drawn",
        time_zone=draw(st.sampled_from(ZONES)),
        week={day: draw(openings()) for day in days},
        holidays=draw(st.sampled_from(PLACES)),
        closed=tuple(draw(st.lists(st.dates(date(2025, 3, 1), date(2026, 12, 31)), max_size=2))),
    )


@st.composite
def openings(draw: st.DrawFn) -> tuple[Opening, ...]:
    """Return one or two openings of a day, to the minute, the last perhaps until midnight."""
    wide = st.sampled_from(((0, 1440), (540, 1020), (60, 300), (150, 200), (1200, 1440)))
    bounds: Any = wide | st.lists(st.integers(0, 1440), min_size=2, max_size=4, unique=True).map(sorted)
    edges = list(pairwise(draw(bounds)))[::2]
    return tuple(Opening(_time(opens), _time(closes)) for opens, closes in edges)


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)
