"""The same arithmetic told by hand: every minute is looked at, and counted or not."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from zoneinfo import ZoneInfo

import holidays

from domain.hours import Calendar

MINUTE = timedelta(minutes=1)
Spans = Sequence[tuple[datetime, datetime]]


@lru_cache(maxsize=64)
def days_off(place: str) -> holidays.HolidayBase:
    country, *part = place.split("-")
    return holidays.country_holidays(country, subdiv=part[0] if part else None)


def is_open(calendar: Calendar, minute: datetime) -> bool:
    """Say what somebody reads off the wall: the clock, the calendar of holidays and the list of closed days."""
    wall = minute.astimezone(ZoneInfo(calendar.time_zone))
    if calendar.holidays is not None and wall.date() in days_off(calendar.holidays):
        return False
    if wall.date() in calendar.closed:
        return False
    read = wall.strftime("%H:%M")
    return any(
        format(opening.opens, "%H:%M") <= read < (format(opening.closes, "%H:%M").replace("00:00", "24:00"))
        for day, openings in calendar.week.items()
        if day == wall.strftime("%A").lower()
        for opening in openings
    )


def running(spans: Spans, until: datetime | None = None) -> Iterator[datetime]:
    """Yield every minute of these spans, and then every minute from `until` on, if that is given, without end."""
    for since, end in spans:
        yield from (since + number * MINUTE for number in range(int((end - since) / MINUTE)))
    if until is not None:
        yield from (until + number * MINUTE for number in count())


def spent(spans: Spans, calendar: Calendar) -> int:
    """Return how many minutes of the spans count."""
    return sum(is_open(calendar, minute) for minute in running(spans))


def marks(
    spans: Spans, since: datetime, calendar: Calendar, wanted: Sequence[int], horizon: datetime
) -> list[datetime]:
    """Return the end of each wanted minute among those that count, as far as the horizon reaches."""
    found, counted, rest = [], 0, list(wanted)
    for minute in running(spans, since):
        if not rest or minute >= horizon:
            break
        if is_open(calendar, minute):
            counted += 1
            while rest and counted == rest[0]:
                found.append((minute + MINUTE).astimezone(UTC))
                rest.pop(0)
    return found
