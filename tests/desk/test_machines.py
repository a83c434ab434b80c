"""Messages that start nothing: what machines write, and thanks."""

from datetime import timedelta

import pytest

from agents import thanks
from database.database import Database
from desk import alerts
from desk.cases import Outgoing
from desk.desk import Desk, Incoming
from desk.loops import AT_MOST
from desk.queue import Queue
from desk.work import outcomes
from domain.ids import DEFAULT_BRAND, TicketId
from domain.turns import Channel
from tests.desk.decisions import NOW, REPLY, answered

MINUTE = timedelta(minutes=1)
QUESTION = "How do I change my address?"


@pytest.fixture
def desk(database: Database, queue: Queue) -> Desk:
    """A desk that tells thanks from questions."""
    return Desk(database.engine, queue, reads=thanks.heard)


async def answered_ticket(desk: Desk, channel: Channel = "chat") -> TicketId:
    """Return a ticket whose question the bot has answered."""
    received = await desk.receive(Incoming(DEFAULT_BRAND, QUESTION, channel), NOW)
    attempt = await desk.begin(received.ticket, NOW + MINUTE)
    assert attempt is not None
    assert await desk.conclude(attempt, answered(attempt.turn), (Outgoing("reply", REPLY),), NOW + MINUTE)
    return received.ticket


async def kinds(desk: Desk, ticket: TicketId) -> list[str]:
    return [event.kind for event in await desk.events(ticket)]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X-Auto-Response-Suppress": "All"},
        {"List-Id": "<news.example.com>"},
        {"return-path": "<>"},
    ],
    ids=str,
)
async def test_what_a_machine_wrote_is_kept_and_starts_nothing(desk: Desk, headers: dict[str, str]) -> None:
    ticket = await answered_ticket(desk, "email")
    before = await desk.ticket(ticket, DEFAULT_BRAND)
    clocks = await desk.clocks(ticket)

    away = Incoming(DEFAULT_BRAND, "I am away.", "email", ticket, headers=headers)
    received = await desk.receive(away, NOW + 10 * MINUTE)

    after = await desk.ticket(ticket, DEFAULT_BRAND)
    assert received.automatic
    assert (await desk.messages(ticket))[-1].automatic
    assert (after.status, after.asked, after.waiting) == (before.status, before.asked, False)
    assert await desk.clocks(ticket) == clocks


async def test_a_person_says_so_in_headers_too(desk: Desk) -> None:
    headers = {"Auto-Submitted": "no", "Subject": "Bulk order"}

    received = await desk.receive(Incoming(DEFAULT_BRAND, QUESTION, "email", headers=headers), NOW)

    assert not received.automatic


async def test_spam_opens_no_work(desk: Desk) -> None:
    received = await desk.receive(Incoming(DEFAULT_BRAND, "Win a prize", "email", headers={"X-Spam-Flag": "YES"}), NOW)

    ticket = await desk.ticket(received.ticket, DEFAULT_BRAND)
    assert (ticket.status, ticket.spam, await desk.count_open()) == ("closed", True, 0)
    assert await desk.clocks(received.ticket) == []
    dropped = [event.data for event in await desk.events(received.ticket) if event.kind == "ticket_dropped"]
    assert dropped == [{"how": "spam", "by": "desk"}]


async def test_our_own_words_coming_back_are_no_question(desk: Desk) -> None:
    ticket = await answered_ticket(desk)

    received = await desk.receive(Incoming(DEFAULT_BRAND, f"> {REPLY.upper()}", "chat", ticket), NOW + 5 * MINUTE)

    assert received.automatic


async def test_nobody_writes_so_much_and_a_person_hears_of_it_once(desk: Desk, database: Database) -> None:
    received = await desk.receive(Incoming(DEFAULT_BRAND, QUESTION, "chat"), NOW)

    flood = [
        await desk.receive(Incoming(DEFAULT_BRAND, f"Number {number}", "chat", received.ticket), NOW)
        for number in range(AT_MOST + 3)
    ]

    assert [one.automatic for one in flood].count(True) == 4
    async with database.engine.connect() as connection:
        told = [(alert.cause, alert.told) for alert in await alerts.of(connection, received.ticket)]
    assert told == [("unanswered", "coordination")]
    attempt = await desk.begin(received.ticket, NOW)
    assert attempt is not None
    assert attempt.turn.text.endswith(f"Number {AT_MOST - 2}")


async def test_nobody_writes_back_to_thanks(desk: Desk) -> None:
    ticket = await answered_ticket(desk)

    await desk.receive(Incoming(DEFAULT_BRAND, "Thank you!", "chat", ticket), NOW + 5 * MINUTE)

    after = await desk.ticket(ticket, DEFAULT_BRAND)
    assert (after.status, after.waiting) == ("pending", False)
    assert "ticket_solved" not in await kinds(desk, ticket)


@pytest.mark.parametrize("door", ["words", "button"])
async def test_the_customers_word_solves_a_ticket_and_a_thank_you_after_it_reopens_nothing(
    desk: Desk, database: Database, door: str
) -> None:
    ticket = await answered_ticket(desk)

    if door == "words":
        await desk.receive(Incoming(DEFAULT_BRAND, "Thanks, that solved it!", "chat", ticket), NOW + 5 * MINUTE)
    else:
        await desk.confirm(ticket, DEFAULT_BRAND, NOW + 5 * MINUTE)
    await desk.confirm(ticket, DEFAULT_BRAND, NOW + 6 * MINUTE)
    if door == "button":
        await desk.receive(Incoming(DEFAULT_BRAND, "Thanks!", "chat", ticket), NOW + 7 * MINUTE)

    async with database.engine.connect() as connection:
        ledger = await outcomes.of(connection, ticket)
    assert ledger is not None
    assert (ledger.answered_by_bot, ledger.solved_at, ledger.reopened) == ("confirmed", NOW + 5 * MINUTE, 0)
    solved = [event.data for event in await desk.events(ticket) if event.kind == "ticket_solved"]
    assert solved == [{"by": "customer"}]
