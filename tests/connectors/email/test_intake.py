"""Mails on their way into tickets."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from connectors.email.intake import Intake
from connectors.email.mailbox import Mailbox, MailboxError
from connectors.email.servers import Server
from database.database import Database
from desk import attachments
from desk.desk import Desk
from desk.mails import Mails
from desk.tickets import Ticket
from domain.ids import DEFAULT_BRAND, TicketId
from prompts import policy as pages
from tests.connectors.email import dovecot
from tests.connectors.email.mails import bounce, mail
from tests.desk.decisions import NOW


async def take(intake: Intake, raw: bytes) -> TicketId:
    received = await intake.take(raw)
    assert received is not None
    return received.ticket


async def the(desk: Desk, ticket: TicketId) -> Ticket:
    return await desk.ticket(ticket, DEFAULT_BRAND)


async def said(desk: Desk, ticket: TicketId) -> list[str]:
    return [message.text for message in await desk.messages(ticket)]


async def count(database: Database) -> int:
    async with database.engine.connect() as connection:
        counted: int = (await connection.execute(text("SELECT count(*) FROM tickets"))).scalar_one()
    return counted


async def test_a_mail_opens_a_ticket_of_its_sender(intake: Intake, desk: Desk) -> None:
    ticket = await take(intake, mail(subject="Re: Reset").as_bytes())

    opened = await the(desk, ticket)
    assert (opened.channel, opened.subject) == ("email", "Reset")
    assert opened.customer is not None
    assert opened.waiting


async def test_a_mail_that_comes_twice_is_taken_once(intake: Intake, desk: Desk, database: Database) -> None:
    raw = mail(Message_ID="<1@customer.example>").as_bytes()

    taken = await asyncio.gather(*(intake.take(raw) for _ in range(5)))

    assert sum(one is not None for one in taken) == 1
    assert await count(database) == 1


async def test_an_answer_joins_the_ticket_of_what_it_answers(intake: Intake, desk: Desk) -> None:
    ticket = await take(intake, mail(Message_ID="<1@customer.example>").as_bytes())
    ours = await desk.write(ticket, "Press Reset.", NOW)
    again = mail("Which one?\n\nOn 3 May 2026, Help wrote:\n> Press Reset.", In_Reply_To=f"<{ours}@shop.example>")
    before_any_answer = mail("Hello?", References="<0@elsewhere.example> <1@customer.example>")

    tickets = [await take(intake, made.as_bytes()) for made in (again, before_any_answer)]

    assert tickets == [ticket, ticket]
    assert await said(desk, ticket) == ["How do I reset it?", "Press Reset.", "Which one?", "Hello?"]


async def test_the_same_person_is_one_customer(intake: Intake, desk: Desk) -> None:
    first = await take(intake, mail("First question, the long one, about exporting?").as_bytes())
    second = await take(intake, mail("Another matter.", sender="ANNA@customer.example").as_bytes())

    assert first != second
    assert (await the(desk, first)).customer == (await the(desk, second)).customer


async def test_a_stranger_who_knows_the_thread_is_no_part_of_it(intake: Intake, desk: Desk) -> None:
    ticket = await take(intake, mail(Message_ID="<1@customer.example>").as_bytes())

    other = await take(intake, mail("Me too!", sender="eve@e.example", References="<1@customer.example>").as_bytes())

    assert other != ticket
    assert (await the(desk, other)).customer != (await the(desk, ticket)).customer


async def test_another_brands_thread_is_no_thread(intake: Intake, desk: Desk, mails: Mails) -> None:
    other = await desk.add_brand(DEFAULT_BRAND.__class__("other"), "Other", NOW)
    theirs = Intake(mails, other.id, "help@other.example", lambda: NOW)
    ticket = await take(theirs, mail(Message_ID="<1@customer.example>").as_bytes())

    again = await take(intake, mail(In_Reply_To="<1@customer.example>").as_bytes())

    assert again != ticket
    assert (await the(desk, again)).brand == DEFAULT_BRAND


@pytest.mark.parametrize(
    ("subject", "words", "expected"),
    [
        ("How do I export?", "I have tried for an hour and found nothing in the menus that would do it.", "How do I"),
        ("My order is broken", "See subject", "My order is broken\n\nSee subject"),
        ("Order", "I have tried for an hour and found nothing in the menus that would do it.", "I have tried"),
        ("Export", "", "Export"),
    ],
)
async def test_a_question_may_stand_in_the_subject(
    subject: str, words: str, expected: str, intake: Intake, desk: Desk
) -> None:
    ticket = await take(intake, mail(words, subject=subject).as_bytes())

    assert (await said(desk, ticket))[0].startswith(expected)


async def test_files_are_kept_and_a_refused_one_is_told(intake: Intake, desk: Desk, database: Database) -> None:
    made = mail("See the picture, it shows what happens.")
    made.add_attachment(b"\x89PNG\r\n\x1a\n...", maintype="image", subtype="png", filename="shot.png")
    made.add_attachment(b"MZ\x90\x00\x03", maintype="application", subtype="octet-stream", filename="shot.exe")

    ticket = await take(intake, made.as_bytes())

    async with database.engine.connect() as connection:
        assert [file.name for file in await attachments.of(connection, ticket)] == ["shot.png"]
    noted = (await desk.messages(ticket))[-1]
    assert (noted.kind, noted.text.startswith("A file of this mail was not kept, 'shot.exe'")) == ("note", True)


async def test_an_automatic_answer_is_kept_and_starts_nothing(intake: Intake, desk: Desk) -> None:
    ticket = await take(intake, mail(Message_ID="<1@customer.example>").as_bytes())
    ours = await desk.write(ticket, "Press Reset.", NOW)

    away = mail("I am away.", subject="Automatic reply: Reset", In_Reply_To=f"<{ours}@shop.example>")
    same = await take(intake, away.as_bytes())

    assert same == ticket
    assert (await desk.messages(ticket))[-1].automatic
    assert not (await the(desk, ticket)).waiting


async def test_a_mail_of_ours_that_came_back_opens_its_ticket_and_is_told(intake: Intake, desk: Desk) -> None:
    ticket = await take(intake, mail().as_bytes())
    ours = await desk.write(ticket, "Press Reset.", NOW)
    await desk.sent(ours, NOW)

    for _ in range(2):
        assert await intake.take(bounce(f"{ours}@shop.example")) is None

    kinds = [event.kind for event in await desk.events(ticket)]
    assert (await the(desk, ticket)).status == "open"
    assert (await said(desk, ticket))[-1].startswith("A mail to anna@customer.example came back")
    assert [kinds.count(kind) for kind in ("delivery_failed", "alert_raised")] == [1, 1]


@pytest.mark.parametrize("of", ["msg_00000000000000000000000000000000@shop.example", "x@elsewhere.example"])
async def test_a_report_about_no_mail_of_ours_changes_nothing(of: str, intake: Intake, database: Database) -> None:
    assert await intake.take(bounce(of)) is None

    assert await count(database) == 0


async def test_our_own_mails_are_no_questions(intake: Intake, database: Database) -> None:
    assert await intake.take(mail(sender="Help@Shop.example").as_bytes()) is None

    assert await count(database) == 0


async def test_two_machines_that_write_to_each_other_stop(intake: Intake, desk: Desk) -> None:
    ticket = await take(intake, mail("Your mail has arrived and will be read soon.").as_bytes())
    ours = await desk.write(ticket, "We have your mail and will answer it soon.", NOW)

    echo = mail("We have your mail and will answer it soon.", In_Reply_To=f"<{ours}@shop.example>")
    await take(intake, echo.as_bytes())

    assert (await desk.messages(ticket))[-1].automatic


async def test_what_was_there_before_the_desk_stays_where_it_is(
    intake: Intake, mailbox: Callable[..., Mailbox], imap: int, account: str, database: Database
) -> None:
    dovecot.put(imap, account, mail("Old.").as_bytes())
    await intake.visit(mailbox())
    dovecot.put(imap, account, mail("New.").as_bytes())

    counts = [await intake.visit(mailbox()) for _ in range(2)]

    assert counts == [1, 0]
    assert await count(database) == 1


async def test_a_visit_that_breaks_off_goes_on_where_it_was(
    mails: Mails, mailbox: Callable[..., Mailbox], imap: int, account: str, database: Database
) -> None:
    class Breaking(Intake):
        left = 3

        async def take(self, raw: bytes, delivery: str | None = None) -> None:
            await super().take(raw)
            self.left -= 1
            if not self.left:
                raise RuntimeError("killed between the mail and the mark")

    breaking = Breaking(mails, DEFAULT_BRAND, "help@shop.example", lambda: NOW)
    await breaking.visit(mailbox())
    for number in range(7):
        dovecot.put(imap, account, mail(f"Question {number}?", sender=f"c{number}@c.example").as_bytes())
    with pytest.raises(RuntimeError):
        await breaking.visit(mailbox())

    await Intake(mails, DEFAULT_BRAND, "help@shop.example", lambda: NOW).visit(mailbox())

    assert await count(database) == 7


async def test_a_mailbox_that_is_numbered_anew_brings_nothing_twice(
    intake: Intake, mails: Mails, mailbox: Callable[..., Mailbox], imap: int, account: str
) -> None:
    await intake.visit(mailbox())
    dovecot.put(imap, account, mail("One.").as_bytes())
    await intake.visit(mailbox())
    mark = await mails.mark(mailbox().name)
    assert mark is not None

    await mails.read_up_to(mailbox().name, type(mark)(mark.validity - 1, 999, mark.read_at - timedelta(days=1)))
    dovecot.put(imap, account, mail("Two.", sender="ben@b.example").as_bytes())
    await intake.visit(mailbox())

    assert await intake.visit(mailbox()) == 0
    assert (await mails.mark(mailbox().name)) == type(mark)(mark.validity, mark.uid + 1, NOW)


async def test_a_mailbox_that_cannot_be_opened_says_so(mailbox: Callable[..., Mailbox]) -> None:
    with pytest.raises(MailboxError, match="'Nowhere'"):
        await mailbox("Nowhere").check()
    with pytest.raises(MailboxError, match=r"imap://127\.0\.0\.1:9"):
        await Mailbox(Server.at("imap://127.0.0.1:9", timeout_s=1)).check()


async def test_mails_that_claim_to_come_from_somebody_are_answered_so_many_times_a_day(mails: Mails) -> None:
    answered = pages.load().limits.mails.answered_a_day
    clock = [NOW + timedelta(minutes=10 * number) for number in range(answered + 3)]
    clock.append(clock[0] + timedelta(days=1, minutes=30))
    taken = []

    for number, now in enumerate(clock):
        forged = mail(f"Question {number}?", Message_ID=f"<{number}@forged.example>").as_bytes()
        received = await Intake(mails, DEFAULT_BRAND, "help@shop.example", lambda at=now: at).take(forged)  # type: ignore[misc]
        assert received is not None
        taken.append(received.automatic)

    assert taken == [*[False] * answered, True, True, True, False]
