"""Alarms: what running clocks tell, once each, and whom: the escalation path of a ticket, one step after another.

Any number of processes may sound them at once: whoever locks a clock tells what it has to tell, the others pass it by.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, Row, Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.tables import clocks, customers, tickets
from desk import alerts, events
from desk.alerts import Alert, Cause
from desk.events import Kind
from desk.timing import calendar as hours
from desk.timing.clocks import AT_RISK, Clock, Standing
from domain.ids import BrandId, TeammateId
from domain.policy import Policy
from domain.staffing import Role, Step
from domain.triage import Priority

InForce = Callable[[BrandId, AsyncConnection], Awaitable[Policy]]
MARKS: tuple[Kind, ...] = ("clock_half", "clock_at_risk", "clock_breached")
CAUSES: tuple[Cause, ...] = ("grave", "grave", "at_risk", "breached")  # by how many marks were passed
BREACHED = len(MARKS)
AT_ONCE = 50  # clocks in one transaction
ROUNDS = 10


@dataclass(frozen=True)
class Ringing:
    """A clock that has something to tell, its number, and the ticket it belongs to."""

    id: int
    clock: Clock
    stands: Standing
    assignee: TeammateId | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return what rings, of a row of clock and ticket."""
        stands = Standing(row.ticket, row.brand, row.status, Priority(row.priority), row.team, row.tier)
        return cls(row.id, Clock.of(row), stands, row.assignee)

    def whom(self, role: Role, policy: Policy) -> str | None:
        """Return who has a role for the ticket: a teammate's id, a team or an address; None for nobody assigned."""
        if role == "assignee":
            return self.assignee
        if role == "coordination":
            return alerts.COORDINATION
        team = policy.team(self.stands.team) or policy.team(policy.destinations[-1].team)
        if team is None:
            return alerts.COORDINATION
        return team.lead or team.name if role == "lead" else team.name


class Alarms:
    """What clocks tell, and who has seen it; `in_force` gives the policy of a brand."""

    def __init__(self, engine: AsyncEngine, in_force: InForce) -> None:
        self._engine = engine
        self._in_force = in_force

    async def sound(self, now: datetime) -> int:
        """Tell what clocks have to tell by now, and return how many of them had."""
        told = 0
        for _ in range(ROUNDS):
            async with self._engine.begin() as connection:
                ringing = [Ringing.of(row) for row in await connection.execute(_ringing(now))]
                for one in ringing:
                    await _tell(connection, one, await self._in_force(one.stands.brand, connection), now)
            told += len(ringing)
            if len(ringing) < AT_ONCE:
                break
        return told

    async def unseen(self, brand: BrandId, told: Collection[str], limit: int = 100) -> list[Alert]:
        """Return what a teammate has not seen, the newest first; `told` is their id, their teams and their address."""
        async with self._engine.connect() as connection:
            return await alerts.unseen(connection, brand, told, limit)

    async def see(self, brand: BrandId, alert: int, teammate: TeammateId, now: datetime) -> Alert:
        """Note that a teammate has seen an alert, so that nobody else is told for now; the first one counts.

        Raises UnknownAlert.
        """
        async with self._engine.begin() as connection:
            return await alerts.see(connection, brand, alert, teammate, now)


def _ringing(now: datetime) -> Select[Any]:
    """Return the query for clocks that have something to tell, locked, the most urgent first."""
    marks = (clocks.c.half_at, clocks.c.risk_at, clocks.c.due_at)
    rings: ColumnElement[bool] = clocks.c.step_at <= now
    for number, mark in enumerate(marks):
        rings |= (mark < now) & (clocks.c.told <= number)
    runs = clocks.c.stopped_at.is_(None) & clocks.c.paused_at.is_(None)
    theirs = (customers.c.brand == tickets.c.brand) & (customers.c.id == tickets.c.customer)
    of_ticket = (tickets.c.brand, tickets.c.status, tickets.c.priority, tickets.c.team, tickets.c.assignee)
    chosen = select(clocks, *of_ticket, customers.c.tier).join(tickets, tickets.c.id == clocks.c.ticket)
    chosen = chosen.outerjoin(customers, theirs).where(runs, rings)
    return chosen.order_by(clocks.c.due_at).limit(AT_ONCE).with_for_update(of=clocks, skip_locked=True)


