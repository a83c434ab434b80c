"""The rounds that staff makes every few seconds: what waits for somebody, and what somebody lets wait.

Each team and each ticket is a transaction of its own; two that make rounds at once wait for each other's people, and
pass over each other's tickets.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.people import teammates as people
from database.tables import clocks, events, messages
from database.tables import tickets as table
from desk import alerts, tickets
from desk.policies import Policies
from desk.staff import assigning, follow_ups, routing, teammates
from desk.staff.routing import Seat
from desk.tickets import Ticket
from desk.timing import calendar
from domain.ids import BrandId, TeammateId, TicketId
from domain.policy import Policy
from domain.triage import Priority

AT_ONCE = 100  # tickets of one team, or of one brand, in one round
_WORKED = table.c.status.in_(teammates.WORKED)


async def make(engine: AsyncEngine, policies: Policies, now: datetime) -> None:
    """Give what waits to whoever is free, move what nobody reacts to, and tell whose follow-ups are due."""
    async with engine.connect() as connection:
        waiting = await _waiting_teams(connection)
        brands = await _assigned_brands(connection)
    for brand, team in waiting:
        async with engine.begin() as connection:
            await serve(connection, brand, team, await policies.in_force(brand, connection), now)
    for brand in brands:
        await _move(engine, brand, await policies.in_force(brand), now)
    async with engine.begin() as connection:
        await follow_ups.tell_due(connection, now, AT_ONCE)


async def serve(connection: AsyncConnection, brand: BrandId, team: str, policy: Policy, now: datetime) -> None:
    """Give the tickets that wait for a team to its people while they have room, the most urgent first.

    Whoever gave one back is not given it again before the customer has written.
    """
    here = await assigning.seats(connection, await teammates.hold_team(connection, brand, team), team, policy, now)
    room = sum(max(0, seat.capacity - seat.load) for seat in here if seat.presence == "available")
    for ticket in await _next(connection, brand, team, min(AT_ONCE, room)):
        had = await _had(connection, ticket)
        wanted = await assigning.wanted_by(connection, ticket, policy)
        found = routing.route(wanted, [one for one in here if one.teammate not in had])
        if found.best:
            await assigning.to_best(connection, ticket, found.best, now, "waited")
            here = _after(here, found.best.teammate, now)


async def _waiting_teams(connection: AsyncConnection) -> list[tuple[BrandId, str]]:
    chosen = select(table.c.brand, table.c.team).where(_WAITING).distinct().order_by(table.c.brand, table.c.team)
    return [(BrandId(brand), team) for brand, team in await connection.execute(chosen)]


async def _next(connection: AsyncConnection, brand: BrandId, team: str, most: int) -> list[Ticket]:
    """Return and hold the tickets that wait for a team: the highest priority first, then whose clock ends first."""
    running = (clocks.c.ticket == table.c.id) & clocks.c.stopped_at.is_(None)
    due = select(func.min(clocks.c.due_at)).where(running).scalar_subquery()
    waits = select(table).where(_WAITING, table.c.brand == brand, table.c.team == team)
    chosen = waits.order_by(table.c.priority, due.nulls_last(), table.c.created_at).limit(most)
    rows = await connection.execute(chosen.with_for_update(of=table, key_share=True, skip_locked=True))
    return [Ticket.of(row) for row in rows]


def _after(here: Sequence[Seat], chosen: TeammateId, now: datetime) -> list[Seat]:
    """Return the seats with one more ticket for one of them."""
    return [replace(one, load=one.load + 1, assigned_at=now) if one.teammate == chosen else one for one in here]


async def _assigned_brands(connection: AsyncConnection) -> list[BrandId]:
    chosen = select(table.c.brand).where(_WORKED, table.c.assignee.is_not(None)).distinct().order_by(table.c.brand)
    return [BrandId(brand) for brand in (await connection.execute(chosen)).scalars()]


async def _move(engine: AsyncEngine, brand: BrandId, policy: Policy, now: datetime) -> None:
    """Give the tickets of teammates who have left, or who do not react, to others."""
    patience = timedelta(minutes=policy.waits.reassign_minutes)
    async with engine.connect() as connection:
        silent = (await connection.execute(_silent(brand, now - patience))).all()
    for row in silent:
        if row.left or _waited(row, policy, now) >= patience:
            async with engine.begin() as connection:
                await _reassign(connection, TicketId(row.id), TeammateId(row.assignee), row.left, policy, now)


async def _reassign(
    connection: AsyncConnection, ticket_id: TicketId, late: TeammateId, left: bool, policy: Policy, now: datetime
) -> None:
    """Give a ticket to somebody who has not had it since the customer last wrote; else the lead hears of it.

    Without anybody else it stays where it is, unless that teammate has left.
    """
    ticket = await tickets.hold(connection, ticket_id)
    if ticket is None or ticket.assignee != late or ticket.status not in teammates.WORKED:
        return
    _, found = await assigning.find(connection, ticket, policy, now, {late, *await _had(connection, ticket)})
    if found.best:
        await assigning.to_best(connection, ticket, found.best, now, "left" if left else "unanswered")
        return
    if left:
        await assigning.take_away(connection, ticket, assigning.BY_DESK, now, "left")
    team = policy.team(ticket.team)
    told = (team.lead or team.name) if team else alerts.COORDINATION
    await alerts.tell(connection, ticket.brand, ticket.id, "unanswered", told, now)


async def _had(connection: AsyncConnection, ticket: Ticket) -> set[TeammateId]:
    """Return who was given a ticket since its customer last wrote."""
    asked = select(func.max(messages.c.created_at)).where(
        messages.c.ticket == ticket.id, messages.c.author == "customer"
    )
    given = (events.c.ticket == ticket.id) & (events.c.kind == "assigned")
    since = events.c.happened_at >= func.coalesce(asked.scalar_subquery(), ticket.created_at)
    rows = await connection.execute(select(events.c.data["teammate"].astext).where(given, since))
    return {TeammateId(teammate) for teammate in rows.scalars()}


def _waited(row: Any, policy: Policy, now: datetime) -> timedelta:
    """Return how long a ticket waited for a reaction: working time where its priority counts only that."""
    if policy.target(Priority(row.priority)).business_hours:
        return calendar.between(policy.calendar(row.team), row.since, now)
    waited: timedelta = now - row.since
    return waited


def _silent(brand: BrandId, before: datetime) -> Select[Any]:
    """Select tickets that wait for their teammate since before a time, or whose teammate has left."""
    held = _held(brand)
    overdue = (held.c.since <= before) & ~_reacted(held)
    return select(held).where(or_(held.c.left, overdue)).order_by(held.c.priority, held.c.since).limit(AT_ONCE)


def _held(brand: BrandId) -> Subquery:
    """Select the tickets that somebody has, with the time since when a reaction of theirs is waited for.

    That is when they got it; of somebody who is away, also when the customer last wrote.
    """
    asked = select(func.max(messages.c.created_at)).where(
        messages.c.ticket == table.c.id, messages.c.author == "customer"
    )
    later = func.greatest(table.c.assigned_at, asked.scalar_subquery())
    since = case((people.c.presence == "away", later), else_=table.c.assigned_at).label("since")
    left = people.c.left_at.is_not(None).label("left")
    chosen = select(table.c.id, table.c.assignee, table.c.team, table.c.priority, since, left)
    return chosen.join(people, people.c.id == table.c.assignee).where(table.c.brand == brand, _WORKED).subquery()


def _reacted(held: Subquery) -> ColumnElement[bool]:
    """Say whether a teammate has written since, or the one who has the ticket has done anything with it."""
    wrote = exists().where(
        messages.c.ticket == held.c.id, messages.c.author == "teammate", messages.c.created_at >= held.c.since
    )
    did = exists().where(
        events.c.ticket == held.c.id,
        events.c.happened_at >= held.c.since,
        events.c.data["by"].astext == held.c.assignee,
    )
    return or_(wrote, did)


_WAITING = _WORKED & table.c.assignee.is_(None) & table.c.team.is_not(None) & table.c.merged_into.is_(None)
