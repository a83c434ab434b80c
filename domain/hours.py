"""When people work: opening hours by the clock on the wall of a place, its holidays, and days off."""

from dataclasses import dataclass
from datetime import date, time
from typing import Literal, get_args

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@dataclass(frozen=True)
class Opening:
    """From `opens` until before `closes` on the same day, local time; `closes` at midnight means the day's end."""

    opens: time
    closes: time


@dataclass(frozen=True)
class Calendar:
    """The working hours of a place; `holidays` names a country, or one of its parts, such as `DE` or `DE-BE`."""

    name: str
    time_zone: str
    week: dict[Weekday, tuple[Opening, ...]]
    holidays: str | None = None
    closed: tuple[date, ...] = ()

    def __hash__(self) -> int:
        return hash((self.name, self.time_zone, self.holidays, self.closed))  # a week, being a dict, has none


AROUND_THE_CLOCK = Calendar(
    "around the clock", "UTC", {day: (Opening(time.min, time.min),) for day in get_args(Weekday)}
)
