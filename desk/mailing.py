"""Which mails belong together, and how each of ours is called: threads, addresses, and what was sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten
from typing import Literal

from sqlalchemy import ColumnElement, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.mail import inbox, mailings, watchers
from database.tables import customers, handovers, messages, tickets
from desk.inbox import Origin, message_of
from desk.messages import noticed
from desk.tickets import Ticket
from domain.ids import BrandId, CustomerId, MessageId, TicketId, new
from domain.turns import LIVE

SOURCE = "email"
SHORT = 70  # characters of a subject
LONGEST_THREAD = 20  # mails that an answer names
Sent = Literal["first", "unknown", "sent"]

_ADDRESS = re.compile(r"(?<![\w.+/@-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[A-Za-z]{2,24}(?![\w@-])")
_OURS = re.compile(r"(msg_[0-9a-f]{32})@")


@dataclass(frozen=True)
class Envelope:
    """What is around a message of ours as a mail: to whom, about what, and the Message-IDs that came before it."""

    brand: BrandId
    address: str
    name: str | None
    subject: str
    thread: tuple[str, ...]


def told(text: str) -> str | None:
    """Return the one address that somebody tells in what they write; of several, nobody knows which is theirs."""
    found = {address.lower() for address in _ADDRESS.findall(text)}
    return found.pop() if len(found) == 1 else None


def name_of(message: MessageId, domain: str) -> str:
    """Return the Message-ID of a message of ours: nobody guesses it, so an answer to it proves where it belongs."""
    return f"{message}@{domain}"


async def answered(connection: AsyncConnection, brand: BrandId, mails: Sequence[str]) -> MessageId | None:
    """Return the first message of a brand that a mail's references name: one of ours, or one that came by mail."""
    for mail in mails:
        ours = _OURS.match(mail)
        message = MessageId(ours[1]) if ours else await message_of(connection, Origin(brand, SOURCE, mail))
        if message and await ticket_of(connection, brand, message):
            return message
    return None


async def ticket_of(connection: AsyncConnection, brand: BrandId, message: MessageId) -> TicketId | None:
    """Return the ticket that a message of a brand stands in."""
    theirs = (messages.c.id == message) & (tickets.c.brand == brand)
    found: TicketId | None = (
        await connection.execute(select(tickets.c.id).join(messages, messages.c.ticket == tickets.c.id).where(theirs))
    ).scalar()
    return found


async def belongs_to(connection: AsyncConnection, ticket: TicketId, address: str) -> bool:
    """Say whether a ticket is of a customer with this address."""
    theirs = (customers.c.brand == tickets.c.brand) & (customers.c.id == tickets.c.customer)
    same = select(tickets.c.id).join(customers, theirs).where(tickets.c.id == ticket, _writes_from(address))
    return (await connection.execute(same)).first() is not None


async def customer_at(
    connection: AsyncConnection, brand: BrandId, address: str, name: str, now: datetime
) -> CustomerId:
    """Return who writes from an address: the one known longest, or somebody new."""
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{brand} {address.lower()}", 0))))
    known = select(customers.c.id).where(customers.c.brand == brand, _writes_from(address))
    found: CustomerId | None = (await connection.execute(known.order_by(customers.c.created_at).limit(1))).scalar()
    return found or await add_customer(connection, brand, address, name, now)


async def add_customer(
    connection: AsyncConnection, brand: BrandId, address: str, name: str, now: datetime
) -> CustomerId:
    """Add a customer of whom an address is known, and return who they are from now on."""
    row = {"brand": brand, "id": new("cus"), "email": address, "name": name or None, "created_at": now}
    await connection.execute(insert(customers).values(row))
    return CustomerId(str(row["id"]))


async def entitle(connection: AsyncConnection, ticket: TicketId, subject: str) -> None:
    """Give a ticket its subject, unless it has one."""
    await connection.execute(
        update(tickets).where(tickets.c.id == ticket, tickets.c.subject == "").values(subject=subject)
    )


async def envelope(connection: AsyncConnection, message: MessageId, domain: str) -> Envelope | None:
    """Return what is around a message of ours as a mail, None where no address is known to send it to."""
    theirs = (customers.c.brand == tickets.c.brand) & (customers.c.id == tickets.c.customer)
    row = (
        await connection.execute(
            select(tickets.c.id, tickets.c.brand, tickets.c.subject, customers.c.email, customers.c.name)
            .select_from(messages)
            .join(tickets, tickets.c.id == messages.c.ticket)
            .join(customers, theirs)
            .where(messages.c.id == message, customers.c.email.is_not(None))
        )
    ).one_or_none()
    if row is None:
        return None
    subject = row.subject or await _first_words(connection, row.id)
    return Envelope(row.brand, row.email, row.name, subject, await _thread(connection, row.id, message, domain))


async def _first_words(connection: AsyncConnection, ticket: TicketId) -> str:
    """Return how a ticket without a subject began."""
    theirs = (messages.c.ticket == ticket) & (messages.c.author == "customer")
    first = select(func.left(messages.c.text, 2 * SHORT)).where(theirs).order_by(messages.c.number).limit(1)
    return shorten((await connection.execute(first)).scalar() or "", SHORT, placeholder="…")