async def _tell(connection: AsyncConnection, ringing: Ringing, policy: Policy, now: datetime) -> None:
    """Record the marks that a clock passed, walk the escalation path as far as it is due, and keep how far that was."""
    clock = ringing.clock
    told = max(clock.told, clock.marks.passed(now))
    for number in range(clock.told, told):
        await _record_mark(connection, ringing, number)
    walk = Walk(ringing, policy, CAUSES[told], now)
    place = Place(0, clock.marks.risk_at) if clock.told < AT_RISK <= told else Place(clock.step, clock.step_at)
    place = await walk.on(connection, place)
    if clock.told < BREACHED <= told:
        place = await walk.further(connection, place)
    kept = {"told": told, "step": place.step, "step_at": place.at}
    await connection.execute(update(clocks).where(clocks.c.id == clock.id).values(kept))


async def _record_mark(connection: AsyncConnection, ringing: Ringing, number: int) -> None:
    clock, stands = ringing.clock, ringing.stands
    happened = (clock.marks.half_at, clock.marks.risk_at, clock.marks.due_at)[number]
    facts = {"clock": clock.kind, "number": clock.id, "priority": stands.priority.value, "team": stands.team}
    await events.record(connection, stands.brand, stands.ticket, MARKS[number], happened, by="desk", **facts)


@dataclass(frozen=True)
class Place:
    """Which step of an escalation path comes next, and when; without a time it waits for something to happen."""

    step: int
    at: datetime | None


@dataclass(frozen=True)
class Walk:
    """A walk up the escalation path of a ticket, for one cause."""

    ringing: Ringing
    policy: Policy
    cause: Cause
    now: datetime

    async def on(self, connection: AsyncConnection, place: Place) -> Place:
        """Tell those whose time has come, and return what comes next.

        Whoever comes after some minutes is told only while nobody has seen it; a role that nobody has waits for nobody.
        """
        path = self._path()
        step, at = place.step, place.at
        while at is not None and at <= self.now and step < len(path):
            if path[step].after and await alerts.was_seen(connection, self.ringing.id, self.cause):
                return Place(step, None)
            told = await self._tell(connection, path, step)
            at = self._later(path, step, at) if told else at
            step += 1
        return Place(step, at if step < len(path) else None)

    async def further(self, connection: AsyncConnection, place: Place) -> Place:
        """Tell the next on the path at once, or the last of it again when all were told."""
        path = self._path()
        for step in range(place.step, len(path)):
            if await self._tell(connection, path, step):
                return Place(step + 1, self._later(path, step, self.now) if step + 1 < len(path) else None)
        if path:
            await self._tell(connection, path, len(path) - 1)
        return Place(len(path), None)

    def _path(self) -> tuple[Step, ...]:
        return self.policy.escalation(self.ringing.stands.priority, self.ringing.stands.team)

    def _later(self, path: Sequence[Step], step: int, since: datetime) -> datetime:
        """Return when the step after this one comes, in the hours that the clock counts."""
        after = path[step + 1].after if step + 1 < len(path) else path[step].after
        aim = self.ringing.stands.aim(self.ringing.clock.kind, self.policy)
        return hours.after(aim.calendar, since, timedelta(minutes=after - path[step].after))

    async def _tell(self, connection: AsyncConnection, path: Sequence[Step], step: int) -> bool:
        """Tell whoever has the role of a step; False when nobody has."""
        told = self.ringing.whom(path[step].tell, self.policy)
        if told is None:
            return False
        stands, clock = self.ringing.stands, self.ringing.id
        await alerts.tell(connection, stands.brand, stands.ticket, self.cause, told, self.now, step, clock)
        return True
