"""KPIs as they are shown: the value beside its target, the period before, and what it does not say."""

from datetime import datetime
from typing import Any, Self

from api.outputs import Output
from domain.staffing import Direction, Unit
from insights.kpi import Period, Standing
from insights.kpi import Reading as Read


class ShownKpi(Output):
    """A KPI of a period; shares are 0 to 1. `says_little` warns of too few cases, `parts` stand beside the value."""

    name: str
    definition: str
    counts: str
    leaves_out: str
    unit: Unit
    direction: Direction
    floor: float
    goal: float
    value: float | None
    before: float | None
    standing: Standing
    n: int
    says_little: bool
    parts: dict[str, float | None]

    @classmethod
    def of(cls, read: Read) -> Self:
        """Return a reading as it is shown."""
        target = {
            name: getattr(read.target, name) for name in ("name", "definition", "unit", "direction", "floor", "goal")
        }
        return cls(
            **target,
            counts=read.kpi.counts,
            leaves_out=read.kpi.leaves_out,
            value=read.found.value,
            before=read.before.value,
            standing=read.standing,
            n=read.found.n,
            says_little=read.says_little,
            parts=dict(read.found.parts),
        )


class Kpis(Output):
    """The KPIs of a brand for a period, `end` not included."""

    start: datetime
    end: datetime
    kpis: list[ShownKpi]

    @classmethod
    def of(cls, period: Period, read: list[Read]) -> Self:
        """Return readings as they are shown."""
        return cls(start=period.start, end=period.end, kpis=[ShownKpi.of(one) for one in read])


KPIS: dict[str, Any] = {
    "start": "2026-04-06T09:00:00Z",
    "end": "2026-05-04T09:00:00Z",
    "kpis": [
        {
            "name": "customer_satisfaction",
            "definition": "Good answers of all answers to the one question that is asked when a ticket is solved",
            "counts": "Marks of 4 or 5 of all marks given in the period; of a customer who marked twice, the last",
            "leaves_out": "Customers who were asked and gave no mark; how many were asked stands beside it",
            "unit": "share",
            "direction": "higher",
            "floor": 0.9,
            "goal": 0.95,
            "value": 0.93,
            "before": 0.91,
            "standing": "fair",
            "n": 214,
            "says_little": False,
            "parts": {"asked": 600},
        }
    ],
}
