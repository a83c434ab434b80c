"""Which chats somebody follows now: whoever has closed the window must be reached another way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from database.database import single
from database.mail import watchers
from domain.ids import TicketId, new

EVERY_S = 15.0
ABANDONED_AFTER = timedelta(days=1)  # rows of processes that died


class Attendance:
    """Keeps, in the database, the windows that are open; one whose process died counts as closed after a while."""

    def __init__(self, engine: AsyncEngine, now: Callable[[], datetime]) -> None:
        self._single = single(engine)
        self._now = now

    @asynccontextmanager
    async def watching(self, ticket: TicketId) -> AsyncIterator[None]:
        """Count as somebody who follows a chat while this is open."""
        window = new("win")
        await self._say(window, ticket)
        saying = asyncio.create_task(self._go_on(window, ticket), name="watching a chat")
        try:
            yield
        finally:
            saying.cancel()
            with suppress(asyncio.CancelledError):
                await saying
            await asyncio.shield(self._leave(window))

    async def _go_on(self, window: str, ticket: TicketId) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            with suppress(DBAPIError):  # the database is away for a moment, and the next time is soon
                await self._say(window, ticket)

    async def _say(self, window: str, ticket: TicketId) -> None:
        row = insert(watchers).values(id=window, ticket=ticket, seen_at=self._now())
        known = row.on_conflict_do_update(index_elements=["id"], set_={"seen_at": row.excluded.seen_at})
        async with self._single.connect() as connection:
            await connection.execute(known)

    async def _leave(self, window: str) -> None:
        abandoned = watchers.c.seen_at < self._now() - ABANDONED_AFTER
        async with self._single.connect() as connection:
            await connection.execute(delete(watchers).where((watchers.c.id == window) | abandoned))
