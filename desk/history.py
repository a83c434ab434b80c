"""The door to past tickets of another desk: kept as they were, with their history, and never worked on by the bot.

They start no clocks, ask nobody for a mark and tell nobody anything. Their events happened then and are recorded now.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.tables import customers, events, messages, tickets
from database.work import outcomes
from desk.events import Fact, Kind
from desk.tickets import DONE, Status
from domain.ids import BrandId, CustomerId, MessageId, TicketId, new
from domain.tickets import PastTicket
from domain.triage import Priority
from domain.turns import Author

State = Literal["added", "unchanged"]
STATUSES: Mapping[str, Status] = {
    "new": "open",
    "open": "open",
    "reopened": "open",
    "in progress": "open",
    "pending": "pending",
    "waiting": "pending",
    "hold": "on_hold",
    "on hold": "on_hold",
    "solved": "solved",
    "resolved": "solved",
    "done": "solved",
    "closed": "closed",
}
PRIORITIES: Mapping[str, Priority] = {
    **{priority.value.lower(): priority for priority in Priority},
    "urgent": Priority.P0,
    "critical": Priority.P0,
    "high": Priority.P1,
    "normal": Priority.P2,
    "medium": Priority.P2,
    "low": Priority.P3,
}
MARKS: Mapping[str, int] = {**{str(mark): mark for mark in range(1, 6)}, "good": 5, "bad": 1}
LONGEST_SUBJECT = 300


@dataclass(frozen=True)
class Oddity:
    """A value of a past ticket that the desk does not know, and what was taken instead."""

    field: Literal["status", "priority", "csat"]
    value: str
    taken: str


@dataclass(frozen=True)
class _Said:
    id: MessageId
    number: int
    author: Author
    text: str
    at: datetime


@dataclass(frozen=True)
class _Kept:
    """A past ticket in the desk's words; `ended_at` is when its last word was said."""

    id: TicketId
    past: PastTicket
    said: tuple[_Said, ...]
    status: Status
    priority: Priority
    mark: int | None

    @property
    def ended_at(self) -> datetime:
        return self.said[-1].at if self.said else self.past.created_at

    @property
    def solved_at(self) -> datetime | None:
        return self.ended_at if self.status in DONE else None


class History:
    """Past tickets; every method is one transaction and takes the time from its caller."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def put(self, brand: BrandId, source: str, past: Sequence[PastTicket]) -> list[State]:
        """Keep past tickets of a source, and say which are new; one that is there already stays as it is."""
        kept = [_kept(ticket) for ticket in past]
        async with self._engine.begin() as connection:
            await _meet(connection, brand, kept)
            added = await _add(connection, brand, source, kept)
            fresh = [one for one in kept if one.id in added]
            if fresh:
                await connection.execute(insert(outcomes), [_ledger(brand, one) for one in fresh])
                await connection.execute(insert(events), [row for one in fresh for row in _events(brand, one)])
            if words := [row for one in fresh for row in _messages(one)]:
                await connection.execute(insert(messages), words)
        return ["added" if one.id in added else "unchanged" for one in kept]

    async def forget(
        self, brand: BrandId, *, ticket: TicketId | None = None, customer: CustomerId | None = None
    ) -> int:
        """Delete a past ticket, by its id where it came from, or all of a customer's; return how many there were."""
        named = (tickets.c.customer == customer) if customer else (tickets.c.source_id == ticket)
        theirs = delete(tickets).where(tickets.c.brand == brand, tickets.c.source.is_not(None), named)
        async with self._engine.begin() as connection:
            return (await connection.execute(theirs)).rowcount


def oddities(past: PastTicket) -> list[Oddity]:
    """Return what of a past ticket the desk does not know."""
    found = []
    if past.status and _word(past.status) not in STATUSES:
        found.append(Oddity("status", past.status, "closed"))
    if past.priority and _word(past.priority) not in PRIORITIES:
        found.append(Oddity("priority", past.priority, Priority.P3.value))
    if past.csat and _word(past.csat) not in MARKS:
        found.append(Oddity("csat", past.csat, "no mark"))
    return found


