"""What the desk knows: reading tickets and what belongs to them changes nothing."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncEngine

from database.database import single
from desk import brands, cases, events, keys, messages, replies, stream, tickets
from desk.brands import Brand
from desk.cases import CaseRecord
from desk.events import Event
from desk.keys import KeyRecord
from desk.messages import Message
from desk.replies import CitingReply
from desk.stream import Listener, StreamRow
from desk.tickets import Ticket
from desk.timing import clocks
from desk.timing.clocks import Clock
from domain.decisions import Decision, Handover
from domain.ids import ArticleId, BrandId, CaseId, MessageId, TicketId

POLL_S = 2.0
SETTLE_S = 0.2  # a case that ends sooner is never asked about


class Reading:
    """The half of a desk that only reads; every method is one look at the database."""

    def __init__(self, engine: AsyncEngine, conninfo: str) -> None:
        self._engine = engine
        self._single = single(engine)
        self._listener = Listener(conninfo)

    async def rows(self, ticket: TicketId, after: int = 0) -> list[StreamRow]:
        """Return what a ticket's watchers have seen since a row's id."""
        async with self._single.connect() as connection:
            return await stream.after(connection, ticket, after)

    async def follow(self, ticket: TicketId, after: int = 0) -> AsyncGenerator[StreamRow]:
        """Yield the rows of a ticket after a row's id, and then every new one as it comes, without end."""
        async with self._listener.watch(ticket) as bell:
            while True:
                bell.clear()
                for row in await self.rows(ticket, after):
                    after = row.id
                    yield row
                await _rung(bell)

    async def outdated(self, ticket: TicketId, number: int) -> None:
        """Return soon after nobody waits any more for the answer to a ticket's turn that ends with this message."""
        async with self._listener.watch(ticket) as bell:
            while True:
                await asyncio.sleep(SETTLE_S)
                bell.clear()
                async with self._single.connect() as connection:
                    found = await tickets.find(connection, ticket)
                if found is None or not found.waits_for(number):
                    return
                await _rung(bell)

    async def ticket(self, ticket_id: TicketId, brand: BrandId) -> Ticket:
        """Return a ticket of a brand.

        Raises UnknownTicket.
        """
        async with self._single.connect() as connection:
            return await tickets.of_brand(connection, brand, ticket_id, tickets.OPEN_ANOTHER)

    async def messages(self, ticket: TicketId) -> list[Message]:
        """Return what was said in a ticket, in order."""
        async with self._single.connect() as connection:
            return await messages.of(connection, ticket)

    async def cases(self, ticket: TicketId) -> list[CaseRecord]:
        """Return the cases of a ticket, the oldest first."""
        async with self._single.connect() as connection:
            return await cases.of(connection, ticket)

    async def decision(self, case: CaseId) -> Decision | None:
        """Return what a case decided, None when it has not."""
        async with self._single.connect() as connection:
            return await cases.decision(connection, case)

    async def replies_citing(
        self, brand: BrandId, article: ArticleId, after: MessageId | None = None, limit: int = 50
    ) -> list[CitingReply]:
        """Return the next replies of a brand that rest on an article, the newest first, after one of them."""
        async with self._single.connect() as connection:
            return await replies.citing(connection, brand, article, after, limit)

    async def handovers(self, ticket: TicketId) -> list[Handover]:
        """Return what people were told about a ticket, the oldest first."""
        async with self._single.connect() as connection:
            return await cases.packets(connection, ticket)

    async def events(self, ticket: TicketId) -> list[Event]:
        """Return what happened to a ticket, in order."""
        async with self._single.connect() as connection:
            return await events.of(connection, ticket)

    async def clocks(self, ticket: TicketId) -> list[Clock]:
        """Return the clocks of a ticket, the oldest first."""
        async with self._single.connect() as connection:
            return await clocks.of(connection, ticket)

    async def count_open(self, brand: BrandId | None = None) -> int:
        """Return how many tickets of a brand, or of all, are neither solved nor closed."""
        async with self._single.connect() as connection:
            return await tickets.count_open(connection, brand)

    async def brands(self) -> list[Brand]:
        """Return all brands, by id."""
        async with self._single.connect() as connection:
            return await brands.known(connection)

    async def keys(self, brand: BrandId | None = None) -> list[KeyRecord]:
        """Return the API keys of a brand, or all, the oldest first."""
        async with self._single.connect() as connection:
            return await keys.of(connection, brand)


async def _rung(bell: asyncio.Event) -> None:
    """Wait for a bell, a while at most: one that a lost connection swallowed is not waited for for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(POLL_S):
            await bell.wait()
