"""Messages of ours as mails, through a real server."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from connectors.circuit import Circuit
from connectors.connector import ConnectorError, LeftAlone, Postponed, Uncertain, Undeliverable
from connectors.email import sending, servers
from connectors.email.intake import Intake
from connectors.email.mailbox import Mailbox
from connectors.email.sending import Email
from connectors.email.servers import Server
from desk.cases import Outgoing
from desk.circuits import TRIP
from desk.deliveries import Asked, Deliveries
from desk.desk import Desk, Incoming
from desk.mails import Mails, Returned
from desk.outbox import Delivery
from domain.ids import DEFAULT_BRAND, TicketId
from tests.connectors.email import dovecot
from tests.connectors.email.conftest import HELP
from tests.connectors.email.mails import mail
from tests.connectors.email.post import Post
from tests.desk import decisions
from tests.desk.decisions import NOW

ANSWER = "Hello Anna,\n\n1. Open **Settings**.\n2. Press Reset & wait.\n\nSee <https://help.example/reset>"


async def asked(intake: Intake, **headers: str) -> TicketId:
    received = await intake.take(mail(Message_ID="<1@customer.example>", **headers).as_bytes())
    assert received is not None
    return received.ticket


async def handed_over_chat(desk: Desk, words: str) -> TicketId:
    """Return a chat whose bot has given it to people."""
    ticket = (await desk.receive(Incoming(DEFAULT_BRAND, words, "chat"), NOW)).ticket
    attempt = await desk.begin(ticket, NOW)
    assert attempt is not None
    await desk.conclude(attempt, decisions.handed_over(attempt.turn), (Outgoing("notice", "A colleague comes."),), NOW)
    return ticket


async def answer(desk: Desk, ticket: TicketId, text: str = ANSWER) -> Delivery:
    delivery = await desk.outgoing(await desk.write(ticket, text, NOW))
    assert delivery is not None
    return delivery


async def test_an_answer_arrives_as_text_and_html_in_its_thread(
    intake: Intake, desk: Desk, email: Email, smtp: Post
) -> None:
    delivery = await answer(desk, await asked(intake))

    await email.send(delivery)

    (sent,) = smtp.mails
    assert (sent["From"], sent["To"]) == ("Shop Help <help@shop.example>", "Anna Bauer <anna@customer.example>")
    assert (sent["Subject"], sent["Message-ID"]) == ("Re: Reset", f"<{delivery.message}@shop.example>")
    assert (sent["In-Reply-To"], sent["References"]) == ("<1@customer.example>",) * 2
    assert sent["Auto-Submitted"] is None
    plain, rich = (part.get_content() for part in sent.iter_parts())
    assert plain.splitlines() == ANSWER.splitlines()
    assert "<li>Press Reset &amp; wait.</li>" in rich
    assert '<a href="https://help.example/reset">' in rich


async def test_a_later_answer_names_all_the_mails_before_it(
    intake: Intake, desk: Desk, email: Email, smtp: Post
) -> None:
    ticket = await asked(intake)
    first = await answer(desk, ticket)
    await email.send(first)
    ours = smtp.mails[0]["Message-ID"]
    await intake.take(mail("Thanks, and now?", Message_ID="<2@customer.example>", In_Reply_To=ours).as_bytes())

    await email.send(await answer(desk, ticket))

    assert smtp.mails[1]["In-Reply-To"] == "<2@customer.example>"
    assert smtp.mails[1]["References"].split() == ["<1@customer.example>", ours, "<2@customer.example>"]


async def test_what_the_bot_writes_says_that_a_machine_wrote_it(
    intake: Intake, desk: Desk, email: Email, smtp: Post
) -> None:
    delivery = await answer(desk, await asked(intake))

    await email.send(Delivery(**{**vars(delivery), "author": "bot"}))

    assert (smtp.mails[0]["Auto-Submitted"], smtp.mails[0]["X-Auto-Response-Suppress"]) == ("auto-replied", "All")


async def test_a_mail_that_was_sent_is_not_sent_again(intake: Intake, desk: Desk, email: Email, smtp: Post) -> None:
    delivery = await answer(desk, await asked(intake))

    await email.send(delivery)
    await email.send(delivery)

    assert len(smtp.taken) == 1


@pytest.mark.parametrize("refusal", ["451 try again later", "530 sign in first", "550 5.7.1 no relaying"])
async def test_a_server_that_cannot_now_is_tried_again(
    refusal: str, intake: Intake, desk: Desk, email: Email, smtp: Post
) -> None:
    delivery = await answer(desk, await asked(intake))
    smtp.refuses = refusal
    with pytest.raises(ConnectorError, match=re.escape(refusal)) as refused:
        await email.send(delivery)
    smtp.refuses = None

    await email.send(delivery)

    assert refused.value.fate == "later"
    assert len(smtp.taken) == 1


@pytest.mark.parametrize(
    ("refusal", "wait"),
    [
        ("451 4.7.1 Greylisted, please try again in 300 seconds", timedelta(seconds=300)),
        ("450 4.2.0 Greylisted for 5 minutes", timedelta(minutes=5)),
        ("451 try again after 1 hour", timedelta(hours=1)),
        ("450 busy, retry in 90s", timedelta(seconds=90)),
        ("450 mailbox in use", None),
        ("452 4.2.2 over quota, 120 mails in 3 months folder", None),
    ],
)
async def test_a_server_that_says_how_long_to_wait_is_left_alone_so_long_and_counts_as_working(
    refusal: str, wait: timedelta | None, intake: Intake, desk: Desk, email: Email, smtp: Post
) -> None:
    delivery = await answer(desk, await asked(intake))
    smtp.refuses = refusal

    with pytest.raises(Postponed) as refused:
        await email.send(delivery)

    assert (refused.value.wait, refused.value.works) == (wait, True)


async def test_a_mail_of_unknown_fate_goes_out_once_more_when_a_person_says_so(
    intake: Intake, desk: Desk, deliveries: Deliveries, email: Email, smtp: Post
) -> None:
    delivery = await answer(desk, await asked(intake))
    smtp.hangs_up = True
    with pytest.raises(Uncertain) as in_doubt:
        await email.send(delivery)
    await desk.unsent(delivery, in_doubt.value.failure, NOW)
    smtp.hangs_up = False

    await deliveries.replay(DEFAULT_BRAND, delivery.message, None, NOW)
    for _ in range(2):
        await email.send(delivery)

    assert len(smtp.taken) == 2
    assert len({sent["Message-ID"] for sent in smtp.mails}) == 1


async def test_a_mail_that_came_back_goes_out_once_more_when_a_person_says_so(
    intake: Intake, desk: Desk, mails: Mails, deliveries: Deliveries, email: Email, smtp: Post
) -> None:
    delivery = await answer(desk, await asked(intake))
    await email.send(delivery)
    await desk.sent(delivery.message, NOW)
    ours = (f"{delivery.message}@shop.example",)
    await mails.returned(Returned(DEFAULT_BRAND, "b1", ours, True, "anna@customer.example", "mailbox full"), NOW)
    (back,) = await deliveries.page(Asked(DEFAULT_BRAND, "failed"))

    await deliveries.replay(DEFAULT_BRAND, delivery.message, None, NOW)
    await email.send(delivery)

    assert (back.standing.cause, back.standing.error) == ("returned", "mailbox full")
    assert len(smtp.taken) == 2


async def test_in_an_outage_a_few_mails_are_tried_and_all_go_out_when_it_is_over(
    intake: Intake, desk: Desk, mails: Mails, smtp: Post
) -> None:
    circuit = Circuit(mails.circuits, "smtp://shop.example", lambda: NOW)
    server = Server.at("smtp://127.0.0.1:9", timeout_s=1)
    away = Email(mails, DEFAULT_BRAND, HELP, server, lambda: NOW, trying=circuit.trying)
    back = Email(mails, DEFAULT_BRAND, HELP, Server.at(f"smtp://127.0.0.1:{smtp.port}"), lambda: NOW)
    ticket = await asked(intake)
    waiting = [await answer(desk, ticket) for _ in range(TRIP + 3)]
    failed = []
    for delivery in waiting:
        with pytest.raises(ConnectorError) as error:
            await away.send(delivery)
        failed.append(type(error.value))

    for delivery in waiting:
        await back.send(delivery)

    assert failed == [ConnectorError] * TRIP + [LeftAlone] * 3
    assert len(smtp.taken) == TRIP + 3


async def test_an_address_that_does_not_exist_is_told_to_people(
    intake: Intake, desk: Desk, email: Email, smtp: Post
) -> None:
    delivery = await answer(desk, await asked(intake))
    smtp.refuses = "550 no such user"

    with pytest.raises(Undeliverable, match=r"'anna@customer\.example': 550 no such user"):
        await email.send(delivery)


async def test_a_customer_without_an_address_is_told_to_people(desk: Desk, email: Email, smtp: Post) -> None:
    received = await desk.receive(Incoming(DEFAULT_BRAND, "How?", "email"), NOW)

    with pytest.raises(Undeliverable, match="nobody knows an address"):
        await email.send(await answer(desk, received.ticket))

    assert smtp.taken == []


async def test_a_server_that_is_not_there_is_tried_again(intake: Intake, desk: Desk, mails: Mails) -> None:
    nowhere = Email(mails, DEFAULT_BRAND, HELP, Server.at("smtp://127.0.0.1:9", timeout_s=1), lambda: NOW)

    with pytest.raises(ConnectorError, match=r"smtp://127\.0\.0\.1:9") as refused:
        await nowhere.send(await answer(desk, await asked(intake)))

    assert refused.value.fate == "later"


async def test_an_unknown_result_goes_to_a_person_where_nobody_can_look(
    intake: Intake, desk: Desk, email: Email, smtp: Post
) -> None:
    delivery = await answer(desk, await asked(intake))
    smtp.hangs_up = True

    for _ in range(2):
        with pytest.raises(Uncertain, match="the mail may have gone out"):
            await email.send(delivery)

    assert email.sends == "blind"
    assert len(smtp.taken) == 1


@pytest.mark.parametrize("arrived", [True, False])
async def test_an_unknown_result_is_looked_up_among_what_was_sent(
    arrived: bool,
    intake: Intake,
    desk: Desk,
    mails: Mails,
    smtp: Post,
    imap: int,
    mailbox: Callable[..., Mailbox],
    account: str,
) -> None:
    server = Server.at(f"smtp://127.0.0.1:{smtp.port}")
    email = Email(mails, DEFAULT_BRAND, HELP, server, lambda: NOW, mailbox("Sent"))
    delivery = await answer(desk, await asked(intake))
    smtp.hangs_up = True
    with pytest.raises(ConnectorError, match="looked up before the next try"):
        await email.send(delivery)
    kept = smtp.taken[0] if arrived else mail().as_bytes()
    dovecot.put(imap, account, kept, "Sent")
    smtp.hangs_up = False

    await email.send(delivery)

    assert email.sends == "findable"
    assert len(smtp.taken) == (1 if arrived else 2)
    assert len({sent["Message-ID"] for sent in smtp.mails}) == 1


async def test_nothing_is_sent_in_the_open_beyond_this_machine(monkeypatch: pytest.MonkeyPatch, smtp: Post) -> None:
    monkeypatch.setattr(servers, "LOOPBACK", ())

    with pytest.raises(ConnectorError, match="offers no STARTTLS"):
        await asyncio.to_thread(sending.submit, Server.at(f"smtp://127.0.0.1:{smtp.port}"), mail(), HELP.addr_spec)


async def test_a_subject_or_a_name_cannot_add_headers(intake: Intake, desk: Desk, email: Email, smtp: Post) -> None:
    raw = b"From: =?utf-8?q?Anna=0D=0ABcc=3A_x=40y=2Eexample?= <anna@customer.example>\r\n"
    raw += b"Subject: =?utf-8?q?Hi=0D=0ABcc=3A_x=40y=2Eexample?=\r\n\r\nHow do I reset it?"
    received = await intake.take(raw)
    assert received is not None

    await email.send(await answer(desk, received.ticket))

    assert smtp.mails[0]["Bcc"] is None
    assert smtp.mails[0]["Subject"] == "Re: Hi Bcc: x@y.example"


async def test_a_chat_is_mailed_under_its_first_words(
    intake: Intake, desk: Desk, mails: Mails, email: Email, smtp: Post
) -> None:
    ticket = await handed_over_chat(desk, "How do I reset my phone?")
    await mails.told(ticket, "It is anna@customer.example, thanks", NOW)

    await email.send(await answer(desk, ticket))

    assert smtp.mails[0]["Subject"] == "Re: How do I reset my phone?"
