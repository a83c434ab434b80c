"""Cases: the attempts to take a turn through the hub, and what each ended in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import cases, handovers
from desk.messages import Kind
from desk.tickets import Ticket
from domain.decisions import Decision, Handover, Outcome
from domain.ids import ArticleId, CaseId, TicketId, new
from domain.turns import Turn

State = Literal["running", "decided", "superseded", "died"]
ATTEMPTS_THROUGH_THE_HUB = 2

_decisions = TypeAdapter(Decision)
_handovers = TypeAdapter(Handover)


@dataclass(frozen=True)
class Attempt:
    """One try at a turn; `number` is that of the newest customer message in it, `attempt` counts from 1."""

    case: CaseId
    ticket: TicketId
    number: int
    attempt: int
    turn: Turn

    @property
    def exhausted(self) -> bool:
        """Say whether the hub had its chances: this turn goes to a person now."""
        return self.attempt > ATTEMPTS_THROUGH_THE_HUB


@dataclass(frozen=True)
class Outgoing:
    """Something to tell the customer: a reply, or a notice that says who has the ticket."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Concluded:
    """How a case ends: what was decided, and what the customer is told, in order."""

    decision: Decision
    outgoing: tuple[Outgoing, ...]


@dataclass(frozen=True)
class CaseRecord:
    """A case as it is stored; `turn` is the number of the newest customer message that it worked on."""

    id: CaseId
    ticket: TicketId
    turn: int
    attempt: int
    state: State
    outcome: Outcome | None
    started_at: datetime
    ended_at: datetime | None


async def start(connection: AsyncConnection, ticket: Ticket, now: datetime) -> tuple[CaseId, int]:
    """Start the next attempt at the newest turn of a ticket that this transaction holds."""
    tried = select(func.coalesce(func.max(cases.c.attempt), 0)).where(
        cases.c.ticket == ticket.id, cases.c.turn == ticket.asked
    )
    attempt = (await connection.execute(tried)).scalar_one() + 1
    case = CaseId(new("cas"))
    await connection.execute(
        insert(cases).values(
            id=case,
            ticket=ticket.id,
            brand=ticket.brand,
            turn=ticket.asked,
            attempt=attempt,
            state="running",
            started_at=now,
        )
    )
    return case, attempt


async def bury(connection: AsyncConnection, ticket: TicketId, now: datetime) -> list[CaseId]:
    """Mark the cases that a ticket's last worker left running as died, and return them."""
    running = (cases.c.ticket == ticket) & (cases.c.state == "running")
    rows = await connection.execute(
        update(cases).where(running).values(state="died", ended_at=now).returning(cases.c.id)
    )
    return [CaseId(case) for case in rows.scalars()]


async def state(connection: AsyncConnection, case: CaseId) -> State | None:
    """Return where a case stands, None when there is none."""
    found: State | None = (await connection.execute(select(cases.c.state).where(cases.c.id == case))).scalar()
    return found


async def end(connection: AsyncConnection, case: CaseId, state: State, decision: Decision, now: datetime) -> None:
    """Store what a case came to."""
    columns = {
        "state": state,
        "outcome": decision.outcome,
        "decision": _decisions.dump_python(decision, mode="json"),
        "cited": cited(decision),
        "ended_at": now,
    }
    await connection.execute(update(cases).where(cases.c.id == case).values(columns))


async def drop(connection: AsyncConnection, case: CaseId, now: datetime) -> bool:
    """End a case that was stopped before it came to anything; False when it does not run."""
    running = (cases.c.id == case) & (cases.c.state == "running")
    ended = update(cases).where(running).values(state="superseded", ended_at=now).returning(cases.c.id)
    return (await connection.execute(ended)).first() is not None


def cited(decision: Decision) -> list[ArticleId]:
    """Return the articles that a decision's reply rests on."""
    said = decision.reply.sentences if decision.reply else ()
    return sorted({citation.article for sentence in said for citation in sentence.citations})


async def hand_over(
    connection: AsyncConnection, case: CaseId, ticket: TicketId, handover: Handover, now: datetime
) -> None:
    """Store the packet that a person gets."""
    row = {
        "case": case,
        "ticket": ticket,
        "reason": handover.reason,
        "team": handover.team,
        "skill": handover.skill,
        "packet": _handovers.dump_python(handover, mode="json"),
        "created_at": now,
    }
    await connection.execute(insert(handovers).values(row))


async def of(connection: AsyncConnection, ticket: TicketId) -> list[CaseRecord]:
    """Return the cases of a ticket, the oldest first."""
    names = list(CaseRecord.__dataclass_fields__)
    chosen = select(*(cases.c[name] for name in names)).where(cases.c.ticket == ticket)
    rows = await connection.execute(chosen.order_by(cases.c.turn, cases.c.attempt))
    return [CaseRecord(**row._mapping) for row in rows]


async def decision(connection: AsyncConnection, case: CaseId) -> Decision | None:
    """Return what a case decided, None when it has not."""
    found: dict[str, Any] | None = (
        await connection.execute(select(cases.c.decision).where(cases.c.id == case))
    ).scalar()
    return None if found is None else _decisions.validate_python(found)


async def last_decision(connection: AsyncConnection, ticket: TicketId) -> Decision | None:
    """Return what the last case of a ticket decided, None when none has."""
    decided = (cases.c.ticket == ticket) & (cases.c.state == "decided")
    newest = select(cases.c.decision).where(decided).order_by(cases.c.turn.desc(), cases.c.attempt.desc()).limit(1)
    found = (await connection.execute(newest)).scalar()
    return None if found is None else _decisions.validate_python(found)


async def packets(connection: AsyncConnection, ticket: TicketId) -> list[Handover]:
    """Return what people were told about a ticket, the oldest first."""
    rows = await connection.execute(
        select(handovers.c.packet).where(handovers.c.ticket == ticket).order_by(handovers.c.created_at)
    )
    return [_handovers.validate_python(packet) for packet in rows.scalars()]
