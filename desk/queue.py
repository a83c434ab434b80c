"""The job queue: jobs are deferred by name, inside the transaction of the row that they belong to."""

from collections.abc import Collection
from datetime import timedelta
from types import TracebackType
from typing import Self

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

POOL_SIZE = 4
PATIENCE_S = 10.0  # for a connection; who is told to stop while the database is away waits as long twice
RECONNECT_S = 3.0  # the pool's pauses grow; then whoever needs a connection tries anew
URGENT, SOON, NORMAL = 10, 5, 0
LOCKED = text("SELECT DISTINCT lock FROM procrastinate_jobs WHERE lock = ANY(:locks) AND status IN ('todo', 'doing')")
WAITING = text("DELETE FROM procrastinate_jobs WHERE lock = ANY(:locks) AND status = 'todo'")


class Queue:
    """The queue of one database; `app` is what a worker runs. Open while used as an async context."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo
        self.app = App(
            connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=POOL_SIZE, timeout=PATIENCE_S)
        )

    async def __aenter__(self) -> Self:
        await self.app.open_async()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.app.close_async()

    async def defer(
        self, connection: AsyncConnection, job: str, lock: str, priority: int = NORMAL, **arguments: str
    ) -> None:
        """Add a job to the transaction of this connection; jobs of one lock run one after the other, in order.

        Raises SQLAlchemy's OperationalError when the connection breaks, as every other statement of the transaction.
        """
        raw = (await connection.get_raw_connection()).driver_connection
        try:
            await self.app.configure_task(job, lock=lock, priority=priority, connection=raw).defer_async(**arguments)
        except ConnectorException as exc:
            raise OperationalError(f"defer {job}", None, exc) from exc

    async def cancel(self, connection: AsyncConnection, locks: Collection[str]) -> None:
        """Take back the jobs of these locks that nobody has begun, in the transaction of this connection."""
        await connection.execute(WAITING, {"locks": list(locks)})

    async def held(self, connection: AsyncConnection, locks: Collection[str]) -> set[str]:
        """Return which of these locks have a job that waits or runs."""
        found = await connection.execute(LOCKED, {"locks": list(locks)})
        return set(found.scalars())

    async def rescue(self, silence: timedelta, dead: int | None = None) -> int:
        """Put back the jobs of workers that gave no sign of life for this long, and return how many they were.

        Whoever owns the queue alone may begin with no silence at all: whatever runs then, its last life left behind.
        Whoever knows that a worker is `dead` says so, and waits for no silence.
        """
        if dead is not None:
            await self.app.job_manager.unregister_worker(dead)
        stalled = list(await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silence.total_seconds()))
        for job in stalled:
            await self.app.job_manager.retry_job(job)
        return len(stalled)