async def _thread(connection: AsyncConnection, ticket: TicketId, until: MessageId, domain: str) -> tuple[str, ...]:
    """Return the Message-IDs of the mails of a ticket before a message, the oldest first."""
    number = select(messages.c.number).where(messages.c.id == until).scalar_subquery()
    theirs = (inbox.c.message == messages.c.id) & (inbox.c.source == SOURCE)
    rows = await connection.execute(
        select(messages.c.id, inbox.c.event)
        .outerjoin(inbox, theirs)
        .outerjoin(mailings, mailings.c.message == messages.c.id)
        .where(messages.c.ticket == ticket, messages.c.number < number)
        .where(inbox.c.event.is_not(None) | mailings.c.message.is_not(None))
        .order_by(messages.c.number.desc())
        .limit(LONGEST_THREAD)
    )
    named = [row.event or name_of(row.id, domain) for row in rows]
    return tuple(one for one in reversed(named) if "@" in one)


async def begin(connection: AsyncConnection, message: MessageId, now: datetime) -> Sent:
    """Note that a message is about to be sent, and return what is known of its sending before."""
    row = insert(mailings).values(message=message, began_at=now).on_conflict_do_nothing().returning(mailings.c.message)
    if (await connection.execute(row)).first() is not None:
        return "first"
    ended = select(mailings.c.ended_at).where(mailings.c.message == message)
    return "unknown" if (await connection.execute(ended)).scalar() is None else "sent"


async def end(connection: AsyncConnection, message: MessageId, now: datetime) -> None:
    """Note that the server took a message."""
    await connection.execute(update(mailings).where(mailings.c.message == message).values(ended_at=now))


async def forget(connection: AsyncConnection, message: MessageId, ended: bool = False) -> None:
    """Note that the server certainly did not take a message, or with `ended` that it is to be sent whatever it did."""
    known = mailings.c.message == message
    gone = known if ended else known & mailings.c.ended_at.is_(None)
    await connection.execute(delete(mailings).where(gone))


async def sent_to_whom(connection: AsyncConnection, message: MessageId, since: datetime) -> tuple[BrandId, int]:
    """Return the brand of a message, and how many other mails its customer's address was sent since a time."""
    whose = (customers.c.brand == tickets.c.brand) & (customers.c.id == tickets.c.customer)
    joined = messages.join(tickets, tickets.c.id == messages.c.ticket).join(customers, whose)
    chosen = select(customers.c.brand, func.lower(customers.c.email)).select_from(joined)
    brand, address = (await connection.execute(chosen.where(messages.c.id == message))).one()
    mailed = joined.join(mailings, mailings.c.message == messages.c.id)
    theirs = (customers.c.brand == brand) & (func.lower(customers.c.email) == address)
    others = (mailings.c.began_at > since) & (messages.c.id != message)
    count = select(func.count()).select_from(mailed).where(theirs, others)
    return brand, (await connection.execute(count)).scalar_one()


async def by_mail(connection: AsyncConnection, ticket: TicketId) -> bool:
    """Say whether a customer wrote last by mail."""
    newest = (
        select(messages.c.id)
        .where(messages.c.ticket == ticket, messages.c.author == "customer", ~messages.c.automatic)
        .order_by(messages.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    theirs = select(inbox.c.event).where(inbox.c.message == newest, inbox.c.source == SOURCE)
    return (await connection.execute(theirs)).first() is not None


async def watched(connection: AsyncConnection, ticket: TicketId, since: datetime) -> bool:
    """Say whether somebody has had a window open on a chat since a time."""
    open_ = select(literal(1)).where(watchers.c.ticket == ticket, watchers.c.seen_at > since).limit(1)
    return (await connection.execute(open_)).first() is not None


async def unreachable(connection: AsyncConnection, ticket: Ticket) -> bool:
    """Say whether the customer of a chat left no address and was not asked for one: who waits for a person was."""
    if ticket.channel not in LIVE:
        return False
    theirs = (customers.c.brand == ticket.brand) & (customers.c.id == ticket.customer) & customers.c.email.is_not(None)
    known = select(literal(1)).where(theirs).limit(1)
    asked = select(literal(1)).where(handovers.c.ticket == ticket.id).limit(1)
    if [row for chosen in (known, asked) for row in await connection.execute(chosen)]:
        return False
    return not await noticed(connection, ticket.id)


async def waits_for_a_person(connection: AsyncConnection, ticket: Ticket) -> bool:
    """Say whether the customer of a chat was told that a person looks into it."""
    return ticket.channel in LIVE and (ticket.handed_over_at is not None or await noticed(connection, ticket.id))


async def reach(connection: AsyncConnection, ticket: Ticket, address: str, now: datetime) -> bool:
    """Keep where the customer of a ticket can be reached; False where that is known.

    Nobody has proven the address: who is known by it already is somebody else until then.
    """
    if ticket.customer is None:
        customer = await add_customer(connection, ticket.brand, address, "", now)
        await connection.execute(update(tickets).where(tickets.c.id == ticket.id).values(customer=customer))
        return True
    theirs = (customers.c.brand == ticket.brand) & (customers.c.id == ticket.customer) & customers.c.email.is_(None)
    changed = update(customers).where(theirs).values(email=address).returning(customers.c.id)
    return (await connection.execute(changed)).first() is not None


def _writes_from(address: str) -> ColumnElement[bool]:
    return func.lower(customers.c.email) == address.lower()
