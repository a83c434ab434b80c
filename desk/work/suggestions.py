"""Suggestions: checked drafts that wait for a teammate, who approves, edits or rejects them.

Approving does not take the ticket over: the bot goes on drafting what the customer writes next. What was approved can
be undone for a few seconds; then it becomes a message, once, however often and from wherever it was approved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

from sqlalchemy import ColumnElement, Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import clocks
from database.tables import tickets as table
from database.work import suggestions
from desk import events, tickets
from desk.cases import Attempt
from desk.errors import SuggestionDecided, UnknownSuggestion
from desk.tickets import Ticket
from desk.timing.clocks import RESPONSES
from domain.decisions import Decision
from domain.ids import BrandId, CaseId, MessageId, TeammateId, TicketId
from domain.turns import LIVE

State = Literal["waiting", "approved", "edited", "rejected", "sent", "superseded"]
Reason = Literal["wrong", "incomplete", "tone", "unneeded", "other"]
UNSENT: tuple[State, ...] = ("waiting", "approved", "edited")


@dataclass(frozen=True)
class Suggestion:
    """A draft and what became of it; `turn` is the number of the customer's message it answers.

    `advice` is what the checker says of an edited text. Until `send_at` a decision can be undone.
    """

    case: CaseId
    ticket: TicketId
    brand: BrandId
    turn: int
    state: State
    text: str
    final_text: str | None
    reason: Reason | None
    comment: str | None
    advice: list[dict[str, Any]] | None
    decided_by: TeammateId | None
    decided_at: datetime | None
    send_at: datetime | None
    message: MessageId | None
    created_at: datetime

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the suggestion of a row of its table."""
        return cls(**row._mapping)


async def add(connection: AsyncConnection, ticket: Ticket, attempt: Attempt, decision: Decision, now: datetime) -> None:
    """Keep the reply of a decision for a teammate to decide on."""
    if decision.reply is None:
        return
    row = {
        "case": attempt.case,
        "ticket": ticket.id,
        "brand": ticket.brand,
        "turn": attempt.number,
        "state": "waiting",
        "text": decision.reply.text,
        "created_at": now,
    }
    await connection.execute(insert(suggestions).values(row))


async def supersede(connection: AsyncConnection, ticket: Ticket, now: datetime) -> None:
    """Withdraw what was suggested in a ticket and not sent: the customer wrote again, or a teammate has answered."""
    unsent = (suggestions.c.ticket == ticket.id) & suggestions.c.state.in_(UNSENT)
    changed = update(suggestions).where(unsent).values(state="superseded", send_at=None).returning(suggestions.c.case)
    for case in (await connection.execute(changed)).scalars():
        await events.record(connection, ticket.brand, ticket.id, "suggestion_superseded", now, case=case)


async def find(connection: AsyncConnection, brand: BrandId, case: CaseId) -> Suggestion:
    """Return the suggestion of a case.

    Raises UnknownSuggestion.
    """
    return _one(await _rows(connection, suggestions.c.brand == brand, suggestions.c.case == case), brand, case)


async def hold(connection: AsyncConnection, brand: BrandId, case: CaseId) -> tuple[Ticket, Suggestion]:
    """Return a suggestion with its ticket, both as nobody else can change them before this transaction ends.

    Raises UnknownSuggestion.
    """
    seen = await find(connection, brand, case)
    ticket = await tickets.hold(connection, seen.ticket)
    found = await _rows(connection, suggestions.c.brand == brand, suggestions.c.case == case)
    if ticket is None:
        raise _unknown(brand, case)
    return ticket, _one(found, brand, case)


async def waiting(connection: AsyncConnection, brand: BrandId, limit: int) -> list[Suggestion]:
    """Return the suggestions of a brand that nobody has decided on, the oldest first, at most so many."""
    return await _rows(connection, suggestions.c.brand == brand, suggestions.c.state == "waiting", limit=limit)


async def of(connection: AsyncConnection, ticket: TicketId) -> list[Suggestion]:
    """Return the suggestions of a ticket, the oldest first."""
    return await _rows(connection, suggestions.c.ticket == ticket)


async def due(connection: AsyncConnection, now: datetime, limit: int) -> list[tuple[BrandId, CaseId]]:
    """Return what was approved and can no longer be undone, at most so many."""
    ready = suggestions.c.state.in_(("approved", "edited")) & (suggestions.c.send_at <= now)
    chosen = select(suggestions.c.brand, suggestions.c.case).where(ready).order_by(suggestions.c.send_at).limit(limit)
    return [(BrandId(row.brand), CaseId(row.case)) for row in await connection.execute(chosen)]


async def late_in_chat(connection: AsyncConnection, now: datetime, limit: int) -> list[tuple[BrandId, CaseId]]:
    """Return what nobody has decided on in a chat whose customer should have had a response by now, at most so many."""
    of_ticket = suggestions.join(table, table.c.id == suggestions.c.ticket).join(clocks, clocks.c.ticket == table.c.id)
    in_chat = (table.c.channel.in_(LIVE)) & table.c.handed_over_at.is_(None)
    due = clocks.c.kind.in_(RESPONSES) & clocks.c.stopped_at.is_(None) & (clocks.c.due_at <= now)
    waits = (suggestions.c.state == "waiting") & in_chat & due
    chosen = select(suggestions.c.brand, suggestions.c.case).select_from(of_ticket).where(waits).limit(limit)
    return [(BrandId(row.brand), CaseId(row.case)) for row in await connection.execute(chosen)]


async def change(connection: AsyncConnection, case: CaseId, **columns: object) -> None:
    """Set columns of a suggestion."""
    await connection.execute(update(suggestions).where(suggestions.c.case == case).values(**columns))


def require(found: Suggestion, wanted: Sequence[State], to: str) -> None:
    """Raise SuggestionDecided unless the suggestion stands where this can be done to it."""
    if found.state not in wanted:
        raise SuggestionDecided(
            f"the suggestion {found.case!r} is {found.state}: it cannot be {to} any more; write a reply of your own"
        )


async def _rows(connection: AsyncConnection, *where: ColumnElement[bool], limit: int | None = None) -> list[Suggestion]:
    names = (suggestions.c[name] for name in Suggestion.__dataclass_fields__)
    chosen = select(*names).where(*where).order_by(suggestions.c.created_at, suggestions.c.case).limit(limit)
    return [Suggestion.of(row) for row in await connection.execute(chosen)]


def _one(found: Sequence[Suggestion], brand: BrandId, case: CaseId) -> Suggestion:
    if not found:
        raise _unknown(brand, case)
    return found[0]


def _unknown(brand: BrandId, case: CaseId) -> UnknownSuggestion:
    return UnknownSuggestion(f"brand {brand!r} has no suggestion {case!r}: a ticket's `suggestions` name them")