def _kept(past: PastTicket) -> _Kept:
    said: list[_Said] = []
    for one in past.messages:
        if one.text.strip():
            before = said[-1].at if said else past.created_at
            at = max(one.at, before) if one.at else before
            said.append(_Said(MessageId(new("msg")), len(said) + 1, one.author, one.text, at))
    return _Kept(
        TicketId(new("tic")),
        past,
        tuple(said),
        STATUSES.get(_word(past.status), "closed"),
        PRIORITIES.get(_word(past.priority), Priority.P3),
        MARKS.get(_word(past.csat)),
    )


def _word(value: str | None) -> str:
    return (value or "").strip().lower().replace("_", " ").replace("-", " ")


async def _meet(connection: AsyncConnection, brand: BrandId, kept: Sequence[_Kept]) -> None:
    known = {one.past.customer: one.past.created_at for one in kept if one.past.customer}
    if known:
        rows = [{"brand": brand, "id": customer, "created_at": at} for customer, at in known.items()]
        await connection.execute(upsert(customers).on_conflict_do_nothing(), rows)


async def _add(connection: AsyncConnection, brand: BrandId, source: str, kept: Sequence[_Kept]) -> set[TicketId]:
    rows = [_ticket(brand, source, one) for one in kept]
    if not rows:
        return set()
    added = upsert(tickets).values(rows).on_conflict_do_nothing(index_elements=["brand", "source", "source_id"])
    return {TicketId(ticket) for ticket in (await connection.execute(added.returning(tickets.c.id))).scalars()}


def _ticket(brand: BrandId, source: str, one: _Kept) -> dict[str, Any]:
    asked = max((said.number for said in one.said if said.author == "customer"), default=0)
    return {
        "id": one.id,
        "brand": brand,
        "customer": one.past.customer,
        "channel": "api",
        "status": one.status,
        "priority": one.priority.value,
        "asked": asked,
        "settled": asked,
        "bot_silent": True,
        "subject": one.past.subject[:LONGEST_SUBJECT],
        "tags": list(dict.fromkeys(one.past.tags)),
        "source": source,
        "source_id": one.past.id,
        "solved_at": one.solved_at,
        "created_at": one.past.created_at,
        "updated_at": one.ended_at,
    }


def _messages(one: _Kept) -> Iterator[dict[str, Any]]:
    for said in one.said:
        kind = "text" if said.author == "customer" else "reply"
        row = {"id": said.id, "ticket": one.id, "number": said.number, "author": said.author, "kind": kind}
        yield {**row, "text": said.text, "created_at": said.at}


def _ledger(brand: BrandId, one: _Kept) -> dict[str, Any]:
    first = {
        author: next((said.at for said in one.said if said.author == author), None) for author in ("bot", "teammate")
    }
    marked = one.ended_at if one.mark is not None else None
    return {
        "ticket": one.id,
        "brand": brand,
        "customer": one.past.customer,
        "opened_at": one.past.created_at,
        "first_bot_reply_at": first["bot"],
        "first_teammate_reply_at": first["teammate"],
        "solved_at": one.solved_at,
        "csat_asked_at": marked,
        "csat_given_at": marked,
        "csat": one.mark,
    }


def _events(brand: BrandId, one: _Kept) -> Iterator[dict[str, Any]]:
    """Yield the history of a ticket."""

    def told(kind: Kind, at: datetime, **data: Fact) -> dict[str, Any]:
        return {"brand": brand, "ticket": one.id, "kind": kind, "happened_at": at, "data": data}

    yield told("ticket_opened", one.past.created_at, channel="api")
    for said in one.said:
        if said.author == "customer":
            yield told("message_received", said.at, message=said.id, number=said.number, channel="api")
        else:
            yield told("message_written", said.at, message=said.id, by=said.author)
    if one.solved_at is not None:
        person = any(said.author == "teammate" for said in one.said)
        yield told("ticket_solved", one.solved_at, by="teammate" if person else "desk")
    if one.mark is not None:
        yield told("csat_asked", one.ended_at)
        yield told("csat_given", one.ended_at, mark=one.mark)
