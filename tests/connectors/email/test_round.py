"""Mail as it is set up by an operator: in from a real mailbox, through the worker, out by a real server."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

import settings
import worker
from connectors.connector import ConnectorError
from database.database import Database
from desk.cases import Concluded, Outgoing
from desk.desk import Desk
from desk.mails import Mails
from domain.ids import DEFAULT_BRAND, BrandId, CaseId, TicketId
from domain.turns import Turn
from services import mailing
from services.mailing import Mailing
from settings import Settings
from tests.connectors.email import dovecot
from tests.connectors.email.mails import mail
from tests.connectors.email.post import Post
from tests.desk.decisions import NOW, REPLY, answered, handed_over

LATER = NOW + timedelta(minutes=1)  # when a burst of mails counts as over


@pytest.fixture
def read(smtp: Post, imap: int, account: str) -> Settings:
    return settings.read(
        mail_address="Shop Help <help@shop.example>",
        mail_smtp=f"smtp://127.0.0.1:{smtp.port}",
        mail_imap=f"imap://127.0.0.1:{imap}",
        mail_user=account,
        mail_password=dovecot.PASSWORD,
    )


@pytest.fixture
def post_office(read: Settings, mails: Mails) -> Mailing:
    """Mail as set; the server that sends wants no name here, since it offers none."""
    return Mailing.of(read.model_copy(update={"mail_user": None}), mails, lambda: NOW)


async def reply(turn: Turn, note: worker.Note) -> Concluded:
    return Concluded(answered(turn), (Outgoing("reply", REPLY),))


def give_up(turn: Turn) -> Concluded:
    return Concluded(handed_over(turn), ())


async def test_a_mail_is_answered_by_mail(
    desk: Desk,
    mails: Mails,
    read: Settings,
    post_office: Mailing,
    imap: int,
    account: str,
    smtp: Post,
    database: Database,
) -> None:
    assert post_office.email is not None
    receiving = Mailing.of(read, mails, lambda: NOW)
    work = worker.Work(desk, reply, give_up, {"email": post_office.email}, lambda: LATER, fetch_mail=receiving.visit)
    await worker.fetch_mail(work)
    asked = mail("Where do I change my address?", subject="Address", Message_ID="<1@customer.example>")
    dovecot.put(imap, account, asked.as_bytes())

    await worker.fetch_mail(work)
    ticket = await only_ticket(database)
    await worker.handle_turn(work, ticket)
    await worker.deliver(work, (await desk.messages(ticket))[-1].id)

    (sent,) = smtp.mails
    assert (sent["To"], sent["Subject"]) == ("Anna Bauer <anna@customer.example>", "Re: Address")
    assert (sent["In-Reply-To"], sent["Auto-Submitted"]) == ("<1@customer.example>", "auto-replied")
    assert REPLY in next(sent.iter_parts()).get_content()


async def test_only_whose_mail_can_be_sent_is_asked_for_an_address(post_office: Mailing) -> None:
    turn = Turn(CaseId("case_1"), DEFAULT_BRAND, "A person, please.", unreachable=True)

    assert post_office.asking(turn).unreachable
    assert not post_office.asking(replace(turn, brand=BrandId("other"))).unreachable
    assert not Mailing().asking(turn).unreachable


async def test_the_doctor_signs_in_and_leaves_again(read: Settings, account: str, smtp: Post) -> None:
    nameless = read.model_copy(update={"mail_user": None})

    assert (await mailing.greet(nameless)).endswith("sends for Shop Help <help@shop.example>")
    assert await mailing.look(read) == f"0 mails in {account}@127.0.0.1/INBOX"
    with pytest.raises(ConnectorError, match="AUTH extension not supported"):
        await mailing.greet(read)
    with pytest.raises(ConnectorError, match="'Nowhere'"):
        await mailing.look(read.model_copy(update={"mail_sent": "Nowhere"}))


async def only_ticket(database: Database) -> TicketId:
    async with database.engine.connect() as connection:
        return TicketId((await connection.execute(text("SELECT id FROM tickets"))).scalar_one())
