"""Runs of evaluations: who asked for which, how far each is, and what came out.

UnknownEvalRun   no run of that id belongs to this brand
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine

from database.metadata import metadata
from domain.ids import BrandId

State = Literal["waiting", "running", "done", "failed", "stopped"]
OPEN: tuple[State, ...] = ("waiting", "running")
SILENT = timedelta(minutes=2)  # after which a run that says nothing is taken to have died with its process

Time = DateTime(timezone=True)
RowT = TypeVar("RowT")

eval_runs = Table(
    "eval_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("brand", Text, nullable=False),
    Column("suite", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("examples", Integer, comment="the most to run; null for all"),
    Column("state", Text, nullable=False),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("total", Integer, comment="null until the suite is read"),
    Column("passed", Boolean, comment="whether every gate holds; null until it is done"),
    Column("summary", JSONB(none_as_null=True), comment="scores, gates and failures, as the JSON report has them"),
    Column("run", LargeBinary, comment="every example with its result: the run as JSON, for comparing"),
    Column("error", Text, comment="why there is no result"),
    Column("created_at", Time, nullable=False),
    Column("heard_at", Time, nullable=False, comment="when its process last said something"),
    Column("ended_at", Time),
    Index(None, "brand", "created_at"),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'stopped')", name="state"),
)


class UnknownEvalRun(Exception):
    """No run of that id belongs to this brand."""


@dataclass(frozen=True)
class EvalRun:
    """A run as it stands; `passed` is None until it is done, `total` until its suite is read."""

    id: str
    brand: BrandId
    suite: str
    system: str
    examples: int | None
    state: State
    done: int
    total: int | None
    passed: bool | None
    error: str | None
    created_at: datetime
    heard_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Outcome:
    """What came out of a run: whether its gates hold, the summary people read, and the run itself."""

    passed: bool
    summary: dict[str, Any]
    run: bytes


_SHOWN = tuple(column for column in eval_runs.c if column.name not in ("summary", "run"))


class EvalRuns:
    """Keeps the runs of every brand."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, run: EvalRun) -> None:
        """Store a new run."""
        async with self._engine.begin() as connection:
            await connection.execute(insert(eval_runs).values(vars(run)))

    async def get(self, brand: BrandId, run: str, now: datetime) -> EvalRun:
        """Return a run as it stands; one whose process fell silent is stopped. Raises UnknownEvalRun."""
        await self._stop_silent(now)
        async with self._engine.connect() as connection:
            found = await connection.execute(select(*_SHOWN).where(_named(brand, run)))
        return _run(_known(found.one_or_none(), run))

    async def outcome(self, brand: BrandId, run: str) -> Outcome | None:
        """Return what came out, None while nothing has. Raises UnknownEvalRun."""
        columns = eval_runs.c.passed, eval_runs.c.summary, eval_runs.c.run
        async with self._engine.connect() as connection:
            row = _known((await connection.execute(select(*columns).where(_named(brand, run)))).one_or_none(), run)
        return None if row.run is None else Outcome(row.passed, row.summary, row.run)

    async def page(self, brand: BrandId, before: str | None, limit: int, now: datetime) -> Sequence[EvalRun]:
        """Return runs of a brand, the newest first, from behind the run `before`. Raises UnknownEvalRun."""
        order = eval_runs.c.created_at, eval_runs.c.id
        wanted = select(*_SHOWN).where(eval_runs.c.brand == brand).limit(limit)
        if before is not None:
            last = await self.get(brand, before, now)
            earlier = (order[0] < last.created_at) | ((order[0] == last.created_at) & (order[1] < last.id))
            wanted = wanted.where(earlier)
        await self._stop_silent(now)
        async with self._engine.connect() as connection:
            rows = await connection.execute(wanted.order_by(*(column.desc() for column in order)))
        return [_run(row) for row in rows]

    async def reach(self, run: str, done: int, total: int | None, now: datetime) -> None:
        """Note how far a run is, and that it lives."""
        await self._change(run, state="running", done=done, total=total, heard_at=now)

    async def beat(self, run: str, now: datetime) -> None:
        """Note that a run lives."""
        await self._change(run, heard_at=now)

    async def finish(self, run: str, outcome: Outcome, now: datetime) -> None:
        """Keep what came out."""
        await self._change(run, state="done", ended_at=now, heard_at=now, **vars(outcome))

    async def fail(self, run: str, state: State, error: str, now: datetime) -> None:
        """Note why nothing came out."""
        await self._change(run, state=state, error=error, ended_at=now, heard_at=now)

    async def _change(self, run: str, /, **values: object) -> None:
        changed = update(eval_runs).where(eval_runs.c.id == run, eval_runs.c.state.in_(OPEN)).values(values)
        async with self._engine.begin() as connection:
            await connection.execute(changed)

    async def _stop_silent(self, now: datetime) -> None:
        silent = eval_runs.c.state.in_(OPEN) & (eval_runs.c.heard_at < now - SILENT)
        why = "its process ended; start it again, what was done is kept"
        stopped = update(eval_runs).where(silent).values(state="stopped", error=why, ended_at=now)
        async with self._engine.begin() as connection:
            await connection.execute(stopped)


def _named(brand: BrandId, run: str) -> Any:
    return (eval_runs.c.brand == brand) & (eval_runs.c.id == run)


def _known(row: RowT | None, run: str) -> RowT:
    if row is None:
        raise UnknownEvalRun(f"there is no run {run!r} in this brand: GET /v1/evals/runs lists those there are")
    return row


def _run(row: Any) -> EvalRun:
    return EvalRun(**row._mapping)
