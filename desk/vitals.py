"""How the desk does as a machine: what waits in its queue and outbox, how long, and who works on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.sweeping import STALLED_AFTER

_COUNTED = text(
    """
    WITH ready AS (
        SELECT coalesce(scheduled_at, (SELECT min(at) FROM procrastinate_events WHERE job_id = job.id)) AS since
        FROM procrastinate_jobs job
        WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
    )
    SELECT
        now() AS at,
        (SELECT count(*) FROM ready) AS ready,
        (SELECT extract(epoch FROM now() - min(since)) FROM ready) AS oldest_job_s,
        (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing') AS running,
        (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed') AS given_up,
        (SELECT count(*) FROM outbox WHERE state = 'queued') AS outbox_queued,
        (SELECT count(*) FROM outbox WHERE state = 'failed') AS outbox_failed,
        (SELECT count(*) FROM deliveries WHERE state = 'queued') AS deliveries_queued,
        (SELECT count(*) FROM deliveries WHERE state = 'failed') AS deliveries_failed,
        (SELECT count(*) FROM circuits WHERE open_until > now()) AS circuits_open,
        (SELECT extract(epoch FROM now() - min(erased_at)) FROM erasures WHERE overwritten_at IS NULL) AS erasure_age_s,
        (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - :silence) AS workers,
        (SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers) AS heartbeat_age_s
    """
)

_TURNS = text(
    """
    SELECT count(*) FROM (
        SELECT FROM procrastinate_jobs WHERE status = 'todo' AND task_name = 'handle_turn' LIMIT :most
    ) AS waiting
    """
)


@dataclass(frozen=True)
class Vitals:
    """What waits at one moment; ages are seconds on the database's own clock, None where there is nothing to age.

    An erasure waits until its bytes are overwritten too.
    """

    at: datetime
    jobs: Mapping[str, int]
    oldest_job_s: float | None
    outbox: Mapping[str, int]
    deliveries: Mapping[str, int]
    circuits_open: int
    workers: int
    heartbeat_age_s: float | None
    erasure_age_s: float | None = None


class Monitor:
    """Reads the vitals of one database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def vitals(self) -> Vitals:
        """Return the vitals of this moment, in one statement."""
        async with self._engine.connect() as connection:
            return _vitals((await connection.execute(_COUNTED, {"silence": STALLED_AFTER})).one())

    async def turns_waiting(self, most: int) -> int:
        """Return how many turns wait for a worker, counted up to `most`."""
        async with self._engine.connect() as connection:
            return int((await connection.execute(_TURNS, {"most": most})).scalar_one())


def _vitals(row: Row[*tuple[Any, ...]]) -> Vitals:
    return Vitals(
        at=row.at,
        jobs={"ready": row.ready, "running": row.running, "failed": row.given_up},
        oldest_job_s=None if row.oldest_job_s is None else max(0.0, float(row.oldest_job_s)),
        outbox={"queued": row.outbox_queued, "failed": row.outbox_failed},
        deliveries={"queued": row.deliveries_queued, "failed": row.deliveries_failed},
        circuits_open=row.circuits_open,
        workers=row.workers,
        heartbeat_age_s=None if row.heartbeat_age_s is None else max(0.0, float(row.heartbeat_age_s)),
        erasure_age_s=None if row.erasure_age_s is None else max(0.0, float(row.erasure_age_s)),
    )
