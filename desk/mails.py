"""The door for mail: take one in once, say what is around one of ours, and note what becomes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.mail import mailboxes
from desk import attachments, inbox, mailing, messages, outbox, receiving, tickets, undelivered
from desk.circuits import Circuits
from desk.errors import AttachmentRefused
from desk.inbox import Origin
from desk.mailing import Envelope, Sent
from desk.policies import Policies
from desk.queue import Queue
from desk.receiving import Incoming, Reads, Received
from domain.ids import BrandId, CustomerId, MessageId, TicketId
from domain.turns import Author

LONGEST = 20_000  # characters of one message
LITTLE = 60  # characters: a text this short may have its question in the subject
POSTED = "mail_webhook"  # the source of deliveries
A_DAY = timedelta(days=1)
AWAY_AFTER = timedelta(seconds=45)  # since a window said last that it is open


@dataclass(frozen=True)
class IncomingMail:
    """A mail of a customer: `id` is its Message-ID, `references` are those it answers, the nearest first.

    `delivery` is the id under which a program posted it, None where it was fetched.
    """

    brand: BrandId
    id: str
    references: Sequence[str]
    address: str | None
    name: str
    subject: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[tuple[str, bytes]] = ()
    delivery: str | None = None


@dataclass(frozen=True)
class Returned:
    """A mail that came back: `id` is the report's Message-ID, `mails` those that it may be about."""

    brand: BrandId
    id: str
    mails: Sequence[str]
    permanent: bool
    recipient: str
    reason: str
    delivery: str | None = None


@dataclass(frozen=True)
class Mark:
    """How far a mailbox was read: up to mail `uid`, as long as its UIDVALIDITY stays `validity`."""

    validity: int
    uid: int
    read_at: datetime


