"""The desk's door: receive a message, work on a turn, conclude it, deliver what was said, and watch all that.

Every method is one transaction and takes the time from its caller. Whoever changes a ticket holds its row, so what is
said here about order and "once" holds across processes.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from desk import brands, cases, conclusions, events, keys, messages, outbox, replies, stream, tickets
from desk.brands import Brand
from desk.cases import Attempt, CaseRecord, Outgoing
from desk.errors import UnknownTicket
from desk.events import Event, Fact
from desk.keys import KeyRecord
from desk.messages import Message
from desk.outbox import Delivery
from desk.policies import Policies
from desk.queue import Queue
from desk.replies import CitingReply
from desk.staff import rounds
from desk.stream import Listener, StreamRow
from desk.tickets import Ticket
from desk.timing import clocks
from desk.timing.alarms import Alarms
from desk.timing.clocks import Clock
from desk.work import outcomes, suggestions
from domain.decisions import Decision, Handover
from domain.ids import ArticleId, BrandId, CaseId, CustomerId, MessageId, TicketId, new
from domain.triage import Priority
from domain.turns import Channel, Turn, Utterance

HISTORY = 60
UNSAID = ("notice", "note")  # what is no part of the talk: word of a handover, and what teammates tell each other
POLL_S = 2.0
STALLED_AFTER = timedelta(seconds=15)
STRANDED_AFTER = timedelta(seconds=60)
SWEEP_LIMIT = 500


@dataclass(frozen=True)
class Incoming:
    """A customer's message as a channel hands it in; without a ticket it opens one."""

    brand: BrandId
    text: str
    channel: Channel
    ticket: TicketId | None = None
    customer: CustomerId | None = None
    language: str | None = None


@dataclass(frozen=True)
class Received:
    """Where a customer's message was stored."""

    ticket: TicketId
    message: MessageId


