"""Customers of the chat who have closed the window."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from agents import thanks
from connectors.chat import Chat
from connectors.connector import Undeliverable
from connectors.email.intake import Intake
from connectors.email.sending import ByMailToo, Email
from database.database import Database
from desk.attendance import Attendance
from desk.cases import Outgoing
from desk.desk import Desk, Incoming
from desk.mails import AWAY_AFTER, Mails
from desk.outbox import Delivery
from desk.queue import Queue
from domain.ids import DEFAULT_BRAND, CustomerId, TicketId
from prompts import policy as pages
from tests.connectors.email.mails import mail
from tests.connectors.email.post import Post
from tests.connectors.email.test_sending import answer, handed_over_chat
from tests.desk.decisions import NOW, suggested

MOST = pages.load().limits.mails.sent_a_day
ADDRESS = "Sure, it is Anna@Customer.example."


@pytest.fixture
def chat(desk: Desk, mails: Mails, email: Email) -> Chat:
    return Chat(desk, lambda: NOW, ByMailToo(mails, email, lambda: NOW))


@pytest.fixture
async def ticket(desk: Desk) -> TicketId:
    """A chat that was handed over."""
    return await handed_over_chat(desk, "I want a person.")


@pytest.fixture
def reading_desk(database: Database, queue: Queue) -> Desk:
    """A desk that tells mere addresses from questions."""
    return Desk(database.engine, queue, reads=thanks.heard)


async def suggested_chat(desk: Desk) -> TicketId:
    """Return a chat whose customer waits for a teammate to look at a suggested reply."""
    ticket = (await desk.receive(Incoming(DEFAULT_BRAND, "How do I pay?", "chat"), NOW)).ticket
    attempt = await desk.begin(ticket, NOW)
    assert attempt is not None
    await desk.conclude(attempt, suggested(attempt.turn), (Outgoing("notice", "A colleague looks."),), NOW)
    return ticket


async def shown(desk: Desk, ticket: TicketId) -> list[str]:
    return [row.data["text"] for row in await desk.rows(ticket) if row.kind == "reply"]


async def test_who_left_no_address_is_asked_for_one_once(desk: Desk) -> None:
    asked = (await desk.receive(Incoming(DEFAULT_BRAND, "I want a person.", "chat"), NOW)).ticket
    before = await desk.begin(asked, NOW)
    ticket = await handed_over_chat(desk, "I want a person, please.")
    await desk.receive(Incoming(DEFAULT_BRAND, "Hello?", "chat", ticket), NOW)
    after = await desk.begin(ticket, NOW)

    assert before is not None
    assert after is not None
    assert (before.turn.unreachable, after.turn.unreachable) == (True, False)


async def test_who_waits_for_a_suggestion_to_be_looked_at_is_asked_once_too(desk: Desk) -> None:
    ticket = await suggested_chat(desk)
    await desk.receive(Incoming(DEFAULT_BRAND, "Hello?", "chat", ticket), NOW)
    after = await desk.begin(ticket, NOW)

    assert after is not None
    assert not after.turn.unreachable


@pytest.mark.parametrize("waits_for", ["a teammate", "a suggestion"])
async def test_a_mere_address_is_kept_and_changes_nothing_else(
    reading_desk: Desk, mails: Mails, database: Database, waits_for: str
) -> None:
    desk = reading_desk
    ticket = await (
        suggested_chat(desk) if waits_for == "a suggestion" else handed_over_chat(desk, "A person, please.")
    )
    clocks = await desk.clocks(ticket)

    await desk.receive(Incoming(DEFAULT_BRAND, ADDRESS, "chat", ticket), NOW)

    assert await desk.begin(ticket, NOW) is None
    assert await desk.clocks(ticket) == clocks
    assert (await desk.messages(ticket))[-1].text == pages.load().speak("en").address_kept
    async with database.engine.connect() as connection:
        states = [row.state for row in await connection.execute(text("SELECT state FROM suggestions"))]
    assert states == (["waiting"] if waits_for == "a suggestion" else [])
    answered = await desk.write(ticket, "We have fixed it.", NOW)
    envelope = await mails.envelope(answered, "example.com")
    assert envelope is not None
    assert envelope.address == "anna@customer.example"


async def test_an_address_that_nobody_waits_to_hear_is_a_message_like_any_other(reading_desk: Desk) -> None:
    received = await reading_desk.receive(Incoming(DEFAULT_BRAND, ADDRESS, "chat"), NOW)

    assert await reading_desk.begin(received.ticket, NOW) is not None


async def test_who_can_be_reached_is_not_asked(desk: Desk, mails: Mails, intake: Intake) -> None:
    received = await intake.take(mail().as_bytes())
    assert received is not None
    by_mail = await desk.begin(received.ticket, NOW + timedelta(minutes=1))

    assert by_mail is not None
    assert not by_mail.turn.unreachable


async def test_a_teammates_answer_goes_out_by_mail_too_when_the_window_is_closed(
    desk: Desk, mails: Mails, chat: Chat, ticket: TicketId, smtp: Post
) -> None:
    assert await mails.told(ticket, ADDRESS, NOW)
    delivery = await answer(desk, ticket, "We have fixed it.")

    for _ in range(2):
        await chat.send(delivery)

    assert await shown(desk, ticket) == ["We have fixed it."]
    assert [sent["To"] for sent in smtp.mails] == ["anna@customer.example"]


async def test_whoever_has_the_window_open_gets_no_mail(
    desk: Desk, mails: Mails, chat: Chat, ticket: TicketId, smtp: Post, database: Database
) -> None:
    await mails.told(ticket, ADDRESS, NOW)
    attendance = Attendance(database.engine, lambda: NOW)

    async with attendance.watching(ticket):
        await chat.send(await answer(desk, ticket, "One."))
    await chat.send(await answer(desk, ticket, "Two."))

    assert await shown(desk, ticket) == ["One.", "Two."]
    assert len(smtp.taken) == 1


async def test_a_window_whose_process_died_counts_as_closed(
    desk: Desk, mails: Mails, chat: Chat, ticket: TicketId, smtp: Post, database: Database
) -> None:
    await mails.told(ticket, ADDRESS, NOW)
    long_ago = Attendance(database.engine, lambda: NOW - AWAY_AFTER)

    async with long_ago.watching(ticket):
        await chat.send(await answer(desk, ticket, "One."))

    assert len(smtp.taken) == 1


async def test_windows_of_dead_processes_are_cleared_away(ticket: TicketId, database: Database) -> None:
    async with Attendance(database.engine, lambda: NOW - timedelta(days=2)).watching(ticket):
        async with Attendance(database.engine, lambda: NOW).watching(ticket):
            pass
        async with database.engine.connect() as connection:
            left = (await connection.execute(text("SELECT count(*) FROM watchers"))).scalar_one()

    assert left == 0


async def test_their_answer_by_mail_goes_on_in_the_chat(
    desk: Desk, mails: Mails, chat: Chat, ticket: TicketId, smtp: Post, intake: Intake
) -> None:
    await mails.told(ticket, ADDRESS, NOW)
    await chat.send(await answer(desk, ticket, "We have fixed it."))
    ours = smtp.mails[0]["Message-ID"]

    received = await intake.take(mail("It still fails, on every page.", In_Reply_To=ours).as_bytes())
    await desk.hand_back(ticket, NOW)
    written = await answer(desk, ticket, "Look again.")
    await chat.send(Delivery(**{**vars(written), "author": "bot"}))

    assert received is not None
    assert received.ticket == ticket
    assert smtp.mails[1]["In-Reply-To"] is not None


async def test_what_the_bot_writes_into_a_chat_is_not_mailed(
    desk: Desk, mails: Mails, chat: Chat, ticket: TicketId, smtp: Post
) -> None:
    await mails.told(ticket, ADDRESS, NOW)
    written = await answer(desk, ticket, "By the bot.")

    await chat.send(Delivery(**{**vars(written), "author": "bot"}))

    assert smtp.taken == []


@pytest.mark.parametrize("words", ["No, thanks.", "a@a.example or b@b.example", "mail@", "it is x@localhost"])
async def test_only_an_address_is_kept(words: str, mails: Mails, ticket: TicketId) -> None:
    assert not await mails.told(ticket, words, NOW)


async def test_an_address_in_a_question_is_not_where_to_answer(desk: Desk, mails: Mails) -> None:
    words = "Why does my.brother@b.example get no mail?"
    ticket = (await desk.receive(Incoming(DEFAULT_BRAND, words, "chat"), NOW)).ticket

    assert not await mails.told(ticket, words, NOW)


async def test_a_known_address_is_not_changed_by_the_chat(desk: Desk, mails: Mails, ticket: TicketId) -> None:
    assert await mails.told(ticket, ADDRESS, NOW)

    assert not await mails.told(ticket, "eve@e.example", NOW)


async def test_an_unproven_address_makes_nobody_somebody_else(
    desk: Desk, mails: Mails, ticket: TicketId, intake: Intake
) -> None:
    received = await intake.take(mail().as_bytes())
    assert received is not None

    await mails.told(ticket, ADDRESS, NOW)

    theirs = (await desk.ticket(received.ticket, DEFAULT_BRAND)).customer
    claimed = (await desk.ticket(ticket, DEFAULT_BRAND)).customer
    assert theirs != claimed != CustomerId("")


async def test_an_address_that_somebody_told_gets_so_many_mails_in_a_day_from_however_many_chats(
    desk: Desk, mails: Mails, chat: Chat, smtp: Post
) -> None:
    for number in range(MOST + 2):
        ticket = await handed_over_chat(desk, f"I want a person, {number}.")
        await mails.told(ticket, ADDRESS, NOW)
        delivery = await answer(desk, ticket)
        if number < MOST:
            await chat.send(delivery)
        else:
            with pytest.raises(Undeliverable, match=f"sent {MOST} mails within a day"):
                await chat.send(delivery)

    assert len(smtp.taken) == MOST
