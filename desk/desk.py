"""The desk's door: receive a message, work on a turn, conclude it, deliver what was said, and watch all that.

Every method is one transaction and takes the time from its caller. Whoever changes a ticket holds its row, so what is
said here about order and "once" holds across processes.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from desk import (
    brands,
    cases,
    conclusions,
    events,
    keys,
    mailing,
    messages,
    outbox,
    receiving,
    replying,
    solving,
    stream,
    tickets,
    undelivered,
)
from desk.brands import Brand
from desk.cases import Attempt, Outgoing
from desk.errors import UnknownTicket
from desk.keys import KeyRecord
from desk.messages import Message
from desk.outbox import Delivery, Failure
from desk.policies import Policies
from desk.queue import Queue
from desk.reading import Reading
from desk.receiving import Courtesy, Incoming, Reads, Received
from desk.sweeping import Sweeping
from desk.tickets import DONE, Ticket
from desk.work import suggestions
from domain.decisions import Decision
from domain.ids import BrandId, CaseId, MessageId, TicketId
from domain.turns import Turn, Utterance

__all__ = ["Desk", "Incoming", "Received"]

HISTORY = 60


def _nothing(text: str) -> Courtesy | None:
    """Take every message for one that wants an answer: the default of whoever reads them."""
    return None


class Desk(Reading):
    """A support desk on one database.

    `policies` say how long customers may wait, `reads` tells mere thanks from what wants an answer.
    """

    def __init__(
        self, engine: AsyncEngine, queue: Queue, policies: Policies | None = None, reads: Reads = _nothing
    ) -> None:
        super().__init__(engine, queue.conninfo)
        self._queue = queue
        self._policies = policies or Policies(engine)
        self._reads = reads
        self._sweeping = Sweeping(engine, queue, self._policies)

    async def receive(self, incoming: Incoming, now: datetime) -> Received:
        """Store a customer's message and queue its turn, at once in the chat and elsewhere after a burst.

        Raises UnknownBrand, or UnknownTicket when the brand has no such ticket.
        """
        async with self._engine.begin() as connection:
            policy = await self._policies.in_force(incoming.brand, connection)
            return await receiving.receive(connection, self._queue, incoming, policy, self._reads, now)

    async def begin(self, ticket_id: TicketId, now: datetime) -> Attempt | None:
        """Start a case about everything the customer waits for, None when that is nothing, or more may be coming.

        A case that an earlier attempt left running has died with its worker; it counts.
        """
        async with self._engine.begin() as connection:
            ticket = await tickets.hold(connection, ticket_id)
            if ticket is None:
                return None
            for dead in await cases.bury(connection, ticket.id, now):
                await events.record(connection, ticket.brand, ticket.id, "case_died", now, case=dead)
            more = ticket.begin_at is not None and ticket.begin_at > now
            return await self._start(connection, ticket, now) if ticket.waiting and not more else None

    async def note(self, attempt: Attempt, status: str, now: datetime) -> None:
        """Tell the ticket's watchers what a running case is doing."""
        async with self._single.connect() as connection:
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
            if not ticket.waits_for(attempt.number):
                await conclusions.supersede(connection, ticket, attempt, decision, now)
                return False
            await conclusions.decide(connection, self._queue, ticket, attempt, decision, outgoing, now)
            policy = await self._policies.in_force(ticket.brand, connection)
            await conclusions.settle(connection, ticket, attempt, decision, policy, now)
            return True

    async def abandon(self, attempt: Attempt, now: datetime) -> None:
        """End a case that was stopped under way, since nobody waits for it any more."""
        async with self._engine.begin() as connection:
            ticket = await tickets.hold(connection, attempt.ticket)
            if ticket is not None:
                await conclusions.stop(connection, ticket, attempt, now)

    async def confirm(self, ticket_id: TicketId, brand: BrandId, now: datetime) -> None:
        """Take the customer's word that a ticket is solved; of one that is done already, nothing changes.

        Raises UnknownTicket.
        """
        async with self._engine.begin() as connection:
            ticket = await tickets.hold_of_brand(connection, brand, ticket_id)
            if ticket.status not in DONE:
                await tickets.change(connection, ticket.id, now, settled=ticket.asked)
                await suggestions.supersede(connection, ticket, now)
                by_bot = await solving.by_bot(connection, ticket, "confirmed")
                policy = await self._policies.in_force(brand, connection)
                await solving.solve(connection, ticket, policy, "customer", now, by_bot)

    async def write(self, ticket_id: TicketId, text: str, now: datetime) -> MessageId:
        """Send a teammate's message; the bot is silent in this ticket until it is handed back.

        Raises UnknownTicket.
        """
        async with self._engine.begin() as connection:
            ticket = await self._hold(connection, ticket_id)
            policy = await self._policies.in_force(ticket.brand, connection)
            message = await replying.reply(connection, self._queue, ticket, text, policy, now)
        return message.id

    async def hand_back(self, ticket_id: TicketId, now: datetime) -> None:
        """Let the bot answer what the customer writes from now on.

        Raises UnknownTicket.
        """
        async with self._engine.begin() as connection:
            ticket = await self._hold(connection, ticket_id)
            await replying.hand_back(connection, ticket, now)

    async def outgoing(self, message: MessageId) -> Delivery | None:
        """Return a message that still has to be sent, None when it was or cannot be."""
        async with self._single.connect() as connection:
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

    async def unsent(self, delivery: Delivery, failure: Failure, now: datetime) -> None:
        """Note that a message could not be sent; it is tried again, later each time, and in the end given up.

        What is not tried again is told to people.
        """
        async with self._engine.begin() as connection:
            ticket = await tickets.hold(connection, delivery.ticket)
            cause = await outbox.mark_unsent(connection, delivery, failure, now)
            if ticket and cause:
                policy = await self._policies.in_force(ticket.brand, connection)
                await undelivered.tell(connection, ticket, delivery.message, cause, policy, now)

    async def show(self, delivery: Delivery, now: datetime) -> None:
        """Put a message into its ticket's stream, once."""
        async with self._engine.begin() as connection:
            await tickets.hold(connection, delivery.ticket)
            await stream.add_message(connection, delivery, now)

    async def sweep(self, now: datetime) -> None:
        """Do whatever is due by itself, and take up whatever fell down."""
        await self._sweeping.sweep(now)

    async def add_brand(self, brand: BrandId, name: str, now: datetime) -> Brand:
        """Add a brand.

        Raises BrandRefused when there is one of this id, or the id does not fit into an address.
        """
        added = Brand(brand, name, now)
        async with self._engine.begin() as connection:
            await brands.add(connection, added)
        return added

    async def check_key(self, secret: str, now: datetime) -> KeyRecord | None:
        """Return the key of a secret, None when it is unknown, expired or revoked."""
        async with self._engine.begin() as connection:
            return await keys.check(connection, secret, now)

    async def _start(self, connection: AsyncConnection, ticket: Ticket, now: datetime) -> Attempt:
        case, attempt = await cases.start(connection, ticket, now)
        await tickets.change(connection, ticket.id, now, begin_at=None)
        await events.record(connection, ticket.brand, ticket.id, "case_started", now, case=case, attempt=attempt)
        said = await messages.talk(connection, ticket.id, HISTORY)
        turn = _turn(case, ticket, said, await tickets.tier(connection, ticket))
        asking = replace(turn, unreachable=await mailing.unreachable(connection, ticket))
        return Attempt(case, ticket.id, ticket.asked, attempt, asking)

    async def _hold(self, connection: AsyncConnection, ticket_id: TicketId) -> Ticket:
        ticket = await tickets.hold(connection, ticket_id)
        if ticket is None:
            raise UnknownTicket(f"there is no ticket {ticket_id!r}")
        return ticket


def _turn(case: CaseId, ticket: Ticket, said: Sequence[Message], tier: str | None) -> Turn:
    """Return the customer's unanswered messages as one turn, and what was said before the first of them."""
    asked = [message for message in said if message.author == "customer" and message.number > ticket.settled]
    before = [message for message in said if message.number < asked[0].number]
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
