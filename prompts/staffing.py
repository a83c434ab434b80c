"""The pages about how a desk is staffed, and what they must agree on with each other.

A name that a page uses must be on the page that says what it means: a team of a destination in teams.yaml, a calendar
of a team in hours.yaml. What is wrong raises PolicyError with page, place and way out.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from domain.hours import Calendar, Opening
from domain.policy import Policy
from domain.staffing import ContactCost, Escalation, KpiTarget, Target, Tier, Waits
from domain.triage import Priority
from prompts.pages import PolicyError, fitted

MIDNIGHT = "24:00"
SPAN = re.compile(r"(?P<opens>\d{1,2}:\d{2})\s*-\s*(?P<closes>\d{1,2}:\d{2})")
HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")


@dataclass(frozen=True)
class Brand:
    """What brand.yaml holds."""

    name: str = ""
    link_hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clocks:
    """What clocks.yaml holds."""

    targets: dict[Priority, Target]
    tiers: tuple[Tier, ...] = ()
    waits: Waits = field(default_factory=Waits)


@dataclass(frozen=True)
class Kpis:
    """What kpis.yaml holds."""

    targets: tuple[KpiTarget, ...]
    cost: ContactCost = field(default_factory=ContactCost)


def calendars(page: Any) -> tuple[Calendar, ...]:
    """Return the calendars of hours.yaml, whose days are written as `09:00-12:30, 13:30-18:00`."""
    written = page if isinstance(page, list) else []
    for place, calendar in enumerate(written):
        week = calendar.get("week") if isinstance(calendar, dict) else None
        if isinstance(week, dict):
            calendar["week"] = {day: _spans(f"{place}.week.{day}", spans) for day, spans in week.items()}
    found: tuple[Calendar, ...] = fitted("hours.yaml", page, tuple[Calendar, ...])
    if not found:
        raise PolicyError("hours.yaml must hold a calendar: the first one counts where no team is known")
    return found


def _spans(place: str, written: object) -> list[dict[str, str]]:
    spans = [SPAN.fullmatch(span.strip()) for span in written.split(",")] if isinstance(written, str) else []
    found = [(span["opens"], span["closes"]) for span in spans if span]
    if not found or len(found) < len(spans):
        raise PolicyError(f"hours.yaml, at {place}: {written!r} is no time of work; write 09:00-17:00")
    return [
        {"opens": _clock(opens), "closes": _clock("00:00" if closes == MIDNIGHT else closes)} for opens, closes in found
    ]


def _clock(written: str) -> str:
    return written.zfill(len(MIDNIGHT))


def check(policy: Policy) -> None:
    """Raise PolicyError unless the pages about the staff fit together."""
    _names("teams.yaml", [team.name for team in policy.teams])
    _names("hours.yaml", [calendar.name for calendar in policy.calendars])
    _names("clocks.yaml, at tiers", [tier.name for tier in policy.tiers])
    _names("kpis.yaml, at targets", [kpi.name for kpi in policy.kpis])
    for calendar in policy.calendars:
        _calendar(calendar)
    _teams(policy)
    _targets(policy)
    _escalations(policy)
    _kpis(policy)
    _limits(policy)
    _addresses(policy)


def _names(page: str, names: Sequence[str]) -> None:
    for place, name in enumerate(names):
        if not name.strip():
            raise PolicyError(f"{page}, at {place}.name: {name!r} is no name; give it one")
        if name in names[:place]:
            raise PolicyError(f"{page}, at {place}.name: {name!r} is there twice; names tell them apart")


def _known(where: str, name: str, page: str, names: Collection[str]) -> None:
    if name not in names:
        raise PolicyError(f"{where}: {page} has no {name!r}; it has {', '.join(sorted(names)) or 'none'}")


def _calendar(calendar: Calendar) -> None:
    where = f"hours.yaml, at {calendar.name!r}"
    try:
        ZoneInfo(calendar.time_zone)
    except (KeyError, OSError, ValueError) as error:  # of an unknown name, one of a folder, and one that leads out
        raise PolicyError(
            f"{where}: {calendar.time_zone!r} is no time zone; write one such as Europe/Berlin"
        ) from error
    if not any(calendar.week.values()):
        raise PolicyError(f"{where}: it is never open; name a day that is worked, such as monday: 09:00-17:00")
    for day, spans in calendar.week.items():
        _day(f"{where}, {day}", spans)
    if calendar.holidays is not None:
        _holidays(where, calendar.holidays)


def _day(where: str, spans: Sequence[Opening]) -> None:
    for span in spans:
        if span.opens.tzinfo or span.closes.tzinfo:
            raise PolicyError(f"{where}: times are those of the calendar's time_zone; leave out any other zone")
        if span.closes != time.min and span.closes <= span.opens:
            raise PolicyError(
                f"{where}: {_told(span)} ends before it starts; close at {MIDNIGHT} and open again the next day"
            )
    for before, after in pairwise(spans):
        if before.closes == time.min or after.opens < before.closes:
            raise PolicyError(f"{where}: {_told(after)} starts before {_told(before)} is over; name them in order")


def _told(span: Opening) -> str:
    return f"{span.opens:%H:%M}-{MIDNIGHT if span.closes == time.min else format(span.closes, '%H:%M')}"


def _holidays(where: str, place: str) -> None:
    import holidays  # 0.3 s, which only those who name a country wait for

    country, _, part = place.partition("-")
    try:
        holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError as error:
        raise PolicyError(
            f"{where}: the holidays of {place!r} are not known; write a country or a part of one, such as DE or DE-BE"
        ) from error


def _teams(policy: Policy) -> None:
    teams, calendars = {team.name for team in policy.teams}, {calendar.name for calendar in policy.calendars}
    for team in policy.teams:
        _known(f"teams.yaml, at {team.name!r}, calendar", team.calendar, "hours.yaml", calendars)
        if team.lead is not None and "@" not in team.lead:
            raise PolicyError(f"teams.yaml, at {team.name!r}: the lead {team.lead!r} is no e-mail address")
    for place, destination in enumerate(policy.destinations):
        _known(f"destinations.yaml, at {place}.team", destination.team, "teams.yaml", teams)
    skills = {skill for team in policy.teams for skill in team.skills}
    for place, intent in enumerate(policy.intents):
        _known(f"intents.yaml, at {place}.skill", intent.skill, "the skills of teams.yaml", skills)


def _targets(policy: Policy) -> None:
    if missing := set(Priority) - set(policy.targets):
        raise PolicyError(f"clocks.yaml has no targets for {', '.join(sorted(missing))}")
    for where, targets in (("targets", policy.targets), *((f"tier {one.name!r}", one.targets) for one in policy.tiers)):
        for priority, target in targets.items():
            if not 0 < target.response <= target.resolution:
                raise PolicyError(
                    f"clocks.yaml, at {where}.{priority}: a response takes at least a minute, and a solution no less "
                    f"than the response, not {target.response} and {target.resolution}"
                )
    _positive("clocks.yaml, at waits", vars(policy.waits).items())


def _escalations(policy: Policy) -> None:
    teams = {team.name for team in policy.teams}
    _known("escalation.yaml tells coordination", "coordination", "teams.yaml", teams)
    for place, path in enumerate(policy.escalations):
        where = f"escalation.yaml, at {place}"
        if path.team is not None:
            _known(f"{where}.team", path.team, "teams.yaml", teams)
        _path(where, path)
    unheard = set(Priority) - {priority for path in policy.escalations if not path.team for priority in path.priorities}
    if unheard:
        raise PolicyError(
            f"escalation.yaml tells nobody about {', '.join(sorted(unheard))}: add an entry without a team"
        )


def _path(where: str, path: Escalation) -> None:
    after = [step.after for step in path.steps]
    if not path.steps or after != sorted(after) or after[0] < 0:
        raise PolicyError(f"{where}.steps: name who is told in order, at once first; `after` is {after!r}")
    if Priority.P0 in path.priorities and ("coordination", 0) not in {(step.tell, step.after) for step in path.steps}:
        raise PolicyError(f"{where}.steps: P0 tells coordination at once; add {{tell: coordination, after: 0}}")


def _kpis(policy: Policy) -> None:
    for kpi in policy.kpis:
        if (kpi.direction == "lower" and kpi.goal > kpi.floor) or (kpi.direction != "lower" and kpi.goal < kpi.floor):
            raise PolicyError(
                f"kpis.yaml, at {kpi.name!r}: the goal {kpi.goal:g} is on the wrong side of the floor {kpi.floor:g}, "
                f"for one that should be {'in the band' if kpi.direction == 'band' else kpi.direction}"
            )
    _positive("kpis.yaml, at cost", [("hour", policy.cost.hour), *policy.cost.channels.items()])


def _limits(policy: Policy) -> None:
    for name, allowed in vars(policy.limits).items():
        _positive(f"limits.yaml, at {name}", vars(allowed).items())


def _positive(where: str, numbers: Iterable[tuple[str, float]]) -> None:
    for name, number in numbers:
        if number < 0:
            raise PolicyError(f"{where}.{name}: {number:g} is less than nothing")


def _addresses(policy: Policy) -> None:
    for place, host in enumerate(policy.link_hosts):
        if not HOST.fullmatch(host):
            raise PolicyError(f"brand.yaml, at link_hosts.{place}: {host!r} is no host; write it as help.example.com")
    for place, origin in enumerate(policy.origins):
        scheme, _, rest = origin.partition("://")
        host, colon, port = rest.partition(":")
        if scheme not in ("http", "https") or not HOST.fullmatch(host) or (colon and not port.isdecimal()):
            raise PolicyError(
                f"brand.yaml, at origins.{place}: {origin!r} is no site; write it as https://shop.example.com"
            )
