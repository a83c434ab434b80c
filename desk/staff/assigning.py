"""Assignments: a ticket to a team and to whoever of it takes it, in the transaction that holds the ticket."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from desk import alerts, events, tickets
from desk.staff import routing, shifts, teammates
from desk.staff.routing import Ranked, Route, Seat, Wanted
from desk.staff.teammates import Teammate
from desk.tickets import Ticket
from desk.timing import calendar
from domain.ids import TeammateId
from domain.policy import Policy
from domain.staffing import Team

Cause = Literal["handed_over", "waited", "unanswered", "left", "asked"]
BY_DESK = "desk"


async def hand_over(
    connection: AsyncConnection, ticket: Ticket, team: str, skill: str, policy: Policy, now: datetime
) -> None:
    """Give a ticket to a team; whoever has it keeps it while it stays with theirs."""
    if ticket.team != team:
        change = {"before": ticket.team, "after": team, "by": "bot"}
        await events.record(connection, ticket.brand, ticket.id, "team_changed", now, **change)
    await tickets.change(connection, ticket.id, now, team=team, skill=skill)
    if ticket.assignee is None or ticket.team != team:
        moved = replace(ticket, team=team, skill=skill)
        await assign(connection, moved, policy, now, "handed_over")


async def assign(
    connection: AsyncConnection,
    ticket: Ticket,
    policy: Policy,
    now: datetime,
    cause: Cause,
    but: Collection[TeammateId] = (),
) -> Route:
    """Give a ticket to whoever of its team may take it, best first; when nobody may, it waits and says why."""
    wanted, found = await find(connection, ticket, policy, now, but)
    if found.best:
        await to_best(connection, ticket, found.best, now, cause)
    else:
        await _wait(connection, ticket, found, wanted.urgent, now)
    return found


async def find(
    connection: AsyncConnection, ticket: Ticket, policy: Policy, now: datetime, but: Collection[TeammateId] = ()
) -> tuple[Wanted, Route]:
    """Return what a ticket asks for and who may take it, all of its team held until this transaction ends."""
    wanted = await wanted_by(connection, ticket, policy)
    team = await teammates.hold_team(connection, ticket.brand, wanted.team)
    allowed = [one for one in team if one.id not in but]
    return wanted, routing.route(wanted, await seats(connection, allowed, wanted.team, policy, now))


async def wanted_by(connection: AsyncConnection, ticket: Ticket, policy: Policy) -> Wanted:
    """Return what a ticket asks of whoever takes it; a tier that the policy does not name asks for nothing."""
    tier = await tickets.tier(connection, ticket)
    known = tier if tier in {named.name for named in policy.tiers} else None
    urgent = not policy.target(ticket.priority, tier).business_hours
    return Wanted(ticket.team or "", ticket.skill, ticket.language, known, urgent)


async def seats(
    connection: AsyncConnection, people: Sequence[Teammate], team: str, policy: Policy, now: datetime
) -> list[Seat]:
    """Return people of a team as they are at this moment."""
    ids = [one.id for one in people]
    loads = await teammates.loads(connection, ids)
    planned = await shifts.between(connection, ids, now - shifts.NEARBY, now + shifts.NEARBY)
    open_now = is_open(policy, team, now)
    return [
        _seat(one, policy, loads[one.id], shifts.on_duty([s for s in planned if s.teammate == one.id], now, open_now))
        for one in people
    ]


def is_open(policy: Policy, team: str, now: datetime) -> bool:
    """Say whether a team works at this moment."""
    return bool(calendar.between(policy.calendar(team), now, now + calendar.SECOND))


async def to_best(connection: AsyncConnection, ticket: Ticket, best: Ranked, now: datetime, cause: Cause) -> None:
    """Give a ticket to whom routing found, with the points that speak for them."""
    points = {term.name: term.points for term in best.terms}
    carried = {"load": best.seat.load, "capacity": best.seat.capacity}
    await _give(connection, ticket, best.teammate, BY_DESK, now, cause=cause, score=best.score, **points, **carried)


async def by_hand(
    connection: AsyncConnection, ticket: Ticket, teammate: Teammate, by: TeammateId, now: datetime
) -> None:
    """Give a ticket to a teammate because somebody says so: it may be one more than they would carry."""
    if ticket.team is None and teammate.teams:
        await tickets.change(connection, ticket.id, now, team=teammate.teams[0])
    load = (await teammates.loads(connection, [teammate.id]))[teammate.id]
    cause = "taken" if by == teammate.id else "given"
    carried = {"load": load, "capacity": teammate.capacity}
    await _give(connection, ticket, teammate.id, by, now, cause=cause, **carried)


async def take_away(connection: AsyncConnection, ticket: Ticket, by: str, now: datetime, reason: str) -> None:
    """Leave a ticket to nobody."""
    if ticket.assignee is None:
        return
    await tickets.change(connection, ticket.id, now, assignee=None, assigned_at=None)
    facts = {"by": by, "teammate": ticket.assignee, "reason": reason}
    await events.record(connection, ticket.brand, ticket.id, "unassigned", now, **facts)


async def _give(
    connection: AsyncConnection, ticket: Ticket, teammate: TeammateId, by: str, now: datetime, **why: events.Fact
) -> None:
    await tickets.change(connection, ticket.id, now, assignee=teammate, assigned_at=now)
    await teammates.change(connection, teammate, assigned_at=now)
    facts: dict[str, events.Fact] = {"teammate": teammate, "before": ticket.assignee, "team": ticket.team, "by": by}
    await events.record(connection, ticket.brand, ticket.id, "assigned", now, **facts, **why)


async def _wait(connection: AsyncConnection, ticket: Ticket, found: Route, urgent: bool, now: datetime) -> None:
    """Note that nobody takes a ticket; who keeps the overview hears of what is urgent, and of a team without people."""
    await take_away(connection, ticket, BY_DESK, now, found.waits or "")
    facts = {"reason": found.waits, "team": ticket.team, "by": BY_DESK}
    await events.record(connection, ticket.brand, ticket.id, "assignment_waits", now, **facts)
    if urgent:
        await alerts.tell(connection, ticket.brand, ticket.id, "grave", alerts.COORDINATION, now)
    elif found.waits == "nobody_in_team":
        await alerts.tell(connection, ticket.brand, ticket.id, "unanswered", alerts.COORDINATION, now)


def _seat(one: Teammate, policy: Policy, load: int, on_duty: bool) -> Seat:
    teams = [team for team in policy.teams if team.name in one.teams]
    return Seat(
        teammate=one.id,
        teams=frozenset(one.teams),
        skills=frozenset(one.skills or (skill for team in teams for skill in team.skills)),
        languages=frozenset(one.languages) or _spoken(teams),
        capacity=one.capacity,
        load=load,
        presence=one.presence,
        on_duty=on_duty,
        assigned_at=one.assigned_at,
    )


def _spoken(teams: Sequence[Team]) -> frozenset[str] | None:
    """Return the languages of somebody's teams, None for all: where a team lists none, or they have no team."""
    if not all(team.languages for team in teams):
        return None
    return frozenset(language for team in teams for language in team.languages) or None