class Desk:
    """A support desk on one database; `policies` say how long customers may wait."""

    def __init__(self, engine: AsyncEngine, queue: Queue, policies: Policies | None = None) -> None:
        self._engine = engine
        self._queue = queue
        self._policies = policies or Policies(engine)
        self._alarms = Alarms(engine, self._policies.in_force)
        self._listener = Listener(queue.conninfo)

    async def receive(self, incoming: Incoming, now: datetime) -> Received:
        """Store a customer's message and queue its turn.

        Raises UnknownBrand, or UnknownTicket when the brand has no such ticket.
        """
        async with self._engine.begin() as connection:
            ticket = await self._find_or_open(connection, incoming, now)
            message = await messages.add(connection, ticket.id, "customer", "text", incoming.text, now)
            await self._note_message(connection, ticket, message, incoming.language, now)
            if not ticket.bot_silent:
                await self._queue.defer(connection, "handle_turn", lock=ticket.id, ticket=ticket.id)
        return Received(ticket.id, message.id)

    async def begin(self, ticket_id: TicketId, now: datetime) -> Attempt | None:
        """Start a case about everything the customer waits for, None when that is nothing.

        A case that an earlier attempt left running has died with its worker; it counts.
        """
        async with self._engine.begin() as connection:
            ticket = await tickets.hold(connection, ticket_id)
            if ticket is None:
                return None
            for dead in await cases.bury(connection, ticket.id, now):
                await events.record(connection, ticket.brand, ticket.id, "case_died", now, case=dead)
            return await self._start(connection, ticket, now) if ticket.waiting else None

    async def note(self, attempt: Attempt, status: str, now: datetime) -> None:
        """Tell the ticket's watchers what a running case is doing."""
        async with self._engine.begin() as connection:
            await stream.add_status(connection, attempt.ticket, attempt.case, status, now)

    async def conclude(self, attempt: Attempt, decision: Decision, outgoing: Sequence[Outgoing], now: datetime) -> bool:
        """Make a decision count: its records, what the customer is told, and the jobs that tell it; once.

        Returns False, and nothing is sent, when the customer wrote again, a teammate has replied, or another attempt
        has taken over.
        """
        async with self._engine.begin() as connection:
            ticket = await tickets.hold(connection, attempt.ticket)
            state = await cases.state(connection, attempt.case)
            if ticket is None or state != "running":
                return state == "decided"
            if not ticket.waiting or ticket.asked != attempt.number:
                await conclusions.supersede(connection, ticket, attempt, decision, now)
                return False
            await conclusions.decide(connection, self._queue, ticket, attempt, decision, outgoing, now)
            policy = await self._policies.in_force(ticket.brand, connection)
            await conclusions.settle(connection, ticket, attempt, decision, policy, now)
            return True

    async def write(self, ticket_id: TicketId, text: str, now: datetime) -> MessageId:
        """Send a teammate's message; the bot is silent in this ticket until it is handed back.

        Raises UnknownTicket.
        """
        async with self._engine.begin() as connection:
            ticket = await self._hold(connection, ticket_id)
            message = await messages.add(connection, ticket.id, "teammate", "reply", text, now)
            await outbox.put(connection, self._queue, ticket, message, now)
            await tickets.change(connection, ticket.id, now, settled=ticket.asked, bot_silent=True, status="pending")
            await suggestions.supersede(connection, ticket, now)
            await outcomes.replied(connection, ticket, "teammate", now)
            await events.record(
                connection, ticket.brand, ticket.id, "message_written", now, message=message.id, by="teammate"
            )
            policy = await self._policies.in_force(ticket.brand, connection)
            await clocks.follow(connection, ticket.id, policy, now, answered=True)
        return message.id

    async def hand_back(self, ticket_id: TicketId, now: datetime) -> None:
        """Let the bot answer what the customer writes from now on.

        Raises UnknownTicket.
        """
        async with self._engine.begin() as connection:
            ticket = await self._hold(connection, ticket_id)
            await tickets.change(
                connection, ticket.id, now, bot_silent=False, settled=ticket.asked, handed_over_at=None
            )
            await events.record(connection, ticket.brand, ticket.id, "handed_back", now)

    async def outgoing(self, message: MessageId) -> Delivery | None:
        """Return a message that still has to be sent, None when it was or cannot be."""
        async with self._engine.connect() as connection:
            return await outbox.find(connection, message)

    async def sent(self, message: MessageId, now: datetime) -> None:
        """Note that a message reached its destination."""
        async with self._engine.begin() as connection:
            if ticket := await outbox.mark_sent(connection, message, now):
                await events.record(
                    connection,
                    ticket.brand,
                    ticket.id,
                    "message_delivered",
                    now,
                    message=message,
                    channel=ticket.channel,
                )

    async def unsent(self, delivery: Delivery, error: str, now: datetime) -> None:
        """Note that a message could not be sent; it is tried again, later each time, and in the end given up."""
        async with self._engine.begin() as connection:
            if ticket := await outbox.mark_unsent(connection, delivery, error, now):
                await events.record(
                    connection,
                    ticket.brand,
                    ticket.id,
                    "delivery_failed",
                    now,
                    message=delivery.message,
                    channel=delivery.destination,
                    attempts=delivery.attempts + 1,
                )

    async def show(self, delivery: Delivery, now: datetime) -> None:
        """Put a message into its ticket's stream, once."""
        async with self._engine.begin() as connection:
            await tickets.hold(connection, delivery.ticket)
            await stream.add_message(connection, delivery, now)

    async def sweep(self, now: datetime) -> None:
        """Take up whatever fell down: jobs of dead workers, messages that are due, customers whom nobody serves."""
        await self._queue.rescue(STALLED_AFTER)
        async with self._engine.begin() as connection:
            await outbox.defer_due(connection, self._queue, now, SWEEP_LIMIT)
            waiting = await tickets.waiting_since(connection, now - STRANDED_AFTER, SWEEP_LIMIT)
            served = await self._queue.held(connection, waiting)
            for ticket in waiting:
                if ticket not in served:
                    await self._queue.defer(connection, "handle_turn", lock=ticket, ticket=ticket)
        await rounds.make(self._engine, self._policies, now)
        await self._alarms.sound(now)

    async def rows(self, ticket: TicketId, after: int = 0) -> list[StreamRow]:
        """Return what a ticket's watchers have seen since a row's id."""
        async with self._engine.connect() as connection:
            return await stream.after(connection, ticket, after)

    async def follow(self, ticket: TicketId, after: int = 0) -> AsyncGenerator[StreamRow]:
        """Yield the rows of a ticket after a row's id, and then every new one as it comes, without end."""
        async with self._listener.watch(ticket) as bell:
            while True:
                bell.clear()
                for row in await self.rows(ticket, after):
                    after = row.id
                    yield row
                with suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), POLL_S)

    async def ticket(self, ticket_id: TicketId, brand: BrandId) -> Ticket:
        """Return a ticket of a brand.

        Raises UnknownTicket.
        """
        async with self._engine.connect() as connection:
            return _of_brand(await tickets.find(connection, ticket_id), ticket_id, brand)

    async def messages(self, ticket: TicketId) -> list[Message]:
        """Return what was said in a ticket, in order."""
        async with self._engine.connect() as connection:
            return await messages.of(connection, ticket)

    async def cases(self, ticket: TicketId) -> list[CaseRecord]:
        """Return the cases of a ticket, the oldest first."""
        async with self._engine.connect() as connection:
            return await cases.of(connection, ticket)

    async def decision(self, case: CaseId) -> Decision | None:
        """Return what a case decided, None when it has not."""
        async with self._engine.connect() as connection:
            return await cases.decision(connection, case)

    async def replies_citing(
        self, brand: BrandId, article: ArticleId, after: MessageId | None = None, limit: int = 50
    ) -> list[CitingReply]:
        """Return the next replies of a brand that rest on an article, the newest first, after one of them."""
        async with self._engine.connect() as connection:
            return await replies.citing(connection, brand, article, after, limit)

    async def handovers(self, ticket: TicketId) -> list[Handover]:
        """Return what people were told about a ticket, the oldest first."""
        async with self._engine.connect() as connection:
            return await cases.packets(connection, ticket)

    async def events(self, ticket: TicketId) -> list[Event]:
        """Return what happened to a ticket, in order."""
        async with self._engine.connect() as connection:
            return await events.of(connection, ticket)

    async def clocks(self, ticket: TicketId) -> list[Clock]:
        """Return the clocks of a ticket, the oldest first."""
        async with self._engine.connect() as connection:
            return await clocks.of(connection, ticket)

    async def count_open(self, brand: BrandId | None = None) -> int:
        """Return how many tickets of a brand, or of all, are neither solved nor closed."""
        async with self._engine.connect() as connection:
            return await tickets.count_open(connection, brand)

    async def add_brand(self, brand: BrandId, name: str, now: datetime) -> Brand:
        """Add a brand.

        Raises BrandRefused when there is one of this id, or the id does not fit into an address.
        """
        added = Brand(brand, name, now)
        async with self._engine.begin() as connection:
            await brands.add(connection, added)
        return added

    async def brands(self) -> list[Brand]:
        """Return all brands, by id."""
        async with self._engine.connect() as connection:
            return await brands.known(connection)

    async def create_key(
        self, brand: BrandId, name: str, scopes: Collection[str], now: datetime, expires_at: datetime | None = None
    ) -> tuple[KeyRecord, str]:
        """Make an API key and return it with its secret, which cannot be read again.

        Raises UnknownBrand or UnknownScope.
        """
        record, secret = keys.invent(brand, name, scopes, now, expires_at)
        async with self._engine.begin() as connection:
            await brands.require(connection, brand)
            await keys.add(connection, record, secret)
        return record, secret

    async def check_key(self, secret: str, now: datetime) -> KeyRecord | None:
        """Return the key of a secret, None when it is unknown, expired or revoked."""
        async with self._engine.begin() as connection:
            return await keys.check(connection, secret, now)

    async def keys(self, brand: BrandId | None = None) -> list[KeyRecord]:
        """Return the API keys of a brand, or all, the oldest first."""
        async with self._engine.connect() as connection:
            return await keys.of(connection, brand)

    async def revoke_key(self, key: str, now: datetime, brand: BrandId | None = None) -> KeyRecord:
        """Make an API key worthless, named by its id or prefix.

        Raises UnknownKey when this brand, or any without one, has no such key.
        """
        async with self._engine.begin() as connection:
            return await keys.revoke(connection, key, brand, now)

    async def _find_or_open(self, connection: AsyncConnection, incoming: Incoming, now: datetime) -> Ticket:
        await brands.require(connection, incoming.brand)
        if incoming.ticket is not None:
            found = await tickets.hold(connection, incoming.ticket)
            return _of_brand(found, incoming.ticket, incoming.brand)
        ticket = _new_ticket(incoming, now)
        await tickets.add(connection, ticket)
        await outcomes.opened(connection, ticket)
        await events.record(connection, ticket.brand, ticket.id, "ticket_opened", now, channel=ticket.channel)
        return ticket

    async def _note_message(
        self, connection: AsyncConnection, ticket: Ticket, message: Message, language: str | None, now: datetime
    ) -> None:
        reopened = ticket.status in tickets.DONE
        status = "open" if reopened or ticket.status == "pending" else ticket.status
        await tickets.change(
            connection, ticket.id, now, asked=message.number, status=status, language=ticket.language or language
        )
        await suggestions.supersede(connection, ticket, now)
        if reopened:
            await outcomes.reopened(connection, ticket)
            await events.record(connection, ticket.brand, ticket.id, "ticket_reopened", now)
        facts: dict[str, Fact] = {"message": message.id, "number": message.number, "channel": ticket.channel}
        await events.record(connection, ticket.brand, ticket.id, "message_received", now, **facts)
        await clocks.asked(connection, ticket, await self._policies.in_force(ticket.brand, connection), now)

    async def _start(self, connection: AsyncConnection, ticket: Ticket, now: datetime) -> Attempt:
        case, attempt = await cases.start(connection, ticket, now)
        await tickets.change(connection, ticket.id, now)
        await events.record(connection, ticket.brand, ticket.id, "case_started", now, case=case, attempt=attempt)
        said = await messages.of(connection, ticket.id, newest=HISTORY)
        turn = _turn(case, ticket, said, await tickets.tier(connection, ticket))
        return Attempt(case, ticket.id, ticket.asked, attempt, turn)

    async def _hold(self, connection: AsyncConnection, ticket_id: TicketId) -> Ticket:
        ticket = await tickets.hold(connection, ticket_id)
        if ticket is None:
            raise UnknownTicket(f"there is no ticket {ticket_id!r}")
        return ticket


