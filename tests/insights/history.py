"""Nine tickets of one desk over four weeks, written by hand, with everything that the KPIs count.

The period that the tests look at is 2 to 15 March 2026; the two tickets of February lie in the period before.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.knowledge import articles
from desk import events, tickets
from desk.events import Kind
from desk.staff import shifts, teammates
from desk.staff.teammates import Teammate
from desk.tickets import Ticket
from desk.work import outcomes
from domain.ids import DEFAULT_BRAND, BrandId, CustomerId, TeammateId, TicketId
from domain.triage import Priority
from insights.kpi import Period

ANNA, BEN = TeammateId("tea_anna"), TeammateId("tea_ben")
WEEK = timedelta(days=7)


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


PERIOD = Period(at(3, 2), at(3, 16))


@dataclass(frozen=True)
class Story:
    """Writes down what happens to tickets, in events and in the ledger, as the desk does."""

    connection: AsyncConnection
    brand: BrandId = DEFAULT_BRAND

    async def opened(self, name: str, when: datetime, customer: str) -> Ticket:
        ticket = Ticket(
            TicketId(f"tic_{name}"), self.brand, CustomerId(customer), "email", "new", Priority.P3, "en",
            asked=1, settled=0, bot_silent=False, handed_over_at=None, created_at=when, updated_at=when,
        )  # fmt: skip
        await tickets.add(self.connection, ticket)
        await outcomes.opened(self.connection, ticket)
        await self.tell(ticket, "ticket_opened", when, channel="email")
        await outcomes.understood(self.connection, ticket, "billing", WEEK, when)
        return ticket

    async def tell(self, ticket: Ticket | None, kind: Kind, when: datetime, **data: events.Fact) -> None:
        await events.record(self.connection, self.brand, ticket.id if ticket else None, kind, when, **data)

    async def bot_replied(self, ticket: Ticket, when: datetime, *cited: str, cost: float = 0.0) -> None:
        case = f"cas_{ticket.id}"
        spent: dict[str, events.Fact] = {"model_calls": 1, "prompt_tokens": 500, "completion_tokens": 50, "cost": cost}
        decided: dict[str, events.Fact] = {"attempt": 1, "outcome": "answered", "engine": "scripted"}
        await self.tell(ticket, "case_decided", when, case=case, **decided, **spent)
        await self.tell(ticket, "message_written", when, message="msg_1", by="bot", case=case)
        await self.tell(ticket, "message_delivered", when, message="msg_1", channel="chat")
        for article in cited:
            await self.tell(ticket, "citation_shown", when, message="msg_1", article=article)
        await outcomes.replied(self.connection, ticket, "bot", when)

    async def replied(self, ticket: Ticket, when: datetime, by: TeammateId) -> None:
        await self.tell(ticket, "message_written", when, message="msg_2", by=by)
        await self.tell(ticket, "message_delivered", when, message="msg_2", channel="email")
        await outcomes.replied(self.connection, ticket, "teammate", when)

    async def handed_over(self, ticket: Ticket, when: datetime) -> None:
        await self.tell(ticket, "handed_over", when, by="bot", reason="knowledge_missing")
        await outcomes.handed_over(self.connection, ticket, "knowledge_missing")

    async def solved(self, ticket: Ticket, when: datetime, by: str, by_bot: outcomes.Sureness | None = None) -> None:
        await self.tell(ticket, "ticket_solved", when, by=by)
        await outcomes.solved(self.connection, ticket, when, by_bot)

    async def reopened(self, ticket: Ticket, when: datetime) -> None:
        await self.tell(ticket, "ticket_reopened", when)
        await outcomes.reopened(self.connection, ticket)


async def write(connection: AsyncConnection) -> None:
    """Write the whole history."""
    story = Story(connection)
    await people(story)
    await february(story)
    await march(story)
    await knowledge(story)


async def people(story: Story) -> None:
    """Two teammates: 6 paid hours from 2 March on, half an hour of them a break, and one hour more before midnight."""
    for teammate, name in ((ANNA, "Anna"), (BEN, "Ben")):
        row = Teammate(teammate, story.brand, name, f"{name}@example.com", (), (), (), 5, "away", at(1, 1), at(1, 1))
        await teammates.add(story.connection, row)
    moves: list[tuple[Kind, datetime, TeammateId]] = [
        ("shift_started", at(3, 1, 23), BEN),
        ("shift_ended", at(3, 2, 1), BEN),
        ("shift_started", at(3, 4, 8), ANNA),
        ("shift_ended", at(3, 4, 8, 30), ANNA),
        ("shift_started", at(3, 6, 9), ANNA),
        ("break_started", at(3, 6, 10), ANNA),
        ("break_ended", at(3, 6, 10, 30), ANNA),
        ("shift_ended", at(3, 6, 13), ANNA),
        ("shift_started", at(3, 9, 9), BEN),
        ("shift_ended", at(3, 9, 10), BEN),
    ]
    for kind, when, who in moves:
        await story.tell(None, kind, when, by=who)
    for who, starts, ends, planned in (
        (ANNA, at(3, 4, 8), at(3, 4, 8, 30), None),
        (ANNA, at(3, 6, 9), at(3, 6, 13), 3),
        (BEN, at(3, 9, 9), at(3, 9, 10), 2),
    ):
        await shifts.add(story.connection, who, starts, ends, planned)


async def february(story: Story) -> None:
    """One ticket that the bot ended, and one that Anna solved and that comes back in March."""
    one = await story.opened("1", at(2, 20, 9), "c1")
    await story.bot_replied(one, at(2, 20, 10))
    await story.solved(one, at(2, 23, 10), "desk", "assumed")
    two = await story.opened("2", at(2, 25, 9), "c2")
    await story.handed_over(two, at(2, 25, 9))
    await story.replied(two, at(2, 25, 13), ANNA)
    await story.solved(two, at(2, 27, 9), ANNA)
    await story.reopened(two, at(3, 3, 9))
    await story.tell(two, "ticket_left", at(3, 4, 8, 10), by=ANNA, seconds=300)
    await story.solved(two, at(3, 4, 8, 20), ANNA)


async def march(story: Story) -> None:
    """Seven tickets: two that the bot ended, one it seemed to, two with people, one left open, one spam."""
    three = await story.opened("3", at(3, 2, 9), "c3")
    await story.bot_replied(three, at(3, 2, 9, 1), "a1", cost=0.05)
    await story.solved(three, at(3, 2, 10), "customer", "confirmed")
    await story.tell(three, "csat_given", at(3, 2, 11), mark=5)
    four = await story.opened("4", at(3, 2, 10), "c4")
    await story.bot_replied(four, at(3, 2, 10, 1), "a1", "a2", cost=0.15)
    await story.solved(four, at(3, 5, 10, 1), "desk", "assumed")
    five = await story.opened("5", at(3, 6, 9), "c4")
    await story.handed_over(five, at(3, 6, 9))
    await story.replied(five, at(3, 6, 11), ANNA)
    await story.tell(five, "ticket_left", at(3, 6, 11, 1), by=ANNA, seconds=600)
    await story.tell(five, "wrapped_up", at(3, 6, 11, 2), by=ANNA, seconds=60)
    await story.solved(five, at(3, 6, 12), ANNA)
    await story.tell(five, "csat_given", at(3, 6, 13), mark=2)
    await story.tell(five, "csat_given", at(3, 6, 14), mark=4)
    six = await story.opened("6", at(3, 9, 9), "c6")
    await story.replied(six, at(3, 9, 9, 30), BEN)
    await story.tell(six, "ticket_left", at(3, 9, 9, 40), by=BEN, seconds=540)
    await story.tell(six, "team_changed", at(3, 9, 9, 41), before="support", after="engineering", by=BEN)
    seven = await story.opened("7", at(3, 10, 9), "c7")
    await story.bot_replied(seven, at(3, 10, 9, 1), "a2")
    await story.tell(seven, "article_voted", at(3, 10, 9, 5), article="a2", up=False)
    await story.solved(seven, at(3, 13, 9, 1), "desk", "assumed")
    await story.tell(seven, "csat_given", at(3, 13, 10), mark=1)
    await story.opened("8", at(3, 15, 9), "c8")
    nine = await story.opened("9", at(3, 15, 10), "c9")
    await story.tell(nine, "ticket_dropped", at(3, 15, 10), by=BEN, how="spam")


async def knowledge(story: Story) -> None:
    """Two public articles, an internal one, and four searches."""
    for name, edited, reviewed, visibility in (
        ("a1", at(1, 15), at(3, 6), "public"),
        ("a2", at(2, 14), None, "public"),
        ("a3", at(1, 1), None, "internal"),
    ):
        row = {
            "brand": story.brand, "id": name, "title": name, "body": "", "updated_at": edited, "visibility": visibility,
            "language": "en", "tags": [], "hash": b"", "version": 1, "passages": 0, "sequence": int(name[1]),
            "stored_at": at(1, 1), "reviewed_at": reviewed,
        }  # fmt: skip
        await story.connection.execute(insert(articles).values(row))
    for number, by in ((1, "customer"), (2, "customer"), (3, "teammate"), (4, "customer")):
        await story.tell(None, "search_made", at(3, 5, number), search=f"s{number}", by=by, shown=3)
    await story.tell(None, "search_opened", at(3, 5, 1, 1), search="s1", article="a1")
    await story.tell(None, "search_given_up", at(3, 5, 2, 1), search="s2")
    await story.tell(None, "search_answered", at(3, 5, 3, 1), search="s3")
