"""Which articles are found for what customers ask."""

from datetime import timedelta

from database.database import Database
from desk import asked
from desk.cases import Outgoing
from desk.desk import Desk, Incoming
from domain.ids import DEFAULT_BRAND, BrandId
from tests.desk.decisions import NOW, REPLY, answered


async def test_every_decided_turn_counts_once_for_each_article_found_for_it(desk: Desk, database: Database) -> None:
    for minute in (2, 1):
        then = NOW + timedelta(minutes=minute)
        received = await desk.receive(Incoming(DEFAULT_BRAND, "How do I change my address?", "chat"), then)
        attempt = await desk.begin(received.ticket, then)
        assert attempt is not None
        await desk.conclude(attempt, answered(attempt.turn), (Outgoing("reply", REPLY),), then)
    undecided = await desk.receive(Incoming(DEFAULT_BRAND, "And my name?", "chat"), NOW)
    await desk.begin(undecided.ticket, NOW)

    async with database.engine.connect() as connection:
        uses = await asked.uses(connection, DEFAULT_BRAND)
        nobody = await asked.uses(connection, BrandId("acme"))

    assert uses is not None
    assert uses.times == (NOW + timedelta(minutes=1), NOW + timedelta(minutes=2))
    assert uses.of == {"profile": 2}
    assert nobody is None
