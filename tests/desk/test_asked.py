"""Which articles are found for what customers ask."""

from datetime import datetime, timedelta

from database.database import Database
from desk import asked
from desk.cases import Outgoing
from desk.desk import Desk, Incoming
from domain.ids import DEFAULT_BRAND, BrandId, TicketId
from tests.desk.decisions import NOW, REPLY, answered


async def answer(desk: Desk, ticket: TicketId, now: datetime) -> None:
    attempt = await desk.begin(ticket, now)
    assert attempt is not None
    await desk.conclude(attempt, answered(attempt.turn), (Outgoing("reply", REPLY),), now)


async def test_every_decided_turn_counts_once_for_each_article_found_for_it(desk: Desk, database: Database) -> None:
    for minute in (2, 1):
        then = NOW + timedelta(minutes=minute)
        received = await desk.receive(Incoming(DEFAULT_BRAND, "How do I change my address?", "chat"), then)
        await answer(desk, received.ticket, then)
    undecided = await desk.receive(Incoming(DEFAULT_BRAND, "And my name?", "chat"), NOW)
    await desk.begin(undecided.ticket, NOW)

    async with database.engine.connect() as connection:
        uses = await asked.uses(connection, DEFAULT_BRAND)
        nobody = await asked.uses(connection, BrandId("acme"))

    assert uses is not None
    assert uses.times == (NOW + timedelta(minutes=1), NOW + timedelta(minutes=2))
    assert uses.of == {"profile": 2}
    assert nobody is None


async def test_asks_come_back_the_newest_first_with_what_was_said_before(desk: Desk, database: Database) -> None:
    opened = await desk.receive(Incoming(DEFAULT_BRAND, "How do I change my address?", "chat"), NOW)
    await answer(desk, opened.ticket, NOW)
    later = NOW + timedelta(minutes=2)
    await desk.receive(Incoming(DEFAULT_BRAND, "And my name?", "chat", opened.ticket), later)
    await answer(desk, opened.ticket, later)

    async with database.engine.connect() as connection:
        newest, first = await asked.questions(connection, DEFAULT_BRAND, 10)
        one = await asked.questions(connection, DEFAULT_BRAND, 1)

    assert [it.query.text for it in (newest, first)] == ["And my name?", "How do I change my address?"]
    assert [said.text for said in newest.query.history] == ["How do I change my address?", REPLY]
    assert first.query.history == ()
    assert one == [newest]
