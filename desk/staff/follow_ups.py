"""Follow-ups: what somebody still owes a customer, who and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from sqlalchemy import ColumnElement, Row, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from database.people import teammates
from database.work import alerts as told_before
from database.work import follow_ups
from desk import alerts, events
from desk.errors import UnknownFollowUp
from desk.tickets import Ticket
from desk.timing import calendar
from domain.drafts import Promise
from domain.hours import Calendar, Opening
from domain.ids import BrandId, FollowUpId, TeammateId, TicketId, new
from domain.policy import Policy
from domain.triage import Priority

Cause = Literal["grave", "promise", "teammate"]
GRAVE = (Priority.P0, Priority.P1)
ASK_AFTER = "Ask the customer whether the matter is really settled."


@dataclass(frozen=True)
class FollowUp:
    """Something owed to a ticket's customer: by one teammate, else by a team; due at a time, open until done."""

    id: FollowUpId
    ticket: TicketId
    brand: BrandId
    cause: Cause
    text: str
    team: str | None
    owner: TeammateId | None
    due_at: datetime
    created_at: datetime
    done_at: datetime | None = None
    done_by: TeammateId | None = None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the follow-up of a row of its table."""
        return cls(**row._mapping)


async def add(
    connection: AsyncConnection,
    ticket: Ticket,
    cause: Cause,
    text: str,
    owner: TeammateId | None,
    team: str | None,
    due_at: datetime,
    by: str,
    now: datetime,
) -> FollowUp:
    """Add a follow-up to a ticket that this transaction holds; `by` says who made it."""
    added = FollowUp(FollowUpId(new("fol")), ticket.id, ticket.brand, cause, text, team, owner, due_at, now)
    await connection.execute(insert(follow_ups).values(vars(added)))
    facts = {"follow_up": added.id, "cause": cause, "owner": owner, "team": team, "by": by}
    hours = round((due_at - now) / timedelta(hours=1), 2)
    await events.record(connection, ticket.brand, ticket.id, "follow_up_created", now, hours=hours, **facts)
    return added


async def after_solution(connection: AsyncConnection, ticket: Ticket, policy: Policy, now: datetime) -> FollowUp | None:
    """Add what a P0 or P1 takes once it is solved: that somebody asks, within one business day, whether it really is.

    None where it takes none, or the one of an earlier solution is still open.
    """
    pending = exists().where(
        follow_ups.c.ticket == ticket.id, follow_ups.c.cause == "grave", follow_ups.c.done_at.is_(None)
    )
    if ticket.priority not in GRAVE or (await connection.execute(select(pending))).scalar_one():
        return None
    hours = policy.calendar(ticket.team)
    due = calendar.after(hours, now, business_day(hours))
    return await add(connection, ticket, "grave", ASK_AFTER, ticket.assignee, ticket.team, due, "desk", now)


async def promised(
    connection: AsyncConnection, ticket: Ticket, promises: Sequence[Promise], by: str, now: datetime
) -> None:
    """Put what a reply promises on somebody's list: a teammate's where their id is named, else a team's."""
    for promise in promises:
        owner = await _teammate(connection, ticket.brand, promise.owner)
        team = ticket.team if owner else promise.owner
        await add(connection, ticket, "promise", promise.text, owner, team, promise.due, by, now)


def business_day(hours: Calendar) -> timedelta:
    """Return how long a place works on its longest day of the week."""
    return max((sum(map(_length, openings), timedelta()) for openings in hours.week.values()), default=timedelta())


async def finish(
    connection: AsyncConnection, brand: BrandId, follow_up: FollowUpId, by: TeammateId, now: datetime
) -> FollowUp:
    """Note that a follow-up was done; doing it again changes nothing.

    Raises UnknownFollowUp.
    """
    mine = (follow_ups.c.id == follow_up) & (follow_ups.c.brand == brand)
    first = update(follow_ups).where(mine, follow_ups.c.done_at.is_(None)).values(done_at=now, done_by=by)
    done = (await connection.execute(first.returning(follow_ups.c.id))).first()
    row = (await connection.execute(select(follow_ups).where(mine))).one_or_none()
    if row is None:
        raise UnknownFollowUp(f"brand {brand!r} has no follow-up {follow_up!r}: the list of follow-ups shows their ids")
    if done:
        facts = {"follow_up": row.id, "cause": row.cause, "late": now > row.due_at, "by": by}
        await events.record(connection, brand, row.ticket, "follow_up_done", now, **facts)
    return FollowUp.of(row)


async def open_ones(
    connection: AsyncConnection,
    brand: BrandId,
    owner: TeammateId | None = None,
    ticket: TicketId | None = None,
    due_before: datetime | None = None,
    limit: int = 100,
) -> list[FollowUp]:
    """Return the follow-ups of a brand that are not done, whichever is due first: all, or somebody's, or a ticket's.

    Somebody's are their own and those of their teams that nobody owns.
    """
    chosen = select(follow_ups).where(follow_ups.c.brand == brand, follow_ups.c.done_at.is_(None))
    if owner is not None:
        chosen = chosen.where(_theirs(owner))
    if ticket is not None:
        chosen = chosen.where(follow_ups.c.ticket == ticket)
    if due_before is not None:
        chosen = chosen.where(follow_ups.c.due_at < due_before)
    rows = await connection.execute(chosen.order_by(follow_ups.c.due_at, follow_ups.c.id).limit(limit))
    return [FollowUp.of(row) for row in rows]


async def tell_due(connection: AsyncConnection, now: datetime, limit: int) -> None:
    """Tell the owners of follow-ups that are due, once each: the teammate, else the team, else coordination."""
    told = func.coalesce(follow_ups.c.owner, follow_ups.c.team, alerts.COORDINATION)
    known = exists().where(
        told_before.c.ticket == follow_ups.c.ticket,
        told_before.c.cause == "follow_up_due",
        told_before.c.told == told,
    )
    late = select(follow_ups, told.label("told")).where(follow_ups.c.done_at.is_(None), follow_ups.c.due_at <= now)
    for row in await connection.execute(late.where(~known).order_by(follow_ups.c.due_at).limit(limit)):
        await alerts.tell(connection, row.brand, row.ticket, "follow_up_due", row.told, now)


def _theirs(owner: TeammateId) -> ColumnElement[bool]:
    teams = select(func.unnest(teammates.c.teams)).where(teammates.c.id == owner)
    return or_(follow_ups.c.owner == owner, follow_ups.c.owner.is_(None) & follow_ups.c.team.in_(teams))


async def _teammate(connection: AsyncConnection, brand: BrandId, named: str) -> TeammateId | None:
    here = (teammates.c.id == named) & (teammates.c.brand == brand) & teammates.c.left_at.is_(None)
    found: TeammateId | None = (await connection.execute(select(teammates.c.id).where(here))).scalar()
    return found


def _length(opening: Opening) -> timedelta:
    opens, closes = (timedelta(hours=at.hour, minutes=at.minute) for at in (opening.opens, opening.closes))
    return (closes or timedelta(days=1)) - opens
