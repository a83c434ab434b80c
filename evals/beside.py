"""Evaluations beside a server: one at a time, in threads that give way to everything else, kept in the database."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from database.evals import EvalRun, EvalRuns, Outcome, State
from domain import ids
from domain.ids import DEFAULT_BRAND, BrandId
from evals import comparison, evaluation
from evals.comparison import Comparison
from evals.errors import DataMissing, SuiteError
from evals.evaluation import SHIPPED, Plan
from evals.reports import json as documents
from evals.reports.report import report
from evals.results import ResultInvalid
from evals.runs import RUNS, Run
from services import Tools

TOLD_EVERY_S = 0.5
ALIVE_EVERY_S = 20.0
NICENESS = 10


class Unfinished(Exception):
    """A run has come to nothing yet, so there is nothing to compare."""


class _Stopped(Exception):
    """The server stops, and with it the run."""


@dataclass(frozen=True)
class Wish:
    """A run somebody asks for; `limit` is the most examples, None for all."""

    suite: str
    system: str
    limit: int | None = None


class Evaluations:
    """Starts runs and keeps what comes out; `tools` makes what a brand's are built from, thinking in the pool given."""

    def __init__(
        self, store: EvalRuns, tools: Callable[[Executor, BrandId], Tools], now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._tools = tools
        self._now = now
        self._running = ThreadPoolExecutor(1, "evaluating", _give_way)
        self._thinking = ThreadPoolExecutor(1, "evaluating", _give_way)
        self._under_way: set[asyncio.Task[None]] = set()
        self._closing = False

    def suites(self) -> dict[str, Path]:
        """Return the suites that may be run, by name: the operator's own, and the shipped ones."""
        return evaluation.listed(self._folders())

    async def start(self, brand: BrandId, wish: Wish) -> EvalRun:
        """Store a run and begin with it as soon as those before it are done.

        Raises SuiteError for a suite that cannot be run here, with what is wrong and the way out.
        """
        plan = await asyncio.to_thread(self._planned, wish)
        now = self._now()
        run = EvalRun(
            ids.new("evr"), brand, wish.suite, wish.system, wish.limit, "waiting", 0, None, None, None, now, now, None
        )
        await self._store.add(run)
        task = asyncio.create_task(self._work(run, plan))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return run

    async def compared(self, brand: BrandId, before: str, after: str) -> Comparison:
        """Return what changed between two runs. Raises UnknownEvalRun, Unfinished or NotComparable."""
        old, new = [await self._run(brand, name) for name in (before, after)]
        return await asyncio.to_thread(comparison.compare, old, new)

    async def close(self) -> None:
        """Stop what is under way; what was done is kept for the next start."""
        self._closing = True
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self._running.shutdown()
        self._thinking.shutdown()

    def _folders(self) -> Sequence[Path]:
        own = self._tools(self._thinking, DEFAULT_BRAND).suites
        return (own, SHIPPED) if own else (SHIPPED,)

    def _planned(self, wish: Wish) -> Plan:
        """Return the plan of a run whose suite and data are there and whose system suits it."""
        path = evaluation.named_suite(wish.suite, self._folders())
        plan = Plan((path,), (wish.system,), limit=wish.limit, workers=1)
        try:
            evaluation.check(plan)
        except SuiteError as error:
            raise type(error)(str(error).replace(f"{path.parent}{os.sep}", "")) from error
        return plan

    async def _work(self, run: EvalRun, plan: Plan) -> None:
        """Take a run to its end, whatever that is."""
        alive = asyncio.create_task(self._keep_alive(run))
        state: State = "failed"
        why = "it failed for a reason that the server's log tells"
        try:
            loop = asyncio.get_running_loop()
            outcome = await loop.run_in_executor(self._running, self._evaluated, run, plan, loop)
            await self._store.finish(run.id, outcome, self._now())
            return
        except (SuiteError, ResultInvalid) as error:
            why = str(error)
        except _Stopped:
            state, why = "stopped", "the server stopped; start it again, what was done is kept"
        finally:
            alive.cancel()
            await self._store.fail(run.id, state, why, self._now())

    def _evaluated(self, run: EvalRun, plan: Plan, loop: asyncio.AbstractEventLoop) -> Outcome:
        """Run the suite in a loop of its own, so that scoring holds up nobody."""
        told = 0.0

        def heard(_suite: str, _system: str, done: int, total: int) -> None:
            nonlocal told
            self._go_on()
            if done in (0, total) or time.monotonic() - told > TOLD_EVERY_S:
                told = time.monotonic()
                reaching = self._store.reach(run.id, done, total, self._now())
                asyncio.run_coroutine_threadsafe(reaching, loop).result()

        self._go_on()
        tools = self._tools(self._thinking, run.brand)
        found = asyncio.run(evaluation.evaluate(plan, tools, heard, lambda _: self._go_on()))
        if not found.runs:
            raise DataMissing(found.skipped[0].reason)
        return outcome(found.runs[0])

    def _go_on(self) -> None:
        if self._closing:
            raise _Stopped

    async def _keep_alive(self, run: EvalRun) -> None:
        while True:
            await asyncio.sleep(ALIVE_EVERY_S)
            await self._store.beat(run.id, self._now())

    async def _run(self, brand: BrandId, name: str) -> Run:
        found = await self._store.outcome(brand, name)
        if found is None:
            raise Unfinished(f"the run {name!r} has come to nothing yet: wait until its state is done")
        return RUNS.validate_json(found.run)[0]


def outcome(run: Run) -> Outcome:
    """Return what is kept of a run: the summary, and the run itself."""
    (summary,) = documents.document(report([run]))["runs"]
    return Outcome(run.passed, _storable(summary), RUNS.dump_json((run,)))


def _storable(value: Any) -> Any:
    """Return JSON values without the one character that PostgreSQL cannot hold."""
    match value:
        case str():
            return value.replace("\0", "")
        case dict():
            return {name: _storable(part) for name, part in value.items()}
        case list() | tuple():
            return [_storable(part) for part in value]
    return value


def _give_way() -> None:
    """Let every other thread go first; only Linux can tell one thread of a process from the others."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
