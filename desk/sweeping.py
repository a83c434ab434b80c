"""The sweep: every few seconds, whatever is due by itself or fell down.

Any number of processes may sweep at once: each thing is done in a transaction that holds its row and looks again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from desk import conclusions, outbox, solving, tallies, tickets
from desk.activity import Activity
from desk.policies import Policies
from desk.queue import Queue
from desk.staff import rounds
from desk.timing.alarms import Alarms
from desk.work import outcomes, suggestions
from desk.work.deciding import Suggestions
from domain.ids import BrandId, CaseId, TicketId

STALLED_AFTER = timedelta(seconds=15)
STRANDED_AFTER = timedelta(seconds=60)
IGNORED_AFTER = timedelta(days=7)
AT_ONCE = 500


class Sweeping:
    """Does what is due, on one database; every method takes the time from its caller."""

    def __init__(self, engine: AsyncEngine, queue: Queue, policies: Policies) -> None:
        self._engine = engine
        self._queue = queue
        self._policies = policies
        self._alarms = Alarms(engine, policies.in_force)
        self._suggestions = Suggestions(engine, queue, policies)
        self._activity = Activity(engine)

    async def sweep(self, now: datetime) -> None:
        """Do everything that is due; what fails holds up nothing else, and is raised at the end."""
        parts: Sequence[Callable[[datetime], Awaitable[object]]] = (
            self._rescue,
            self._take_up,
            self._suggestions.send_due,
            self._hand_over_late,
            self._assume_solved,
            self._make_rounds,
            self._alarms.sound,
            self._activity.sweep,
            self._ignore,
            self._forget,
        )
        failed = [error for part in parts for error in await asyncio.gather(part(now), return_exceptions=True)]
        if errors := [error for error in failed if isinstance(error, Exception)]:
            raise ExceptionGroup("parts of the sweep failed, and are tried again in the next", errors)

    async def _rescue(self, now: datetime) -> None:
        """Take up the jobs of dead workers."""
        await self._queue.rescue(STALLED_AFTER)

    async def _take_up(self, now: datetime) -> None:
        """Send what is due, begin turns whose burst is over, and serve customers whose job was lost."""
        async with self._engine.begin() as connection:
            await outbox.defer_due(connection, self._queue, now, AT_ONCE)
            waiting = await tickets.to_begin(connection, now, now - STRANDED_AFTER, AT_ONCE)
            served = await self._queue.held(connection, waiting)
            for ticket in waiting:
                if ticket not in served:
                    await self._queue.defer(connection, "handle_turn", lock=ticket, ticket=ticket)

    async def _hand_over_late(self, now: datetime) -> None:
        """Give to people the chats whose suggested reply nobody decided on before the response was due."""
        async with self._engine.connect() as connection:
            late = await suggestions.late_in_chat(connection, now, AT_ONCE)
        for brand, case in late:
            await self._hand_over(brand, case, now)

    async def _hand_over(self, brand: BrandId, case: CaseId, now: datetime) -> None:
        async with self._engine.begin() as connection:
            ticket, found = await suggestions.hold(connection, brand, case)
            if found.state == "waiting" and ticket.handed_over_at is None:
                policy = await self._policies.in_force(brand, connection)
                await conclusions.hand_over_late(connection, ticket, case, policy, now)

    async def _assume_solved(self, now: datetime) -> None:
        """Solve the tickets whose customers have said nothing for long since the bot answered."""
        async with self._engine.connect() as connection:
            silent = await tickets.silent(connection, now, AT_ONCE)
        for ticket in silent:
            await self._assume(ticket, now)

    async def _assume(self, ticket_id: TicketId, now: datetime) -> None:
        async with self._engine.begin() as connection:
            ticket = await tickets.hold(connection, ticket_id)
            if ticket is not None and ticket.assume_at is not None and ticket.assume_at <= now:
                policy = await self._policies.in_force(ticket.brand, connection)
                await solving.by_silence(connection, ticket, policy, now)

    async def _make_rounds(self, now: datetime) -> None:
        await rounds.make(self._engine, self._policies, now)

    async def _ignore(self, now: datetime) -> None:
        """Note which customers never gave the mark they were asked for."""
        async with self._engine.begin() as connection:
            await outcomes.ignored(connection, now - IGNORED_AFTER, now, AT_ONCE)

    async def _forget(self, now: datetime) -> None:
        """Forget what limits counted long ago."""
        async with self._engine.begin() as connection:
            await tallies.forget(connection, now)
