"""Working time: how much of it lies between two times, and when so much of it has gone by.

A place is open whenever the clock on its wall reads a time inside one of its openings, on a day that is neither a
holiday nor closed. So an hour that summer time skips is not worked, and one that its end repeats is worked twice.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import get_args
from zoneinfo import ZoneInfo

from domain.hours import Calendar, Weekday

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
HORIZON = 100  # years

Span = tuple[datetime, datetime]


class NeverOpen(ValueError):
    """A calendar is not open for as long as it takes."""


def between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Return the working time from `start` until `end`, none when they are the wrong way round."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if end <= start:
        return timedelta()
    whole = sum((_year(calendar, year).whole for year in range(start.year, end.year)), timedelta())
    return whole + _year(calendar, end.year).until(end) - _year(calendar, start.year).until(start)


def after(calendar: Calendar, start: datetime, worked: timedelta) -> datetime:
    """Return the first time, in UTC, by which so much working time has gone by since `start`.

    Raises NeverOpen when that takes more than a hundred years.
    """
    start = start.astimezone(UTC)
    if worked <= timedelta():
        return start
    rest = worked + _year(calendar, start.year).until(start)
    for year in range(start.year, start.year + HORIZON):
        opened = _year(calendar, year)
        if rest <= opened.whole:
            return opened.at(rest)
        rest -= opened.whole
    raise NeverOpen(
        f"calendar {calendar.name!r} has no {worked} of working time in the {HORIZON} years from {start.year}: "
        "give it openings in hours.yaml"
    )


@dataclass(frozen=True)
class _Year:
    """The spans of one year, in UTC, in which a place is open, and how much of it has been worked by each one's end."""

    spans: tuple[Span, ...]
    worked: tuple[timedelta, ...]

    @property
    def whole(self) -> timedelta:
        return self.worked[-1] if self.worked else timedelta()

    def until(self, moment: datetime) -> timedelta:
        """Return the working time of the year before a moment of it."""
        place = bisect_right(self.spans, moment, key=lambda span: span[0]) - 1
        if place < 0:
            return timedelta()
        closes = self.spans[place][1]
        return self.worked[place] - max(closes - moment, timedelta())

    def at(self, worked: timedelta) -> datetime:
        """Return the first moment by which so much of the year has been worked; it is some, and not more than all."""
        place = bisect_left(self.worked, worked)
        return self.spans[place][1] - (self.worked[place] - worked)


@lru_cache(maxsize=512)
def _year(calendar: Calendar, year: int) -> _Year:
    first, last = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    spans = _joined(sorted(_openings(calendar, first, last)))
    worked: list[timedelta] = []
    for opens, closes in spans:
        worked.append((worked[-1] if worked else timedelta()) + (closes - opens))
    return _Year(tuple(spans), tuple(worked))


def _openings(calendar: Calendar, first: datetime, last: datetime) -> Iterator[Span]:
    for since, until, offset in _offsets(ZoneInfo(calendar.time_zone), first, last):
        day = (since + offset).date()
        while day <= (until + offset).date():
            for opens, closes in _hours(calendar, day):
                span = max(opens - offset, since), min(closes - offset, until)
                if span[0] < span[1]:
                    yield span
            day += DAY


def _hours(calendar: Calendar, day: date) -> Iterator[Span]:
    """Yield when a place is open on a day, by the clock on its wall (written as if that showed UTC)."""
    openings = calendar.week.get(WEEKDAYS[day.weekday()], ())
    if not openings or day in calendar.closed or (calendar.holidays and day in _holidays(calendar.holidays, day.year)):
        return
    for opening in openings:
        closes = datetime.combine(day, opening.closes, UTC)
        yield datetime.combine(day, opening.opens, UTC), closes + DAY if opening.closes == time.min else closes


def _offsets(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Yield the stretches of time in which a zone keeps its offset; it changes at most once a day."""
    since, offset, day = first, _offset(zone, first), first
    while day < last:
        following = min(day + DAY, last)
        if _offset(zone, following) != offset:
            change = _change(zone, day, following)
            yield since, change, offset
            since, offset = change, _offset(zone, change)
        day = following
    if since < last:
        yield since, last, offset


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first second of the new offset."""
    old = _offset(zone, before)
    seconds = range(int((after - before) / SECOND) + 1)
    return (
        before + bisect_left(seconds, True, key=lambda second: _offset(zone, before + second * SECOND) != old) * SECOND
    )


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _joined(spans: list[Span]) -> list[Span]:
    """Return spans, given in order, without overlaps and with neighbours made one."""
    joined: list[Span] = []
    for opens, closes in spans:
        if joined and opens <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], closes)
        else:
            joined.append((opens, closes))
    return joined


@lru_cache(maxsize=512)
def _holidays(place: str, year: int) -> frozenset[date]:
    import holidays  # 0.3 s, for which only those wait who name a country

    country, _, part = place.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
