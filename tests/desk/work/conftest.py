"""A suggestion that waits, and people to decide on it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from database.database import Database
from desk.desk import Desk, Incoming
from desk.queue import Queue
from desk.staff import teammates
from desk.staff.teammates import Teammate
from desk.work.deciding import Suggestions
from desk.work.suggestions import Suggestion
from domain.ids import DEFAULT_BRAND, BrandId, CustomerId, TeammateId, TicketId
from tests.desk.decisions import NOW, suggested

ANNA, BEN = TeammateId("tea_anna"), TeammateId("tea_ben")
Suggest = Callable[..., Awaitable[Suggestion]]


@pytest.fixture
def suggestions(database: Database, queue: Queue) -> Suggestions:
    """The door to suggestions."""
    return Suggestions(database.engine, queue)


@pytest.fixture
async def people(database: Database) -> None:
    """Anna and Ben, who work for the default brand."""
    async with database.engine.begin() as connection:
        for teammate, name in ((ANNA, "Anna"), (BEN, "Ben")):
            email = f"{name.lower()}@example.com"
            row = Teammate(teammate, DEFAULT_BRAND, name, email, (), (), ("en",), 5, "available", NOW, NOW)
            await teammates.add(connection, row)


@pytest.fixture
def suggest(desk: Desk, suggestions: Suggestions, people: None) -> Suggest:
    """What makes a customer write and the bot suggest a reply."""

    async def made(
        words: str = "How do I change my address?", ticket: TicketId | None = None, brand: BrandId = DEFAULT_BRAND
    ) -> Suggestion:
        incoming = Incoming(brand, words, "email", ticket, customer=CustomerId("c1"))
        received = await desk.receive(incoming, NOW)
        attempt = await desk.begin(received.ticket, NOW + timedelta(seconds=8))
        assert attempt is not None
        assert await desk.conclude(attempt, suggested(attempt.turn), (), NOW + timedelta(seconds=9))
        return await suggestions.find(brand, attempt.case)

    return made