class Mails:
    """Mail of all brands on one database; every method is one transaction and takes the time from its caller.

    `circuits` remember which servers fail.
    """

    def __init__(self, engine: AsyncEngine, queue: Queue, policies: Policies, reads: Reads) -> None:
        self._engine = engine
        self._queue = queue
        self._policies = policies
        self._reads = reads
        self.circuits = Circuits(engine)

    async def receive(self, mail: IncomingMail, now: datetime) -> Received | None:
        """Store a mail in the ticket it answers or in a new one; None when it was taken before.

        It joins a ticket only if it comes from that customer's address: what a stranger knows of a thread makes them
        no part of it.
        """
        origin, delivery = _origins(mail)
        async with self._engine.begin() as connection:
            if not await inbox.claim_delivered(connection, origin, delivery, now):
                return None
            place = await self._place(connection, mail)
            incoming = await self._incoming(connection, mail, place, now)
            policy = await self._policies.in_force(mail.brand, connection)
            received = await receiving.receive(connection, self._queue, incoming, policy, self._reads, now)
            for one in (origin, *([delivery] if delivery else ())):
                await inbox.became(connection, one, received.message)
            await mailing.entitle(connection, received.ticket, mail.subject)
            await self._keep_files(connection, mail, received, now)
            return received

    async def returned(self, report: Returned, now: datetime) -> TicketId | None:
        """Let people know that a mail of ours came back for good; None where it was not ours, or is only late."""
        async with self._engine.begin() as connection:
            if not await inbox.claim_delivered(connection, *_origins(report), now):
                return None
            message = await mailing.answered(connection, report.brand, report.mails)
            found = await mailing.ticket_of(connection, report.brand, message) if message else None
            ticket = await tickets.hold(connection, found) if found else None
            if message is None or ticket is None or not report.permanent:
                return None
            if not await outbox.mark_returned(connection, message, report.reason):
                return None
            words = f"A mail to {report.recipient or 'the customer'} came back: {report.reason}"
            await messages.add(connection, ticket.id, "teammate", "note", words, now)
            policy = await self._policies.in_force(ticket.brand, connection)
            await undelivered.tell(connection, ticket, message, "returned", policy, now)
            return ticket.id

    async def delivered(self, brand: BrandId, delivery: str) -> Received | None:
        """Return where the mail of a delivery was stored, None where it became no message."""
        async with self._engine.connect() as connection:
            message = await inbox.message_of(connection, Origin(brand, POSTED, delivery))
            ticket = await mailing.ticket_of(connection, brand, message) if message else None
            return Received(ticket, message) if ticket and message else None

    async def envelope(self, message: MessageId, domain: str) -> Envelope | None:
        """Return what is around a message of ours as a mail, None where no address is known to send it to."""
        async with self._engine.connect() as connection:
            return await mailing.envelope(connection, message, domain)

    async def begin(self, message: MessageId, now: datetime) -> Sent:
        """Note that a message is about to be sent, and return what is known of its sending before."""
        async with self._engine.begin() as connection:
            return await mailing.begin(connection, message, now)

    async def end(self, message: MessageId, now: datetime) -> None:
        """Note that the server took a message."""
        async with self._engine.begin() as connection:
            await mailing.end(connection, message, now)

    async def forget(self, message: MessageId) -> None:
        """Note that the server certainly did not take a message."""
        async with self._engine.begin() as connection:
            await mailing.forget(connection, message)

    async def wanted(self, brand: BrandId, message: MessageId, author: Author, ticket: TicketId, now: datetime) -> bool:
        """Say whether a message of a chat must go out by mail too, since nobody has its window open.

        That is what teammates of the brand write, and whatever answers a mail; where there is an address.
        """
        async with self._engine.connect() as connection:
            if await mailing.watched(connection, ticket, now - AWAY_AFTER):
                return False
            if author != "teammate" and not await mailing.by_mail(connection, ticket):
                return False
            envelope = await mailing.envelope(connection, message, "")
            return envelope is not None and envelope.brand == brand

    async def too_many(self, message: MessageId, now: datetime) -> int:
        """Return how many mails a day an address may get where that of a message has had as many, else 0."""
        async with self._engine.connect() as connection:
            brand, sent = await mailing.sent_to_whom(connection, message, now - A_DAY)
            most = (await self._policies.in_force(brand, connection)).limits.mails.sent_a_day
        return most if sent >= most else 0

    async def told(self, ticket_id: TicketId, text: str, now: datetime) -> bool:
        """Keep the address that a customer tells who waits for a person in a chat; True when one was kept."""
        address = mailing.told(text)
        if address is None:
            return False
        async with self._engine.begin() as connection:
            ticket = await tickets.hold(connection, ticket_id)
            if ticket is None or not await mailing.waits_for_a_person(connection, ticket):
                return False
            return await mailing.reach(connection, ticket, address, now)

    async def mark(self, mailbox: str) -> Mark | None:
        """Return how far a mailbox was read, None before the first time."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(mailboxes).where(mailboxes.c.name == mailbox))).one_or_none()
            return None if row is None else Mark(row.validity, row.uid, row.read_at)

    async def read_up_to(self, mailbox: str, mark: Mark) -> None:
        """Keep how far a mailbox was read."""
        row = insert(mailboxes).values(name=mailbox, **vars(mark))
        async with self._engine.begin() as connection:
            await connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=vars(mark)))

    async def _place(self, connection: AsyncConnection, mail: IncomingMail) -> TicketId | None:
        """Return the ticket that a mail goes on with."""
        message = await mailing.answered(connection, mail.brand, mail.references)
        ticket = await mailing.ticket_of(connection, mail.brand, message) if message else None
        theirs = ticket and mail.address and await mailing.belongs_to(connection, ticket, mail.address)
        return ticket if theirs else None

    async def _incoming(
        self, connection: AsyncConnection, mail: IncomingMail, ticket: TicketId | None, now: datetime
    ) -> Incoming:
        customer: CustomerId | None = None
        if mail.address:
            customer = await mailing.customer_at(connection, mail.brand, mail.address, mail.name, now)
        words = _words(mail, new=ticket is None)[:LONGEST]
        return Incoming(mail.brand, words, "email", ticket, customer, headers=mail.headers)

    async def _keep_files(
        self, connection: AsyncConnection, mail: IncomingMail, received: Received, now: datetime
    ) -> None:
        """Keep the files of a mail; what is not taken is told to teammates, and the mail counts all the same."""
        whole = [("mail.txt", mail.text.encode())] if len(mail.text) > LONGEST else []
        for name, content in [*whole, *mail.files]:
            try:
                await attachments.add(connection, mail.brand, received.ticket, name, content, now, received.message)
            except AttachmentRefused as error:
                words = f"A file of this mail was not kept, {name!r}: {error}"
                await messages.add(connection, received.ticket, "teammate", "note", words, now)


def _origins(one: IncomingMail | Returned) -> tuple[Origin, Origin | None]:
    """Return where a mail came from, and the delivery that brought it."""
    delivery = Origin(one.brand, POSTED, one.delivery) if one.delivery else None
    return Origin(one.brand, mailing.SOURCE, one.id), delivery


def _words(mail: IncomingMail, new: bool) -> str:
    """Return what a mail says; a new one may ask in its subject what its text only explains, or not even that."""
    text = mail.text.strip()
    asks = len(text) < LITTLE or mail.subject.rstrip().endswith("?")
    if new and mail.subject and asks and mail.subject.casefold() not in text.casefold():
        text = f"{mail.subject}\n\n{text}".strip()
    return text or ", ".join(name for name, _ in mail.files) or "(no text)"
