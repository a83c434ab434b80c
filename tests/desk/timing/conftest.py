"""A desk whose policy the tests may bend, and tickets on it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from database.database import Database
from database.tables import clocks as clocks_table
from database.tables import customers, events
from desk import alerts, tickets
from desk.alerts import Alert
from desk.desk import Desk, Incoming
from desk.events import Event
from desk.policies import Policies
from desk.queue import Queue
from desk.timing import clocks
from desk.timing.alarms import Alarms
from desk.timing.clocks import Clock
from domain.ids import DEFAULT_BRAND, CustomerId, TicketId
from domain.policy import Policy
from tests.desk.decisions import NOW


@dataclass
class Bench:
    """A desk, its alarms, and the short ways to what they did."""

    database: Database
    desk: Desk
    policies: Policies
    alarms: Alarms

    @property
    def policy(self) -> Policy:
        return self.policies.usual

    def bend(self, **changed: Any) -> None:
        self.policies.usual = replace(self.policies.usual, **changed)

    async def open(self, now: datetime = NOW, customer: str | None = None) -> TicketId:
        who = CustomerId(customer) if customer else None
        return (await self.desk.receive(Incoming(DEFAULT_BRAND, "Help!", "chat", customer=who), now)).ticket

    async def write(self, ticket: TicketId, now: datetime) -> None:
        await self.desk.receive(Incoming(DEFAULT_BRAND, "And now?", "chat", ticket), now)

    async def change(self, ticket: TicketId, now: datetime, **columns: object) -> None:
        """Change a ticket as every door does: held, and its clocks brought into line."""
        async with self.database.engine.begin() as connection:
            await tickets.hold(connection, ticket)
            await tickets.change(connection, ticket, now, **columns)
            await clocks.follow(connection, ticket, self.policy, now)

    async def clock(self, ticket: TicketId, kind: clocks.Kind) -> Clock:
        return [clock for clock in await self.desk.clocks(ticket) if clock.kind == kind][-1]

    async def told(self, ticket: TicketId) -> list[tuple[str, int, str]]:
        return [(alert.cause, alert.step, alert.told) for alert in await self.alerts(ticket)]

    async def alerts(self, ticket: TicketId) -> list[Alert]:
        async with self.database.engine.connect() as connection:
            return await alerts.of(connection, ticket)

    async def rang(self, ticket: TicketId) -> list[Event]:
        marks = ("clock_half", "clock_at_risk", "clock_breached")
        return [event for event in await self.desk.events(ticket) if event.kind in marks]

    async def rung(self) -> int:
        """Return how many marks of all clocks were told."""
        async with self.database.engine.connect() as connection:
            rows = await connection.execute(select(events).where(events.c.kind.like("clock\\_%")))
            return len(rows.all())

    async def value(self, customer: str, tier: str) -> None:
        row = {"brand": DEFAULT_BRAND, "id": customer, "tier": tier, "created_at": NOW}
        async with self.database.engine.begin() as connection:
            await connection.execute(insert(customers).values(row))

    async def forget_responses(self, now: datetime) -> None:
        """Stop every response clock, so that a test looks at the others alone."""
        kinds = clocks_table.c.kind.in_(clocks.RESPONSES)
        async with self.database.engine.begin() as connection:
            await connection.execute(update(clocks_table).where(kinds).values(stopped_at=now))


@pytest.fixture
def bench(database: Database, queue: Queue) -> Bench:
    """A desk by the shipped policy, which a test may bend."""
    policies = Policies(database.engine)
    desk = Desk(database.engine, queue, policies)
    return Bench(database, desk, policies, Alarms(database.engine, policies.in_force))
