"""Customers: who asks, as far as it is known."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self, TypedDict
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import customers, tickets
from desk.errors import CustomerRefused, UnknownCustomer
from desk.tickets import DONE
from domain.ids import BrandId, CustomerId, TicketId


@dataclass(frozen=True)
class Customer:
    """A customer of a brand; whatever nobody has told is None.

    `tier` is one of the policy's, whose targets hold for them; `time_zone` is a name such as Europe/Berlin.
    """

    brand: BrandId
    id: CustomerId
    created_at: datetime
    name: str | None = None
    email: str | None = None
    tier: str | None = None
    plan: str | None = None
    renews_on: date | None = None
    time_zone: str | None = None
    language: str | None = None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the customer of a row of their table."""
        return cls(**row._mapping)


class Profile(TypedDict, total=False):
    """What is told of a customer; what is left out stays as it is."""

    name: str | None
    email: str | None
    tier: str | None
    plan: str | None
    renews_on: date | None
    time_zone: str | None
    language: str | None


async def find(connection: AsyncConnection, brand: BrandId, customer: CustomerId) -> Customer:
    """Return a customer of a brand.

    Raises UnknownCustomer.
    """
    chosen = select(customers).where(customers.c.brand == brand, customers.c.id == customer)
    row = (await connection.execute(chosen)).one_or_none()
    if row is None:
        raise UnknownCustomer(f"brand {brand!r} has no customer {customer!r}: put them to add them")
    return Customer.of(row)


async def meet(connection: AsyncConnection, brand: BrandId, customer: CustomerId, now: datetime) -> None:
    """Know a customer from now on, if only by their id."""
    row = insert(customers).values(brand=brand, id=customer, created_at=now)
    await connection.execute(row.on_conflict_do_nothing())


async def change(connection: AsyncConnection, brand: BrandId, customer: CustomerId, profile: Profile) -> None:
    """Keep what is told of a customer.

    Raises CustomerRefused for a time zone that there is not.
    """
    zone = profile.get("time_zone")
    if zone is not None and not _is_zone(zone):
        raise CustomerRefused(f"there is no time zone {zone!r}: give a name such as 'Europe/Berlin'")
    if profile:
        theirs = (customers.c.brand == brand) & (customers.c.id == customer)
        await connection.execute(update(customers).where(theirs).values(**profile))


async def open_tickets(connection: AsyncConnection, brand: BrandId, customer: CustomerId) -> list[TicketId]:
    """Return the tickets of a customer that are neither solved nor closed, by id."""
    theirs = (tickets.c.brand == brand) & (tickets.c.customer == customer) & tickets.c.status.not_in(DONE)
    rows = await connection.execute(select(tickets.c.id).where(theirs).order_by(tickets.c.id))
    return [TicketId(ticket) for ticket in rows.scalars()]


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, a path out of the data, a folder of it
        return False
    return True
