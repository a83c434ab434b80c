"""Clocks: until when a customer may wait for a response and for a solution, kept in line with the ticket.

Only whoever holds the ticket changes its clocks; the alarms note what they told, and lock the clock for that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import clocks, customers, tickets
from desk import alerts, events
from desk.tickets import DONE, Status, Ticket
from desk.timing import timer as timing
from desk.timing.timer import Aim, Marks, Timer
from domain.hours import AROUND_THE_CLOCK
from domain.ids import BrandId, TicketId
from domain.policy import Policy
from domain.triage import Priority

Kind = Literal["first_response", "next_response", "resolution"]
RESPONSES: tuple[Kind, ...] = ("first_response", "next_response")
AT_RISK = 2  # marks passed


@dataclass(frozen=True)
class Clock:
    """A timer of a ticket; it counts until `stopped_at` is set, and not while it rests.

    `told` is how many of its marks people heard of. `step` says how far up the escalation path that went, and
    `step_at` when whoever comes next is told.
    """

    kind: Kind
    started_at: datetime
    timer: Timer
    marks: Marks
    stopped_at: datetime | None = None
    told: int = 0
    step: int = 0
    step_at: datetime | None = None
    id: int | None = None

    @property
    def due_at(self) -> datetime:
        """Return when the time is spent; while the clock rests, as if it had not begun to."""
        return self.marks.due_at

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the clock of a row of its table."""
        spans = tuple((datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in row.spans)
        return cls(
            kind=row.kind,
            started_at=row.started_at,
            timer=Timer(row.running_since, spans, row.paused_at is not None),
            marks=Marks(row.half_at, row.risk_at, row.due_at),
            stopped_at=row.stopped_at,
            told=row.told,
            step=row.step,
            step_at=row.step_at,
            id=row.id,
        )


@dataclass(frozen=True)
class Standing:
    """What of a ticket its clocks depend on."""

    ticket: TicketId
    brand: BrandId
    status: Status
    priority: Priority
    team: str | None
    tier: str | None

    def aim(self, kind: Kind, policy: Policy) -> Aim:
        """Return how long a clock of this kind may run under a policy, and by which calendar."""
        target = policy.target(self.priority, self.tier)
        minutes = target.resolution if kind == "resolution" else target.response
        calendar = policy.calendar(self.team) if target.business_hours else AROUND_THE_CLOCK
        return Aim(timedelta(minutes=minutes), calendar)


async def asked(connection: AsyncConnection, ticket: Ticket, policy: Policy, now: datetime) -> None:
    """Start what a message of the customer starts; `ticket` is as it was before that message.

    A response clock starts unless one runs. A resolution that was thought to be reached goes on where it stopped.
    """
    stands, known = await _standing(connection, ticket.id), await _unfinished(connection, ticket.id)
    if not any(clock.kind in RESPONSES for clock in known):
        await _start(connection, stands, "next_response" if ticket.asked else "first_response", policy, now)
    if not any(clock.kind == "resolution" for clock in known):
        await _start(connection, stands, "resolution", policy, now)
    await _bring(connection, (replace(clock, stopped_at=None) for clock in known), stands, policy, now)


async def reopened(connection: AsyncConnection, ticket: TicketId, policy: Policy, now: datetime) -> None:
    """Let the resolution of a ticket that was done go on where it stopped."""
    stands, known = await _standing(connection, ticket), await _unfinished(connection, ticket)
    await _bring(connection, (replace(clock, stopped_at=None) for clock in known), stands, policy, now)


async def follow(
    connection: AsyncConnection, ticket: TicketId, policy: Policy, now: datetime, answered: bool = False
) -> None:
    """Bring the clocks of a ticket into line with its status, priority, team and its customer's tier.

    All rest while the customer is waited for, and stop when the ticket is done; an answer stops the response clocks.
    """
    stands, known = await _standing(connection, ticket), await _unfinished(connection, ticket)
    await _bring(connection, (clock for clock in known if clock.stopped_at is None), stands, policy, now, answered)


async def of(connection: AsyncConnection, ticket: TicketId) -> list[Clock]:
    """Return the clocks of a ticket, the oldest first."""
    rows = await connection.execute(select(clocks).where(clocks.c.ticket == ticket).order_by(clocks.c.id))
    return [Clock.of(row) for row in rows]


def brought(clock: Clock, stands: Standing, aim: Aim, now: datetime, answered: bool = False) -> Clock:
    """Return a clock in line with its ticket.

    Another aim makes marks that were told count again, where they now lie ahead. A ticket that is P0 walks its
    escalation path at once, from its resolution clock.
    """
    aimed = timing.marks(clock.timer, aim) != clock.marks
    done = stands.status in DONE or (answered and clock.kind in RESPONSES)
    rests = done or stands.status == "pending"
    timer = clock.timer.rest(now) if rests else clock.timer.go_on(now)
    marks = timing.marks(timer, aim)
    after = replace(clock, timer=timer, marks=marks, stopped_at=now if done else None)
    if not aimed:
        return after
    told = min(clock.told, marks.passed(now))
    step, step_at = (clock.step, clock.step_at) if told >= AT_RISK else _first_step(clock.kind, stands, now)
    return replace(after, told=told, step=step, step_at=step_at)


def _first_step(kind: Kind, stands: Standing, now: datetime) -> tuple[int, datetime | None]:
    return 0, now if stands.priority == Priority.P0 and kind == "resolution" else None


async def _start(connection: AsyncConnection, stands: Standing, kind: Kind, policy: Policy, now: datetime) -> None:
    timer = Timer(now)
    step, step_at = _first_step(kind, stands, now)
    clock = Clock(kind, now, timer, timing.marks(timer, stands.aim(kind, policy)), step=step, step_at=step_at)
    await connection.execute(insert(clocks).values(ticket=stands.ticket, started_at=now, kind=kind, **_columns(clock)))


async def _bring(
    connection: AsyncConnection,
    known: Iterable[Clock],
    stands: Standing,
    policy: Policy,
    now: datetime,
    answered: bool = False,
) -> None:
    for clock in known:
        aim = stands.aim(clock.kind, policy)
        after = brought(clock, stands, aim, now, answered)
        if after != clock:
            await connection.execute(update(clocks).where(clocks.c.id == clock.id).values(_columns(after)))
        if after.stopped_at is not None:
            await _note_stop(connection, stands, after, aim, now)
    if stands.priority == Priority.P0 and stands.status not in DONE:
        await alerts.tell(connection, stands.brand, stands.ticket, "grave", alerts.COORDINATION, now)
        if not await events.happened(connection, stands.ticket, "ticket_grave"):
            facts = {"priority": stands.priority, "team": stands.team}
            await events.record(connection, stands.brand, stands.ticket, "ticket_grave", now, **facts)


async def _note_stop(connection: AsyncConnection, stands: Standing, clock: Clock, aim: Aim, now: datetime) -> None:
    spent = timing.spent(clock.timer, aim.calendar, now)
    facts = {"late": spent > aim.allowed, "spent_s": round(spent.total_seconds(), 3)}
    await events.record(connection, stands.brand, stands.ticket, "clock_stopped", now, clock=clock.kind, **facts)


async def _standing(connection: AsyncConnection, ticket: TicketId) -> Standing:
    theirs = (customers.c.brand == tickets.c.brand) & (customers.c.id == tickets.c.customer)
    chosen = select(
        tickets.c.id, tickets.c.brand, tickets.c.status, tickets.c.priority, tickets.c.team, customers.c.tier
    ).select_from(tickets.outerjoin(customers, theirs))
    row = (await connection.execute(chosen.where(tickets.c.id == ticket))).one()
    return Standing(row.id, row.brand, row.status, Priority(row.priority), row.team, row.tier)


async def _unfinished(connection: AsyncConnection, ticket: TicketId) -> list[Clock]:
    """Return the clocks of a ticket that count, and its resolution, which may again; nobody else changes them."""
    chosen = (clocks.c.ticket == ticket) & (clocks.c.stopped_at.is_(None) | (clocks.c.kind == "resolution"))
    rows = await connection.execute(select(clocks).where(chosen).order_by(clocks.c.id).with_for_update())
    return [Clock.of(row) for row in rows]


def _columns(clock: Clock) -> dict[str, Any]:
    return {
        **vars(clock.marks),
        "running_since": clock.timer.since,
        "paused_at": clock.timer.since if clock.timer.rests else None,
        "spans": [[since.isoformat(), until.isoformat()] for since, until in clock.timer.spans],
        "told": clock.told,
        "step": clock.step,
        "step_at": clock.step_at,
        "stopped_at": clock.stopped_at,
    }
