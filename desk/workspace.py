"""The door to tickets as teammates work with them: lists, search, changes, words, files, and two tickets made one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.tables import tickets as table
from desk import (
    attachments,
    customers,
    editing,
    events,
    finding,
    inbox,
    merging,
    messages,
    moves,
    outbox,
    problems,
    replying,
    splitting,
    tickets,
    views,
)
from desk.attachments import Attachment
from desk.customers import Customer, Profile
from desk.editing import Edit
from desk.errors import CustomerRefused, MoveRefused
from desk.events import Fact
from desk.finding import Hit
from desk.inbox import Origin
from desk.messages import Message
from desk.outbox import Standing
from desk.policies import Policies
from desk.queue import Queue
from desk.staff import teammates
from desk.tickets import Ticket
from desk.timing import clocks
from desk.timing.clocks import Clock
from desk.views import Asked, Page, View
from domain.ids import AttachmentId, BrandId, CustomerId, MessageId, TeammateId, TicketId

Then = Literal["open", "pending", "on_hold", "solved"]


@dataclass(frozen=True)
class Opened:
    """A ticket with everything a teammate wants to see of it.

    `merged` are the tickets that go on in this one, `linked` those that wait for it as their problem. `standings` say
    how what was written to the customer fares on its way.
    """

    ticket: Ticket
    customer: Customer | None
    messages: tuple[Message, ...]
    clocks: tuple[Clock, ...]
    attachments: tuple[Attachment, ...]
    merged: tuple[TicketId, ...]
    linked: tuple[TicketId, ...]
    standings: Mapping[MessageId, Standing]


class Workspace:
    """The tickets of all brands; every method is one transaction and takes the time from its caller.

    A ticket of another brand is an unknown one.
    """

    def __init__(self, engine: AsyncEngine, queue: Queue, policies: Policies | None = None) -> None:
        self._engine = engine
        self._queue = queue
        self._policies = policies or Policies(engine)

    async def page(self, asked: Asked, now: datetime, after: str | None = None, limit: int = 50) -> Page:
        """Return some tickets of a view, after the cursor of the page before.

        Raises ViewRefused.
        """
        async with self._engine.connect() as connection:
            return await views.page(connection, asked, now, after, limit)

    async def counts(self, brand: BrandId, now: datetime, teammate: TeammateId | None = None) -> dict[View, int]:
        """Return how many open tickets each view holds, `mine` being a teammate's."""
        async with self._engine.connect() as connection:
            return await views.counts(connection, brand, teammate, now)

    async def search(self, brand: BrandId, query: str, limit: int = 20) -> list[Hit]:
        """Return the tickets that a query finds, best first."""
        async with self._engine.connect() as connection:
            return await finding.find(connection, brand, query, limit)

    async def open(self, brand: BrandId, ticket: TicketId) -> Opened:
        """Return a ticket with all that belongs to it.

        Raises UnknownTicket.
        """
        async with self._engine.connect() as connection:
            found = await tickets.of_brand(connection, brand, ticket)
            merged = select(table.c.id).where(table.c.merged_into == ticket).order_by(table.c.id)
            return Opened(
                found,
                await customers.find(connection, brand, found.customer) if found.customer else None,
                tuple(await messages.of(connection, ticket)),
                tuple(await clocks.of(connection, ticket)),
                tuple(await attachments.of(connection, ticket)),
                tuple(TicketId(one) for one in (await connection.execute(merged)).scalars()),
                tuple(await problems.linked(connection, ticket)),
                await outbox.standings(connection, ticket),
            )

    async def edit(self, brand: BrandId, ticket: TicketId, wanted: Edit, by: TeammateId, now: datetime) -> Ticket:
        """Change a ticket as a teammate wants it, and return it.

        Raises UnknownTicket, UnknownTeammate, TicketRefused, ProblemRefused or MoveRefused.
        """
        async with self._engine.begin() as connection:
            held = await self._hold(connection, brand, ticket, by)
            policy = await self._policies.in_force(brand, connection)
            await editing.edit(connection, held, wanted, policy, by, now)
            return await tickets.of_brand(connection, brand, ticket)

    async def reply(
        self,
        brand: BrandId,
        ticket: TicketId,
        text: str,
        by: TeammateId,
        now: datetime,
        then: Then = "pending",
        origin: Origin | None = None,
    ) -> Message:
        """Send a teammate's message to the customer; the ticket stands as `then` says afterwards.

        The bot is silent in it until it is handed back. What names its `origin` is sent once, however often it is asked
        for within a day. Raises UnknownTicket, UnknownTeammate or MoveRefused.
        """
        async with self._engine.begin() as connection:
            if origin and not await inbox.claim(connection, origin, now, inbox.A_DAY):
                return await inbox.stored(connection, origin)
            held = await self._hold(connection, brand, ticket, by)
            if held.status == "closed":
                raise MoveRefused(f"{ticket!r} is closed: write in an open ticket")
            policy = await self._policies.in_force(brand, connection)
            message = await replying.reply(connection, self._queue, held, text, policy, now, by)
            answered = await tickets.of_brand(connection, brand, ticket)
            if answered.status != "solved" or then != "pending":
                await moves.move(connection, answered, then, policy, by, now)
            if origin:
                await inbox.became(connection, origin, message.id)
        return message

    async def note(self, brand: BrandId, ticket: TicketId, text: str, by: TeammateId, now: datetime) -> Message:
        """Keep a note among teammates in a ticket, whatever its status.

        Raises UnknownTicket or UnknownTeammate.
        """
        async with self._engine.begin() as connection:
            held = await self._hold(connection, brand, ticket, by)
            return await replying.note(connection, held, text, now, by)

    async def hand_back(self, brand: BrandId, ticket: TicketId, by: TeammateId, now: datetime) -> Ticket:
        """Let the bot answer what the customer writes from now on.

        Raises UnknownTicket or UnknownTeammate.
        """
        async with self._engine.begin() as connection:
            held = await self._hold(connection, brand, ticket, by)
            await replying.hand_back(connection, held, now, by)
            return await tickets.of_brand(connection, brand, ticket)

    async def merge(self, brand: BrandId, ticket: TicketId, into: TicketId, by: TeammateId, now: datetime) -> Ticket:
        """Let a ticket go on in another of the same customer, and return that one.

        Raises UnknownTicket, UnknownTeammate or MergeRefused.
        """
        async with self._engine.begin() as connection:
            for first in sorted({ticket, into}):
                await tickets.hold(connection, first)
            held = await self._hold(connection, brand, ticket, by)
            stays = await tickets.of_brand(connection, brand, into)
            policy = await self._policies.in_force(brand, connection)
            await merging.merge(connection, held, stays, policy, by, now)
            return await tickets.of_brand(connection, brand, into)

    async def split(
        self, brand: BrandId, ticket: TicketId, message: MessageId, by: TeammateId, now: datetime
    ) -> Ticket:
        """Let a message of the customer and all after it become a ticket of their own, and return that.

        Raises UnknownTicket, UnknownTeammate, UnknownMessage, SplitRefused or MoveRefused.
        """
        async with self._engine.begin() as connection:
            held = await self._hold(connection, brand, ticket, by)
            policy = await self._policies.in_force(brand, connection)
            made = await splitting.split(connection, held, message, policy, by, now)
            for one in (made.id, ticket):
                found = await tickets.find(connection, one)
                if found is not None and found.waiting:
                    await self._queue.defer(connection, "handle_turn", lock=one, ticket=one)
            return await tickets.of_brand(connection, brand, made.id)

    async def attach(
        self,
        brand: BrandId,
        ticket: TicketId,
        name: str,
        content: bytes,
        now: datetime,
        message: MessageId | None = None,
    ) -> Attachment:
        """Keep a file with a ticket, of a message where one is named.

        Raises UnknownTicket, UnknownMessage or AttachmentRefused.
        """
        async with self._engine.begin() as connection:
            held = await tickets.hold_of_brand(connection, brand, ticket)
            file = await attachments.add(connection, brand, held.id, name, content, now, message)
            facts: dict[str, Fact] = {"attachment": file.id, "size": file.size, "media_type": file.media_type}
            await events.record(connection, brand, ticket, "file_attached", now, **facts)
        return file

    async def attachment(self, brand: BrandId, ticket: TicketId, attachment: AttachmentId) -> tuple[Attachment, bytes]:
        """Return a file of a ticket with its bytes.

        Raises UnknownAttachment.
        """
        async with self._engine.connect() as connection:
            return await attachments.read(connection, brand, ticket, attachment)

    async def customer(self, brand: BrandId, customer: CustomerId) -> Customer:
        """Return what is known of a customer.

        Raises UnknownCustomer.
        """
        async with self._engine.connect() as connection:
            return await customers.find(connection, brand, customer)

    async def describe(self, brand: BrandId, customer: CustomerId, profile: Profile, now: datetime) -> Customer:
        """Keep what is told of a customer, whom nobody need know before; the clocks of their tickets follow the tier.

        Raises CustomerRefused.
        """
        async with self._engine.begin() as connection:
            policy = await self._policies.in_force(brand, connection)
            tier = profile.get("tier")
            if tier is not None and tier not in {known.name for known in policy.tiers}:
                named = ", ".join(known.name for known in policy.tiers) or "none"
                raise CustomerRefused(f"there is no tier {tier!r}: the policy has {named}")
            await customers.meet(connection, brand, customer, now)
            await customers.change(connection, brand, customer, profile)
            if "tier" in profile:
                for ticket in await customers.open_tickets(connection, brand, customer):
                    await tickets.hold(connection, ticket)
                    await clocks.follow(connection, ticket, policy, now)
            return await customers.find(connection, brand, customer)

    async def _hold(self, connection: AsyncConnection, brand: BrandId, ticket: TicketId, by: TeammateId) -> Ticket:
        held = await tickets.hold_of_brand(connection, brand, ticket)
        await teammates.require(connection, brand, by)
        return held
