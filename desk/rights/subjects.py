"""Whose things are meant: a customer by their id or their address, with their tickets."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from database.memory import remembered
from database.tables import customers, tickets
from desk.errors import CustomerAmbiguous, UnknownCustomer
from desk.rights.holdings import Subject
from domain.ids import BrandId, CustomerId, TicketId

FEW = 10


async def find(connection: AsyncConnection, brand: BrandId, named: str) -> Subject:
    """Return the customer of this id, else the one with this address, and all tickets of theirs.

    Raises UnknownCustomer, or CustomerAmbiguous when several have the address: nobody proved that it is theirs.
    """
    customer = await _customer(connection, brand, named)
    theirs = select(tickets.c.id).where(tickets.c.brand == brand, tickets.c.customer == customer)
    found = (await connection.execute(theirs.order_by(tickets.c.id))).scalars()
    return Subject(brand, customer, tuple(TicketId(ticket) for ticket in found))


async def hold(connection: AsyncConnection, brand: BrandId, subject: Subject) -> None:
    """Keep others from giving a customer anything new until this transaction ends."""
    theirs = (customers.c.brand == brand) & (customers.c.id == subject.customer)
    await connection.execute(select(customers.c.id).where(theirs).with_for_update())


def seal(brand: BrandId, customer: CustomerId) -> str:
    """Return what stands for a customer where their id must not: the same for the same one, and no way back."""
    return hashlib.sha256(f"{brand}\0{customer}".encode()).hexdigest()[:24]


async def _customer(connection: AsyncConnection, brand: BrandId, named: str) -> CustomerId:
    if await _known(connection, brand, named):
        return CustomerId(named)
    same = (customers.c.brand == brand) & (func.lower(customers.c.email) == named.lower())
    chosen = select(customers.c.id).where(same).order_by(customers.c.created_at, customers.c.id)
    found = [CustomerId(one) for one in (await connection.execute(chosen)).scalars()]
    if not found:
        raise UnknownCustomer(f"brand {brand!r} has no customer {named!r}: give their id, or the address that is kept")
    if len(found) > 1:
        raise CustomerAmbiguous(named, found[:FEW])
    return found[0]


async def _known(connection: AsyncConnection, brand: BrandId, named: str) -> bool:
    """Say whether a customer of this id is known, if only to the ticket memory."""
    there = select(customers.c.id).where(customers.c.brand == brand, customers.c.id == named)
    asked = select(remembered.c.ticket).where(remembered.c.brand == brand, remembered.c.customer == named).limit(1)
    return any([(await connection.execute(chosen)).first() is not None for chosen in (there, asked)])
