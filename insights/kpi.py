"""What a KPI is: one described query over a period of a brand, and how its value stands against the policy's target."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from domain.staffing import KpiTarget

Standing = Literal["good", "fair", "poor", "unknown"]
FEW = 20  # below so many cases a value says little


@dataclass(frozen=True)
class Kpi:
    """A number worth steering by: what it counts, what it leaves out, and the one query that counts it.

    The query takes `:brand`, `:start` and `:end` (a period without its end), and of `:past` (where the period before
    began), `:now`, `:hour` and `:channels` what it needs; it returns one row: `value` (null when there is nothing to
    count), `n` (how many cases it rests on) and `parts` (numbers by name, shown beside it).
    """

    name: str
    counts: str
    leaves_out: str
    query: str


@dataclass(frozen=True)
class Period:
    """From `start` until before `end`."""

    start: datetime
    end: datetime

    @property
    def before(self) -> "Period":
        """Return the period of the same length just before."""
        length = self.end - self.start
        return Period(self.start - length, self.start)

    @classmethod
    def last(cls, days: int, end: datetime) -> "Period":
        """Return so many days until a time."""
        return cls(end - timedelta(days=days), end)


@dataclass(frozen=True)
class Count:
    """What a query found."""

    value: float | None
    n: int
    parts: Mapping[str, float | None]


@dataclass(frozen=True)
class Reading:
    """A KPI of a period beside its target and the period before."""

    kpi: Kpi
    target: KpiTarget
    found: Count
    before: Count

    @property
    def standing(self) -> Standing:
        """Say how the value stands: the goal is reached, not yet but the floor holds, or neither."""
        return standing(self.found.value, self.target)

    @property
    def says_little(self) -> bool:
        """Say whether the value rests on too few cases to steer by."""
        return self.found.n < FEW


def standing(value: float | None, target: KpiTarget) -> Standing:
    """Say how a value stands against its target; a band is good between its ends and poor on either side."""
    if value is None:
        return "unknown"
    if target.direction == "band":
        return "good" if target.floor <= value <= target.goal else "poor"
    sign = 1 if target.direction == "higher" else -1
    if sign * value >= sign * target.goal:
        return "good"
    return "fair" if sign * value >= sign * target.floor else "poor"
