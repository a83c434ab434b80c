"""Whatever customer, machine, bot and teammate do in whatever order: one reply a turn, never over a person's head."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.database import Database
from desk import loops
from desk.cases import Attempt, Outgoing
from desk.desk import Desk, Incoming
from desk.errors import SuggestionDecided
from desk.messages import Message
from desk.queue import Queue
from desk.staff import teammates
from desk.staff.teammates import Teammate
from desk.work.deciding import Suggestions
from domain.decisions import Decision
from domain.ids import DEFAULT_BRAND, TeammateId, TicketId
from domain.turns import Channel, Turn
from tests.desk.decisions import NOW, REPLY, answered, handed_over, suggested

INTERLEAVINGS = 1_000 if os.environ.get("PROVE") else 25
ANNA = TeammateId("tea_anna")
MACHINE = "I am out of the office and will read your message when I am back."
DECIDE: tuple[Callable[[Turn], Decision], ...] = (answered, answered, suggested, handed_over)
SECONDS = (0, 0.4, 3, 9, 70, 600, 73 * 3600, 16 * 86_400)
_numbers = count()

Act = tuple[str, int]
OFTEN = ("customer", "begin", "conclude", "turn", "loop", "machine")
SELDOM = ("write", "hand_back", "approve", "sweep", "abandon")
acts = st.tuples(st.sampled_from((*OFTEN, *OFTEN, *SELDOM)), st.integers(0, 7))
steps = st.tuples(st.sampled_from(SECONDS), st.lists(acts, min_size=1, max_size=3))


@dataclass
class World:
    """A ticket, those that it continues in, and what is under way in it."""

    desk: Desk
    suggestions: Suggestions
    channel: Channel
    style: str
    now: datetime = NOW
    tickets: list[TicketId] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)

    async def say(self, words: str, headers: dict[str, str] | None = None) -> None:
        ticket = self.tickets[-1] if self.tickets else None
        incoming = Incoming(DEFAULT_BRAND, words, self.channel, ticket, headers=headers or {})
        received = await self.desk.receive(incoming, self.now)
        if received.ticket not in self.tickets:
            self.tickets.append(received.ticket)

    async def customer(self, which: int) -> None:
        await self.say(f"And what about number {next(_numbers)}?")

    async def machine(self, which: int) -> None:
        """Answer whatever the bot said last, as this machine does."""
        said = await self.desk.messages(self.tickets[-1])
        if not said or said[-1].author != "bot":
            return
        if self.style == "headers":
            await self.say(f"Away {next(_numbers)}", {"Auto-Submitted": "auto-replied"})
        elif self.style == "echo":
            await self.say(f"> {said[-1].text}")
        elif self.style == "repeated":
            await self.say(MACHINE)
        else:
            self.now = said[-1].created_at + timedelta(seconds=0.5)
            await self.say(f"We have received your message, number {next(_numbers)}.")

    async def begin(self, which: int) -> None:
        attempt = await self.desk.begin(self.tickets[-1], self.now)
        if attempt is not None:
            self.attempts.append(attempt)

    async def conclude(self, which: int) -> None:
        if self.attempts:
            attempt = self.attempts[-1 - which % min(3, len(self.attempts))]
            await self.finish(attempt, DECIDE[which % len(DECIDE)](attempt.turn))

    async def finish(self, attempt: Attempt, decision: Decision) -> None:
        kind, text = (
            ("reply", REPLY) if decision.outcome == "answered" else ("notice", "A colleague will look into it.")
        )
        said = f"{text} ({attempt.number})"
        await self.desk.conclude(attempt, decision, (Outgoing(kind, said),), self.now)  # type: ignore[arg-type]

    async def turn(self, which: int) -> None:
        """Take what the customer waits for through the hub at one go."""
        attempt = await self.desk.begin(self.tickets[-1], self.now + timedelta(seconds=8))
        if attempt is not None:
            self.now += timedelta(seconds=8)
            await self.finish(attempt, DECIDE[which % len(DECIDE)](attempt.turn))

    async def loop(self, which: int) -> None:
        """Let bot and machine answer each other while they do."""
        for _ in range(which):
            await self.turn(0)
            await self.machine(0)

    async def abandon(self, which: int) -> None:
        if self.attempts:
            await self.desk.abandon(self.attempts[-1], self.now)

    async def write(self, which: int) -> None:
        await self.desk.write(self.tickets[-1], "This is Anna.", self.now)

    async def hand_back(self, which: int) -> None:
        await self.desk.hand_back(self.tickets[-1], self.now)

    async def approve(self, which: int) -> None:
        for suggestion in await self.suggestions.of(self.tickets[-1]):
            try:
                await self.suggestions.approve(DEFAULT_BRAND, suggestion.case, ANNA, self.now, timedelta())
            except SuggestionDecided:
                continue

    async def sweep(self, which: int) -> None:
        await self.desk.sweep(self.now)

    async def settle(self) -> None:
        """Let the bot come to the end of what there is to do."""
        self.now += timedelta(minutes=2)
        while (attempt := await self.desk.begin(self.tickets[-1], self.now)) is not None:
            await self.finish(attempt, answered(attempt.turn))


@given(
    channel=st.sampled_from(("chat", "email")),
    style=st.sampled_from(("headers", "echo", "repeated", "quick")),
    course=st.lists(steps, min_size=8, max_size=20),
)
@settings(max_examples=INTERLEAVINGS, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_in_any_order_a_turn_has_one_reply_and_nobody_is_talked_over(
    desk: Desk,
    database: Database,
    queue: Queue,
    channel: Channel,
    style: str,
    course: Sequence[tuple[float, Sequence[Act]]],
) -> None:
    await hire(database)
    world = World(desk, Suggestions(database.engine, queue), channel, style)
    await world.customer(0)

    for seconds, together in course:
        world.now += timedelta(seconds=seconds)
        await asyncio.gather(*(getattr(world, name)(which) for name, which in together))
    await world.settle()

    for ticket in world.tickets:
        said = await desk.messages(ticket)
        assert_one_reply_a_turn(said)
        await assert_nobody_is_talked_over(desk, ticket, said)
        assert rounds(said) <= loops.ROUNDS
    left = await desk.ticket(world.tickets[-1], DEFAULT_BRAND)
    assert not left.waiting


def assert_one_reply_a_turn(said: Sequence[Message]) -> None:
    replies = Counter(message.answers for message in said if message.kind == "reply" and message.answers is not None)
    assert all(times == 1 for times in replies.values())


async def assert_nobody_is_talked_over(desk: Desk, ticket: TicketId, said: Sequence[Message]) -> None:
    """Walk through what happened: the bot answers the newest message, and not while a person has the ticket."""
    known = {message.id: message for message in said}
    newest, taken_over = 0, False
    for event in await desk.events(ticket):
        if event.kind == "message_received" and "automatic" not in event.data:
            newest = int(event.data["number"] or 0)
        elif event.kind == "handed_back":
            taken_over = False
        elif event.kind == "message_written" and event.data["by"] == "teammate":
            taken_over = True
        elif event.kind == "message_written" and event.data["by"] == "bot":
            assert not taken_over
            assert known[event.data["message"]].answers == newest  # type: ignore[index]  # an id, whatever else facts are


def rounds(said: Sequence[Message]) -> int:
    """Return how often in a row the bot answered a machine to which nobody else said anything."""
    longest = run = 0
    for before, after in pairwise(said):
        mechanical = before.author == "customer" and not before.text.startswith("And what about")
        if mechanical and after.author == "bot":
            run += 1
            longest = max(longest, run)
        elif not (before.author == "bot" and after.author == "customer"):
            run = 0
    return longest


async def hire(database: Database) -> None:
    async with database.engine.begin() as connection:
        if not await teammates.of(connection, DEFAULT_BRAND):
            anna = Teammate(ANNA, DEFAULT_BRAND, "Anna", "anna@example.com", (), (), (), 5, "available", NOW, NOW)
            await teammates.add(connection, anna)