def _new_ticket(incoming: Incoming, now: datetime) -> Ticket:
    return Ticket(
        id=TicketId(new("tic")),
        brand=incoming.brand,
        customer=incoming.customer,
        channel=incoming.channel,
        status="new",
        priority=Priority.P3,
        language=incoming.language,
        asked=0,
        settled=0,
        bot_silent=False,
        handed_over_at=None,
        created_at=now,
        updated_at=now,
    )


def _of_brand(ticket: Ticket | None, ticket_id: TicketId, brand: BrandId) -> Ticket:
    if ticket is None or ticket.brand != brand:
        raise UnknownTicket(f"brand {brand!r} has no ticket {ticket_id!r}: leave it out to open a new one")
    return ticket


def _turn(case: CaseId, ticket: Ticket, said: Sequence[Message], tier: str | None) -> Turn:
    """Return the customer's unanswered messages as one turn, and what was said before the first of them."""
    asked = [message for message in said if message.author == "customer" and message.number > ticket.settled]
    before = [message for message in said if message.number < asked[0].number and message.kind not in UNSAID]
    return Turn(
        case=case,
        brand=ticket.brand,
        text="\n\n".join(message.text for message in asked),
        history=tuple(Utterance(message.author, message.text) for message in before),
        channel=ticket.channel,
        language=ticket.language,
        ticket=ticket.id,
        customer=ticket.customer,
        already_handed_over=ticket.handed_over_at is not None,
        tier=tier,
    )
