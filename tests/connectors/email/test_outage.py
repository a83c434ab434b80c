"""A mail server that is away for hours: hardly asked, and nothing lost or sent twice when it is back."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

import worker
from connectors.circuit import Circuit
from connectors.email.intake import Intake
from connectors.email.sending import Email
from connectors.email.servers import Server
from database.database import Database
from database.tables import outbox
from desk.cases import Concluded
from desk.circuits import TRIAL, TRIP
from desk.desk import Desk
from desk.mails import Mails
from domain.ids import DEFAULT_BRAND, MessageId
from domain.turns import Turn
from tests.connectors.email.conftest import HELP
from tests.connectors.email.mails import mail
from tests.connectors.email.post import Post
from tests.desk.decisions import NOW
from worker import Note, Work

MAILS = 12
AWAY = timedelta(hours=2)


class Time:
    """A clock that the test moves."""

    at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def time() -> Time:
    return Time()


async def think(turn: Turn, note: Note) -> Concluded:
    raise AssertionError("nobody asks the bot here")


def give_up(turn: Turn) -> Concluded:
    raise AssertionError("nobody asks the bot here")


def sending(desk: Desk, mails: Mails, time: Time, port: int) -> Work:
    """Return the work of a process whose mail server is at a port."""
    server = Server.at(f"smtp://127.0.0.1:{port}", timeout_s=5)
    trying = Circuit(mails.circuits, "smtp://mail.example:587", time).trying
    email = Email(mails, DEFAULT_BRAND, HELP, server, time, trying=trying)
    return Work(desk, think, give_up, {"email": email}, time)


async def due(database: Database) -> tuple[datetime, list[MessageId]]:
    """Return when the next message is due, and which are then."""
    waits = outbox.c.state == "queued"
    async with database.engine.connect() as connection:
        at = (await connection.execute(select(func.min(outbox.c.next_attempt_at)).where(waits))).scalar_one()
        soon = select(outbox.c.message).where(waits, outbox.c.next_attempt_at <= (at or NOW) + timedelta(seconds=1))
        return at, [MessageId(one) for one in (await connection.execute(soon)).scalars()]


async def deliver_until(work: Work, database: Database, time: Time, end: datetime) -> None:
    """Deliver what is due, several at once as a worker does, until a time or until nothing waits."""
    while True:
        at, messages = await due(database)
        if not messages or at > end:
            return
        time.at = max(time.at, at + timedelta(seconds=1))
        await asyncio.gather(*(worker.deliver(work, message) for message in messages))


async def test_hours_without_a_mail_server_cost_a_few_tries_and_no_mail(
    intake: Intake, desk: Desk, mails: Mails, smtp: Post, database: Database, time: Time
) -> None:
    received = await intake.take(mail(Message_ID="<1@customer.example>").as_bytes())
    assert received is not None
    written = [await desk.write(received.ticket, f"Part {number}.", NOW) for number in range(MAILS)]

    await deliver_until(sending(desk, mails, time, port=9), database, time, NOW + AWAY)
    async with database.engine.connect() as connection:
        tries = (await connection.execute(select(func.sum(outbox.c.attempts)))).scalar_one()
    await deliver_until(sending(desk, mails, time, smtp.port), database, time, NOW + 2 * AWAY)

    names = [str(sent["Message-ID"]) for sent in smtp.mails]
    assert sorted(names) == sorted(f"<{message}@shop.example>" for message in written)
    assert TRIP <= tries <= 2 * MAILS  # each mail by itself would be tried five times
    assert time.at <= NOW + AWAY + timedelta(hours=1) + 4 * TRIAL
