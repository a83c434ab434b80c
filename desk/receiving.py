"""Receiving: a customer's message into its ticket or into a new one, and what that starts.

What a machine wrote starts nothing and reopens nothing. Neither do mere thanks, nor a mere address of somebody who
waits for a person; that it is solved solves the ticket.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from desk import alerts, brands, events, inbox, loops, mailing, messages, moves, outbox, solving, stream, tickets
from desk.events import Fact
from desk.inbox import Origin
from desk.loops import Sign
from desk.messages import Message
from desk.queue import Queue
from desk.tickets import DONE, Ticket
from desk.timing import clocks
from desk.work import outcomes, suggestions
from domain.ids import BrandId, CustomerId, MessageId, TicketId, new
from domain.policy import Policy
from domain.triage import Priority
from domain.turns import LIVE, Channel

Courtesy = Literal["thanks", "solved", "address"]
Reads = Callable[[str], Courtesy | None]
LOOKED_BACK = 40  # messages


@dataclass(frozen=True)
class Incoming:
    """A customer's message as a channel hands it in; without a ticket it opens one. Mail brings its headers.

    What names its `origin` is received once, however often it is handed in within a day.
    """

    brand: BrandId
    text: str
    channel: Channel
    ticket: TicketId | None = None
    customer: CustomerId | None = None
    language: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    origin: Origin | None = None


@dataclass(frozen=True)
class Received:
    """Where a customer's message was stored: in another ticket than it named where that one is closed or merged.

    `automatic` says that a machine wrote it, and that nobody answers.
    """

    ticket: TicketId
    message: MessageId
    automatic: bool = False


@dataclass(frozen=True)
class Arrival:
    """A stored message, its ticket as it was before, and what was said there."""

    ticket: Ticket
    said: Sequence[Message]
    message: Message
    policy: Policy
    now: datetime


async def receive(
    connection: AsyncConnection, queue: Queue, incoming: Incoming, policy: Policy, reads: Reads, now: datetime
) -> Received:
    """Store a customer's message and start what it starts; `reads` tells thanks from what wants an answer.

    Raises UnknownBrand, or UnknownTicket when the brand has no such ticket.
    """
    origin = incoming.origin
    if origin and not await inbox.claim(connection, origin, now, inbox.A_DAY):
        return await _earlier(connection, origin)
    ticket = await _place(connection, incoming, policy, now)
    said = await messages.of(connection, ticket.id, LOOKED_BACK)
    sign = loops.headed(incoming.headers) or loops.heard(incoming.text, ticket.channel, said, now)
    sign = sign or await loops.too_many(connection, ticket, policy.limits.mails.answered_a_day, now)
    message = await messages.add(
        connection, ticket.id, "customer", "text", incoming.text, now, automatic=sign is not None
    )
    arrival = Arrival(ticket, said, message, policy, now)
    courtesy = reads(incoming.text) if sign is None and _spoke_last(said) else None
    if sign:
        await _set_aside(connection, arrival, sign)
    elif courtesy == "address" and await _waits(connection, ticket, said):
        await _be_told(connection, queue, arrival)
    elif courtesy in ("thanks", "solved") and _answered(said):
        await _be_thanked(connection, arrival, courtesy)
    else:
        await _take_in(connection, queue, arrival, incoming.language)
    if origin:
        await inbox.became(connection, origin, message.id)
    return Received(ticket.id, message.id, sign is not None)


async def _earlier(connection: AsyncConnection, origin: Origin) -> Received:
    """Return where a message was stored when it came first."""
    stored = await inbox.stored(connection, origin)
    return Received(stored.ticket, stored.id, stored.automatic)


async def _place(connection: AsyncConnection, incoming: Incoming, policy: Policy, now: datetime) -> Ticket:
    """Return the ticket that a message belongs to, held: the one it names, what that was merged into, or a new one."""
    await brands.require(connection, incoming.brand)
    if incoming.ticket is None:
        return await _open(connection, incoming, now)
    ticket = await tickets.hold_of_brand(connection, incoming.brand, incoming.ticket, tickets.OPEN_ANOTHER)
    while ticket.merged_into is not None:
        ticket = await tickets.hold_of_brand(connection, incoming.brand, ticket.merged_into, tickets.OPEN_ANOTHER)
    if ticket.status in DONE and await _is_over(connection, ticket, policy, now):
        return await _open(connection, incoming, now, ticket)
    return ticket


async def _is_over(connection: AsyncConnection, ticket: Ticket, policy: Policy, now: datetime) -> bool:
    """Say whether nothing goes on in a ticket that is done: it was for long, or what was said there is erased."""
    ended = ticket.solved_at or ticket.updated_at
    late = now - ended > timedelta(days=policy.waits.close_days)
    return late or await events.happened(connection, ticket.id, "ticket_erased")


async def _open(connection: AsyncConnection, incoming: Incoming, now: datetime, before: Ticket | None = None) -> Ticket:
    """Open a ticket, where there was one `before` as what continues it."""
    ticket = Ticket(
        id=TicketId(new("tic")),
        brand=incoming.brand,
        customer=incoming.customer or (before.customer if before else None),
        channel=incoming.channel,
        status="new",
        priority=Priority.P3,
        language=incoming.language or (before.language if before else None),
        asked=0,
        settled=0,
        bot_silent=False,
        handed_over_at=None,
        created_at=now,
        updated_at=now,
        continues=before.id if before else None,
    )
    await tickets.add(connection, ticket)
    await outcomes.opened(connection, ticket)
    facts: dict[str, Fact] = {"channel": ticket.channel, **({"continues": before.id} if before else {})}
    await events.record(connection, ticket.brand, ticket.id, "ticket_opened", now, **facts)
    return ticket


def _answered(said: Sequence[Message]) -> bool:
    """Say whether the last word was ours, and an answer."""
    last = _last(said)
    return last is not None and last.kind == "reply"


def _spoke_last(said: Sequence[Message]) -> bool:
    last = _last(said)
    return last is not None and last.author != "customer"


def _last(said: Sequence[Message]) -> Message | None:
    return next((one for one in reversed(said) if one.kind != "note" and not one.automatic), None)


async def _waits(connection: AsyncConnection, ticket: Ticket, said: Sequence[Message]) -> bool:
    """Say whether the bot had the last word, and it was that a person looks into it."""
    last = _last(said)
    by_bot = last is not None and last.author == "bot" and not ticket.bot_silent
    return by_bot and await mailing.waits_for_a_person(connection, ticket)


async def _note(connection: AsyncConnection, arrival: Arrival, **facts: Fact) -> None:
    ticket, message = arrival.ticket, arrival.message
    known: dict[str, Fact] = {"message": message.id, "number": message.number, "channel": ticket.channel}
    await events.record(connection, ticket.brand, ticket.id, "message_received", arrival.now, **known, **facts)


async def _set_aside(connection: AsyncConnection, arrival: Arrival, sign: Sign) -> None:
    """Keep what a machine wrote; a ticket that it would open is dropped, and a mere suspicion is told to people."""
    ticket, now = arrival.ticket, arrival.now
    await _note(connection, arrival, automatic=sign)
    if not arrival.said:
        await moves.drop(connection, ticket, "spam", arrival.policy, "desk", now)
    if sign in loops.SUSPICIONS:
        await alerts.tell(connection, ticket.brand, ticket.id, "unanswered", alerts.COORDINATION, now)


async def _be_thanked(connection: AsyncConnection, arrival: Arrival, courtesy: Courtesy) -> None:
    """Take thanks for an answer as what they are: nobody writes back, and the ticket goes on waiting or is solved."""
    ticket, number = arrival.ticket, arrival.message.number
    await tickets.change(connection, ticket.id, arrival.now, asked=number, settled=number)
    await _note(connection, arrival)
    if courtesy == "solved" and ticket.status not in DONE:
        by_bot = await solving.by_bot(connection, ticket, "confirmed")
        await solving.solve(connection, ticket, arrival.policy, "customer", arrival.now, by_bot)


async def _be_told(connection: AsyncConnection, queue: Queue, arrival: Arrival) -> None:
    """Keep where somebody can be reached who waits for a person, and say so; what they wait for stays as it is."""
    ticket, number, now = arrival.ticket, arrival.message.number, arrival.now
    await tickets.change(connection, ticket.id, now, asked=number, settled=number)
    await _note(connection, arrival)
    address = mailing.told(arrival.message.text)
    if address is None:
        return
    await mailing.reach(connection, ticket, address, now)
    if kept := arrival.policy.speak(ticket.language or arrival.policy.languages[0]).address_kept:
        message = await messages.add(connection, ticket.id, "bot", "notice", kept, now)
        await outbox.put(connection, queue, ticket, message, now)


async def _take_in(connection: AsyncConnection, queue: Queue, arrival: Arrival, language: str | None) -> None:
    """Let the bot, or whoever has the ticket, answer a message; a case that is under way ends for it."""
    ticket, now = arrival.ticket, arrival.now
    live, reopened = ticket.channel in LIVE, ticket.status in DONE
    silent = ticket.bot_silent and not ticket.spam
    again: dict[str, object] = {"spam": False, "solved_at": None, "bot_silent": silent} if reopened else {}
    await tickets.change(
        connection,
        ticket.id,
        now,
        asked=arrival.message.number,
        status="open" if reopened or ticket.status == "pending" else ticket.status,
        language=ticket.language or language,
        begin_at=None if live else now + timedelta(seconds=arrival.policy.waits.burst_seconds),
        assume_at=None,
        **again,
    )
    await suggestions.supersede(connection, ticket, now)
    if reopened:
        await outcomes.reopened(connection, ticket)
        await events.record(connection, ticket.brand, ticket.id, "ticket_reopened", now, by="customer")
    await _note(connection, arrival)
    await clocks.asked(connection, ticket, arrival.policy, now)
    await stream.ring(connection, ticket.id)
    if live and not silent:
        await queue.defer(connection, "handle_turn", lock=ticket.id, ticket=ticket.id)
