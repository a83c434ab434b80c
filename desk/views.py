"""Views: the lists that teammates work from, page by page."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Boolean, ColumnElement, DateTime, Row, Text, and_, cast, exists, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import clocks, customers, messages, tickets
from database.work import suggestions
from desk.errors import ViewRefused
from desk.tickets import DONE, Ticket
from domain.ids import BrandId, CustomerId, TeammateId

View = Literal["open", "mine", "unassigned", "at_risk", "breached", "suggested", "handed_over", "done", "all"]
VIEWS: tuple[View, ...] = get_args(View)
COUNTED: tuple[View, ...] = ("open", "mine", "unassigned", "at_risk", "breached", "suggested", "handed_over")
Order = Literal["newest", "due"]
PREVIEW = 160  # characters


@dataclass(frozen=True)
class Asked:
    """Which tickets of a brand are looked for; `teammate` is whose `mine` are."""

    brand: BrandId
    view: View = "open"
    order: Order = "newest"
    teammate: TeammateId | None = None
    team: str | None = None
    tag: str | None = None
    customer: CustomerId | None = None


@dataclass(frozen=True)
class Listed:
    """A ticket in a list: who asks and what, and when the first of its clocks is due."""

    ticket: Ticket
    customer: str | None
    preview: str
    due_at: datetime | None
    suggested: bool


@dataclass(frozen=True)
class Page:
    """Some tickets of a view, and what to ask for the next with; None when these are the last."""

    tickets: tuple[Listed, ...]
    next: str | None


async def page(connection: AsyncConnection, asked: Asked, now: datetime, after: str | None, limit: int) -> Page:
    """Return the tickets of a view after a cursor, the newest or those whose clocks are due first.

    Where done tickets are among them, nothing is due, and the newest come first in any case.

    Raises ViewRefused for a cursor that is none of this order, or `mine` of nobody.
    """
    order: Order = "newest" if asked.view in ("done", "all") else asked.order
    key = _DUE if order == "due" else tickets.c.updated_at
    chosen = select(tickets, *_shown(), key.label("key")).select_from(_WITH_CUSTOMER).where(*_where(asked, now))
    if after is not None:
        at, ticket = _place(after, order)
        here, there = tuple_(key, tickets.c.id), tuple_(cast(literal(at), DateTime(timezone=True)), cast(ticket, Text))
        chosen = chosen.where(here > there if order == "due" else here < there)
    ordered = (key, tickets.c.id) if order == "due" else (key.desc(), tickets.c.id.desc())
    rows = (await connection.execute(chosen.order_by(*ordered).limit(limit + 1))).all()
    more = len(rows) > limit
    return Page(tuple(_listed(row) for row in rows[:limit]), _cursor(order, rows[limit - 1]) if more else None)


async def counts(
    connection: AsyncConnection, brand: BrandId, teammate: TeammateId | None, now: datetime
) -> dict[View, int]:
    """Return how many open tickets each view holds; `mine` are none without a teammate."""
    columns = [
        func.count().filter(literal(False) if view == "mine" and not teammate else _holds(view, teammate, now))
        for view in COUNTED
    ]
    row = (await connection.execute(select(*columns).where(tickets.c.brand == brand, _OPEN))).one()
    return dict(zip(COUNTED, row, strict=True))


def _where(asked: Asked, now: datetime) -> list[ColumnElement[bool]]:
    if asked.view == "mine" and asked.teammate is None:
        raise ViewRefused("the view 'mine' is a teammate's: name one")
    where = [tickets.c.brand == asked.brand]
    if asked.view == "done":
        where.append(tickets.c.status.in_(DONE))
    elif asked.view != "all":
        where += [_OPEN, _holds(asked.view, asked.teammate, now)]
    if asked.team is not None:
        where.append(tickets.c.team == asked.team)
    if asked.tag is not None:
        where.append(tickets.c.tags.op("@>", is_comparison=True)([asked.tag]))
    if asked.customer is not None:
        where.append(tickets.c.customer == asked.customer)
    return where


def _holds(view: View, teammate: TeammateId | None, now: datetime) -> ColumnElement[bool]:
    """Return what an open ticket is like that a view holds."""
    match view:
        case "mine":
            return tickets.c.assignee == teammate
        case "unassigned":
            return and_(tickets.c.assignee.is_(None), tickets.c.status != "pending", ~_BOT_WORKS)
        case "at_risk":
            return _clock(clocks.c.risk_at <= now, clocks.c.due_at > now) & ~_clock(clocks.c.due_at <= now)
        case "breached":
            return _clock(clocks.c.due_at <= now)
        case "suggested":
            return _SUGGESTED
        case "handed_over":
            return tickets.c.handed_over_at.is_not(None)
        case _:
            return cast(literal(True), Boolean)


def _clock(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    running = (clocks.c.ticket == tickets.c.id) & clocks.c.stopped_at.is_(None) & clocks.c.paused_at.is_(None)
    return exists().where(running, *where)


def _shown() -> Sequence[ColumnElement[Any]]:
    return _FIRST.label("preview"), _DUE_OR_NONE.label("due_at"), _SUGGESTED.label("suggested"), _CALLED.label("called")


def _listed(row: Row[Any]) -> Listed:
    return Listed(Ticket.of(row), row.called, row.preview or "", row.due_at, row.suggested)


def _cursor(order: Order, row: Row[Any]) -> str:
    key = row.key if isinstance(row.key, str) else row.key.isoformat()
    return base64.urlsafe_b64encode(json.dumps([order, key, row.id]).encode()).decode().rstrip("=")


def _place(cursor: str, order: Order) -> tuple[datetime, str]:
    """Return where a cursor stands."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        named, at, ticket = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        place = datetime.fromisoformat(at), str(ticket)
    except (ValueError, TypeError, binascii.Error) as exc:
        raise ViewRefused(f"{cursor!r} is no cursor: take `next` of the page before") from exc
    if named != order or place[0].tzinfo is None or "\0" in place[1]:
        raise ViewRefused(f"{cursor!r} is a cursor of another order than {order!r}: begin anew")
    return place


_NEVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
_OPEN = tickets.c.status.not_in(DONE)
_BOT_WORKS = (tickets.c.asked > tickets.c.settled) & ~tickets.c.bot_silent
_SUGGESTED = exists().where(suggestions.c.ticket == tickets.c.id, suggestions.c.state == "waiting")
_DUE_OR_NONE = (
    select(func.min(clocks.c.due_at))
    .where(clocks.c.ticket == tickets.c.id, clocks.c.stopped_at.is_(None), clocks.c.paused_at.is_(None))
    .scalar_subquery()
)
_DUE = func.coalesce(_DUE_OR_NONE, _NEVER)
_FIRST = (
    select(func.left(messages.c.text, PREVIEW))
    .where(messages.c.ticket == tickets.c.id, messages.c.author == "customer")
    .order_by(messages.c.number)
    .limit(1)
    .scalar_subquery()
)
_CALLED = func.coalesce(customers.c.name, customers.c.email, customers.c.id)
_WITH_CUSTOMER = tickets.outerjoin(
    customers, (customers.c.brand == tickets.c.brand) & (customers.c.id == tickets.c.customer)
)
