"""How a desk is staffed and what is expected of it: teams, targets by tier, escalation paths, KPIs and costs."""

from dataclasses import dataclass, field
from typing import Literal

from domain.triage import Priority
from domain.turns import Channel

Role = Literal["assignee", "team", "lead", "coordination"]
Direction = Literal["higher", "lower", "band"]
Unit = Literal["share", "minutes", "hours", "days", "tickets", "usd"]


@dataclass(frozen=True)
class Team:
    """A team that takes handovers; `calendar` names its working hours, `lead` is the e-mail address of its lead."""

    name: str
    description: str
    calendar: str
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    lead: str | None = None


@dataclass(frozen=True)
class Step:
    """Whom to tell when a clock has been at risk for so many minutes; breaches go one step further at once."""

    tell: Role
    after: int = 0


@dataclass(frozen=True)
class Escalation:
    """Who is told, and who after them, for the priorities of a team; without a team it holds for all."""

    priorities: tuple[Priority, ...]
    steps: tuple[Step, ...]
    team: str | None = None


@dataclass(frozen=True)
class Target:
    """How long a priority may wait, in minutes, and whether only business hours count."""

    response: int
    resolution: int
    business_hours: bool


@dataclass(frozen=True)
class Tier:
    """Targets of a tier of customers, where they differ from everybody's."""

    name: str
    targets: dict[Priority, Target]


@dataclass(frozen=True)
class KpiTarget:
    """What a KPI should reach: `goal`, not beyond `floor`; a band lies between both. Shares are 0..1."""

    name: str
    definition: str
    unit: Unit
    direction: Direction
    floor: float
    goal: float


@dataclass(frozen=True)
class ContactCost:
    """What a contact costs besides the model, in USD: an hour of a teammate, and a message of each channel."""

    hour: float = 0.0
    channels: dict[Channel, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Waits:
    """How long things may wait: seconds for a burst of messages and for an undo, minutes, hours and days as named."""

    burst_seconds: int = 8
    undo_seconds: int = 10
    reassign_minutes: int = 30
    silence_hours: int = 72
    close_days: int = 14
    recontact_days: int = 7
