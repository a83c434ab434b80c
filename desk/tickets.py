"""Tickets: conversations with one customer each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import customers, tickets
from desk.errors import UnknownTicket
from domain.ids import BrandId, CustomerId, TeammateId, TicketId
from domain.triage import Priority
from domain.turns import Channel

Status = Literal["new", "open", "pending", "on_hold", "solved", "closed"]
DONE: tuple[Status, ...] = ("solved", "closed")
OPEN_ANOTHER = ": leave it out to open a new one"


@dataclass(frozen=True)
class Ticket:
    """A ticket as it stands.

    `asked` is the number of the customer's newest message, `settled` the number up to which they were answered.
    Before `begin_at` the customer may add to what they wrote; after `assume_at` silence says that it is solved.
    """

    id: TicketId
    brand: BrandId
    customer: CustomerId | None
    channel: Channel
    status: Status
    priority: Priority
    language: str | None
    asked: int
    settled: int
    bot_silent: bool
    handed_over_at: datetime | None
    created_at: datetime
    updated_at: datetime
    subject: str = ""
    intent: str | None = None
    skill: str | None = None
    tags: tuple[str, ...] = ()
    team: str | None = None
    assignee: TeammateId | None = None
    assigned_at: datetime | None = None
    problem: TicketId | None = None
    merged_into: TicketId | None = None
    continues: TicketId | None = None
    spam: bool = False
    source: str | None = None
    source_id: str | None = None
    solved_at: datetime | None = None
    begin_at: datetime | None = None
    assume_at: datetime | None = None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the ticket of a row of its table; the row may hold more."""
        columns = {name: getattr(row, name) for name in cls.__dataclass_fields__}
        return cls(**{**columns, "priority": Priority(row.priority), "tags": tuple(row.tags)})

    @property
    def waiting(self) -> bool:
        """Say whether the customer waits for the bot."""
        return self.asked > self.settled and not self.bot_silent

    def waits_for(self, number: int) -> bool:
        """Say whether the customer waits for the bot to answer the turn that ends with this message."""
        return self.waiting and self.asked == number


async def add(connection: AsyncConnection, ticket: Ticket) -> None:
    """Store a new ticket, and its customer when nobody knew them before."""
    if ticket.customer is not None:
        known = upsert(customers).values(brand=ticket.brand, id=ticket.customer, created_at=ticket.created_at)
        await connection.execute(known.on_conflict_do_nothing())
    await connection.execute(
        insert(tickets).values({**vars(ticket), "priority": ticket.priority.value, "tags": list(ticket.tags)})
    )


async def find(connection: AsyncConnection, ticket: TicketId) -> Ticket | None:
    """Return a ticket, None when there is none."""
    row = (await connection.execute(select(tickets).where(tickets.c.id == ticket))).one_or_none()
    return None if row is None else Ticket.of(row)


async def tier(connection: AsyncConnection, ticket: Ticket) -> str | None:
    """Return the tier of a ticket's customer, None where it is not known."""
    if ticket.customer is None:
        return None
    theirs = (customers.c.brand == ticket.brand) & (customers.c.id == ticket.customer)
    found: str | None = (await connection.execute(select(customers.c.tier).where(theirs))).scalar()
    return found


async def hold(connection: AsyncConnection, ticket: TicketId) -> Ticket | None:
    """Return a ticket that nobody else can change before this transaction ends."""
    chosen = select(tickets).where(tickets.c.id == ticket).with_for_update(key_share=True)
    row = (await connection.execute(chosen)).one_or_none()
    return None if row is None else Ticket.of(row)


async def of_brand(connection: AsyncConnection, brand: BrandId, ticket: TicketId, way_out: str = "") -> Ticket:
    """Return a ticket of a brand; the refusal of any other ends with the `way_out`.

    Raises UnknownTicket.
    """
    return _of_brand(await find(connection, ticket), brand, ticket, way_out)


async def hold_of_brand(connection: AsyncConnection, brand: BrandId, ticket: TicketId, way_out: str = "") -> Ticket:
    """Return a ticket of a brand that nobody else can change before this transaction ends.

    Raises UnknownTicket.
    """
    return _of_brand(await hold(connection, ticket), brand, ticket, way_out)


async def change(connection: AsyncConnection, ticket: TicketId, now: datetime, **columns: object) -> None:
    """Set columns of a ticket."""
    await connection.execute(update(tickets).where(tickets.c.id == ticket).values(updated_at=now, **columns))


async def to_begin(connection: AsyncConnection, now: datetime, stranded: datetime, limit: int) -> list[TicketId]:
    """Return tickets whose customer waits for the bot: whose burst is over, or that were left alone since a time."""
    waits: ColumnElement[bool] = (tickets.c.asked > tickets.c.settled) & ~tickets.c.bot_silent
    alone = tickets.c.begin_at.is_(None) & (tickets.c.updated_at < stranded)
    chosen = select(tickets.c.id).where(waits, (tickets.c.begin_at <= now) | alone)
    rows = await connection.execute(chosen.order_by(tickets.c.updated_at).limit(limit))
    return [TicketId(ticket) for ticket in rows.scalars()]


async def silent(connection: AsyncConnection, now: datetime, limit: int) -> list[TicketId]:
    """Return tickets whose customer has said nothing for so long that it says something."""
    chosen = select(tickets.c.id).where(tickets.c.assume_at <= now).order_by(tickets.c.assume_at).limit(limit)
    return [TicketId(ticket) for ticket in (await connection.execute(chosen)).scalars()]


async def count_open(connection: AsyncConnection, brand: BrandId | None) -> int:
    """Return how many tickets of a brand, or of all, are neither solved nor closed."""
    chosen = select(func.count()).select_from(tickets).where(tickets.c.status.not_in(DONE))
    counted = await connection.execute(chosen if brand is None else chosen.where(tickets.c.brand == brand))
    return counted.scalar_one()


def _of_brand(found: Ticket | None, brand: BrandId, ticket: TicketId, way_out: str) -> Ticket:
    if found is None or found.brand != brand:
        raise UnknownTicket(f"brand {brand!r} has no ticket {ticket!r}{way_out}")
    return found
