"""What a support lead may edit: intents, teams, tone, targets and thresholds of one brand, as frozen data."""

from dataclasses import dataclass, field
from typing import Literal

from domain.decisions import Fact, HandoverReason
from domain.hours import AROUND_THE_CLOCK, Calendar
from domain.limits import Limits
from domain.retention import Retention
from domain.staffing import ContactCost, Escalation, KpiTarget, Step, Target, Team, Tier, Waits
from domain.triage import Flag, Priority
from domain.turns import Channel

Handling = Literal["auto", "draft", "human"]


@dataclass(frozen=True)
class Intent:
    """A kind of request: what it is called, how people word it, who is good at it, how far the bot may go."""

    name: str
    description: str
    examples: tuple[str, ...]
    skill: str
    handling: Handling = "auto"
    in_scope: bool = True


@dataclass(frozen=True)
class Within:
    """When a customer may expect a person: sentences with `$number` minutes, hours, or hours of business."""

    minutes: str
    hours: str
    business_hours: str


@dataclass(frozen=True)
class Phrases:
    """The sentences of our own that a reply may carry, in one language."""

    greeting: str
    sorry: str
    closing: str
    no_answer: str
    handed_over: str
    within: Within
    already_handed_over: str
    checking: str
    other_language: str
    clarify: str
    declined: str
    upset: str
    exactly: str
    no_answer_to_the_rest: str
    points: tuple[str, ...]
    affirm: str = ""
    deny: str = ""
    no_secrets: str = ""
    ask_address: str = ""
    address_kept: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return those that stand as they are."""
        return (*(value for value in vars(self).values() if isinstance(value, str)), *self.points)


@dataclass(frozen=True)
class Requirement:
    """A fact that a destination needs, and the question that gets it."""

    fact: Fact
    question: str


@dataclass(frozen=True)
class Destination:
    """Who takes handovers, or only hears of them: it fits by any of its lists, if all its `facts` are known."""

    name: str
    team: str
    description: str
    owns: bool
    requires: tuple[Requirement, ...]
    intents: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    priorities: tuple[Priority, ...] = ()
    reasons: tuple[HandoverReason, ...] = ()
    facts: tuple[Fact, ...] = ()


TonePart = Literal["professional", "empathetic", "solution_focused", "no_blame", "no_filler", "matched"]


@dataclass(frozen=True)
class Sign:
    """A way to spoil one part of the tone, by examples; `mood` limits it to customers who are upset, or calm."""

    sign: str
    part: TonePart
    advice: str
    examples: tuple[str, ...]
    mood: Literal["upset", "calm"] | None = None


@dataclass(frozen=True)
class Tone:
    """How replies should sound: sentences that acknowledge trouble, plain ones, and signs of a wrong tone."""

    acknowledging: tuple[str, ...]
    plain: tuple[str, ...]
    signs: tuple[Sign, ...]


@dataclass(frozen=True)
class Risk:
    """The accepted share of wrong replies among those sent, and how sure one wants to be of it: each 0..1."""

    accepted: float
    confidence: float


@dataclass(frozen=True)
class Thresholds:
    """From when an extract is taken for an answer, triage for sure of the intent, a draft worth showing: each 0..1."""

    answerable: float
    triage_sure: float
    suggest: float


@dataclass(frozen=True)
class Policy:
    """One brand's policy; `version` is a hash of the pages it came from, `number` counts the brand's changes to them.

    `name` is the brand as its customers read it, empty where it is called as it was added; `origins` are the sites
    that may show its widget. The first calendar counts where no team has one.
    """

    version: str
    languages: tuple[str, ...]
    intents: tuple[Intent, ...]
    flag_examples: dict[Flag, tuple[str, ...]]
    phrases: dict[str, Phrases]
    targets: dict[Priority, Target]
    destinations: tuple[Destination, ...]
    thresholds: Thresholds
    risk: Risk
    channels: dict[Channel, Handling]
    tone: str
    tones: Tone
    scope: str
    link_hosts: tuple[str, ...]
    origins: tuple[str, ...] = ()
    name: str = ""
    calendars: tuple[Calendar, ...] = (AROUND_THE_CLOCK,)
    teams: tuple[Team, ...] = ()
    tiers: tuple[Tier, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    waits: Waits = field(default_factory=Waits)
    kpis: tuple[KpiTarget, ...] = ()
    cost: ContactCost = field(default_factory=ContactCost)
    limits: Limits = field(default_factory=Limits)
    retention: Retention = field(default_factory=Retention)
    number: int = 0

    def intent(self, name: str) -> Intent | None:
        """Return the intent of that name, None when the policy has none."""
        return next((intent for intent in self.intents if intent.name == name), None)

    def speak(self, language: str) -> Phrases:
        """Return our own sentences in that language, or in the first language of the policy."""
        return self.phrases.get(language) or self.phrases[self.languages[0]]

    def team(self, name: str | None) -> Team | None:
        """Return the team of that name, None when the policy has none."""
        return next((team for team in self.teams if team.name == name), None)

    def calendar(self, team: str | None = None) -> Calendar:
        """Return when a team works; the first calendar where no such team is known."""
        known = self.team(team)
        named = (calendar for calendar in self.calendars if known and calendar.name == known.calendar)
        return next(named, self.calendars[0])

    def target(self, priority: Priority, tier: str | None = None) -> Target:
        """Return how long a priority may wait, for customers of a tier where it has a target of its own."""
        own = next((known.targets for known in self.tiers if known.name == tier), {})
        return own.get(priority, self.targets[priority])

    def escalation(self, priority: Priority, team: str | None = None) -> tuple[Step, ...]:
        """Return whom to tell, and whom after them: as the team has it, else as all have it."""
        fitting = [path for path in self.escalations if priority in path.priorities and path.team in (team, None)]
        return max(fitting, key=lambda path: path.team is not None).steps if fitting else ()
