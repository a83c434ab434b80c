"""Routing: who of a team takes a ticket, best first, every point explained and everybody else accounted for.

Pure. The weights are such that each term outweighs all after it together: a skilled teammate comes before any unskilled
one, whatever else is said for them. Nobody who is full, absent or off duty is ever among the ranked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from domain.ids import TeammateId

Presence = Literal["available", "on_break", "away"]
TermName = Literal["skill", "language", "tier", "duty", "room"]
Obstacle = Literal["another_team", "off_duty", "away", "on_break", "full"]
Wait = Literal["nobody_in_team", "nobody_on_duty", "nobody_available", "everybody_full"]

WEIGHTS: dict[TermName, int] = {"skill": 16, "language": 8, "tier": 4, "duty": 2, "room": 1}
ANYBODY = "general"  # the skill that everybody has
NEVER = datetime.min.replace(tzinfo=UTC)
_WAITS: dict[Obstacle, Wait] = {
    "another_team": "nobody_in_team",
    "off_duty": "nobody_on_duty",
    "away": "nobody_available",
    "on_break": "nobody_available",
    "full": "everybody_full",
}


@dataclass(frozen=True)
class Wanted:
    """What a ticket asks of whoever takes it; `urgent` says that it cannot wait for working hours."""

    team: str
    skill: str | None = None
    language: str | None = None
    tier: str | None = None
    urgent: bool = False


@dataclass(frozen=True)
class Seat:
    """A teammate at one moment; `languages` None means all, `load` counts the tickets that they work on now."""

    teammate: TeammateId
    teams: frozenset[str]
    skills: frozenset[str]
    languages: frozenset[str] | None
    capacity: int
    load: int
    presence: Presence
    on_duty: bool
    assigned_at: datetime | None = None


@dataclass(frozen=True)
class Term:
    """A part of a score: points of at most `WEIGHTS[name]`, and the fact that they follow from."""

    name: TermName
    points: float
    why: str


@dataclass(frozen=True)
class Ranked:
    """Somebody who may take the ticket, and what speaks for them."""

    seat: Seat
    terms: tuple[Term, ...]

    @property
    def teammate(self) -> TeammateId:
        """Return who it is."""
        return self.seat.teammate

    @property
    def score(self) -> float:
        """Return the sum of the points."""
        return sum(term.points for term in self.terms)

    @property
    def skilled(self) -> bool:
        """Say whether they know what the ticket takes."""
        return any(term.name == "skill" and term.points for term in self.terms)


@dataclass(frozen=True)
class Passed:
    """Somebody who cannot take the ticket, and the first thing that keeps them from it."""

    teammate: TeammateId
    obstacle: Obstacle


@dataclass(frozen=True)
class Route:
    """Who may take a ticket, best first, and who may not; `waits` says why nobody may, None when somebody may."""

    ranked: tuple[Ranked, ...]
    passed: tuple[Passed, ...]
    waits: Wait | None

    @property
    def best(self) -> Ranked | None:
        """Return who takes it, None when it waits."""
        return self.ranked[0] if self.ranked else None


def route(wanted: Wanted, seats: Iterable[Seat]) -> Route:
    """Return who takes a ticket: the highest score, then whoever got one longest ago, then the smallest id."""
    ranked: list[Ranked] = []
    passed: list[Passed] = []
    for seat in seats:
        if obstacle := _obstacle(wanted, seat):
            passed.append(Passed(seat.teammate, obstacle))
        else:
            ranked.append(Ranked(seat, _terms(wanted, seat)))
    ranked.sort(key=lambda one: (-one.score, one.seat.assigned_at or NEVER, one.teammate))
    return Route(tuple(ranked), tuple(passed), None if ranked else _waits(passed))


def _obstacle(wanted: Wanted, seat: Seat) -> Obstacle | None:
    if wanted.team not in seat.teams:
        return "another_team"
    if not seat.on_duty and not wanted.urgent:
        return "off_duty"
    if seat.presence != "available":
        return seat.presence
    return "full" if seat.load >= seat.capacity else None


def _waits(passed: Sequence[Passed]) -> Wait:
    """Return what kept the one from it who came nearest."""
    met = {one.obstacle for one in passed}
    nearest = [obstacle for obstacle in get_args(Obstacle) if obstacle in met]
    return _WAITS[nearest[-1]] if nearest else "nobody_in_team"


def _terms(wanted: Wanted, seat: Seat) -> tuple[Term, ...]:
    return (
        _either("skill", _knows(wanted.skill, seat), f"{wanted.skill or ANYBODY!r}"),
        _either("language", _speaks(wanted.language, seat), f"{wanted.language or 'any language'!r}"),
        _either("tier", wanted.tier is None or wanted.tier in seat.skills, f"{wanted.tier or 'any customer'!r}"),
        _either("duty", seat.on_duty, "working now"),
        _room(seat),
    )


def _knows(skill: str | None, seat: Seat) -> bool:
    return skill is None or skill == ANYBODY or skill in seat.skills


def _speaks(language: str | None, seat: Seat) -> bool:
    return language is None or seat.languages is None or language in seat.languages


def _either(name: TermName, holds: bool, what: str) -> Term:
    return Term(name, WEIGHTS[name] if holds else 0, what if holds else f"not {what}")


def _room(seat: Seat) -> Term:
    free = (seat.capacity - seat.load) / seat.capacity
    return Term("room", WEIGHTS["room"] * free, f"{seat.load} of {seat.capacity} tickets")
