"""Teammates at a desk, and tickets for them to work with."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest

from database.database import Database
from desk.desk import Desk, Incoming
from desk.queue import Queue
from desk.staff import teammates
from desk.staff.teammates import Teammate
from desk.workspace import Workspace
from domain.ids import DEFAULT_BRAND, BrandId, CustomerId, TeammateId, TicketId
from domain.turns import Channel
from tests.desk.decisions import NOW

ANNA, BEN = TeammateId("tea_anna"), TeammateId("tea_ben")
Ask = Callable[..., Awaitable[TicketId]]


@pytest.fixture
async def workspace(database: Database, queue: Queue) -> Workspace:
    """The door to tickets, for Anna and Ben who work for the default brand."""
    async with database.engine.begin() as connection:
        for teammate, name in ((ANNA, "Anna"), (BEN, "Ben")):
            email = f"{name.lower()}@example.com"
            row = Teammate(teammate, DEFAULT_BRAND, name, email, ("support",), (), (), 5, "available", NOW, NOW)
            await teammates.add(connection, row)
    return Workspace(database.engine, queue)


@pytest.fixture
def ask(desk: Desk) -> Ask:
    """What makes a customer write."""

    async def asked(
        words: str,
        ticket: TicketId | None = None,
        at: datetime = NOW,
        customer: str | None = "c1",
        brand: BrandId = DEFAULT_BRAND,
        channel: Channel = "email",
    ) -> TicketId:
        who = CustomerId(customer) if customer else None
        return (await desk.receive(Incoming(brand, words, channel, ticket, who), at)).ticket

    return asked
