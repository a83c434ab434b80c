"""Runs a system over a suite: some examples at a time, in a fixed order, from the cache where it can."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from evals import results, runs
from evals.cache import Cache
from evals.examples import Example, digest
from evals.results import Result, ResultInvalid
from evals.runs import Run
from evals.suites import Part, Suite


class System(Protocol):
    """Anything that can be asked the examples of a suite."""

    @property
    def name(self) -> str:
        """Return what reports call it."""
        ...

    @property
    def id(self) -> str:
        """Name it and everything its answers rest on: a change of id makes kept results void."""
        ...

    async def run(self, example: Example) -> dict[str, Any]:
        """Return the document of the suite's kind.

        Raises SystemFailed where there is none; the run goes on and counts the failure.
        """
        ...


@runtime_checkable
class Preparing(Protocol):
    """A system that has to open or learn something first: what that takes is no part of an answer's time."""

    async def prepare(self) -> None:
        """Get ready, once; raises SystemFailed where that is impossible."""
        ...


class SystemFailed(Exception):
    """A system has no document for an example; the message says why."""


class Momentary(dict[str, Any]):
    """A document that holds for this run only, such as one made while a server was down: it is not kept."""


Build = Callable[[Suite, Part], System]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Task:
    """One example to ask one system, and the place of its result."""

    place: int
    example: Example
    repeat: int
    system: System
    cache: Cache | None


async def run(
    suite: Suite,
    build: Build,
    *,
    name: str | None = None,
    kept: Path | None = None,
    workers: int = 4,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Run:
    """Run a suite and score it; results in the folder `kept` are not computed again.

    The run bears `name`, else that of its first system. `progress` is told how many of how many are done.
    Raises ResultInvalid for a document of another kind.
    """
    tasks = list(_tasks(suite, build, kept))
    given: list[Result | None] = [None] * len(tasks)
    waiting = iter(tasks)
    done = 0

    async def work() -> None:
        nonlocal done
        for task in waiting:
            given[task.place] = await _result(task, clock)
            done += 1
            if progress:
                progress(done, len(tasks))
            await asyncio.sleep(0)

    await _together([asyncio.create_task(work()) for _ in range(workers)])
    return runs.scored(suite, name or tasks[0].system.name, _in_order(suite, tasks, given))


def _tasks(suite: Suite, build: Build, kept: Path | None) -> Iterator[_Task]:
    place = 0
    for part in suite.parts():
        if not part.examples:
            continue
        system = build(suite, part)
        cache = Cache(kept, f"{system.id} {suite.file.kind} {_ground(suite, part)}") if kept else None
        for example in part.examples:
            for repeat in range(suite.file.repeats):
                yield _Task(place, example, repeat, system, cache)
                place += 1


def _ground(suite: Suite, part: Part) -> str:
    """Return a hash of what a system could learn from or search in."""
    learned = [(example.key(), getattr(example.row, "label", None)) for example in part.train]
    return digest([learned, suite.corpus.digest if suite.corpus else None])


async def _result(task: _Task, clock: Callable[[], float]) -> Result:
    known = task.cache.get(task.example, task.repeat) if task.cache else None
    if known:
        return known
    started = clock()
    try:
        if isinstance(task.system, Preparing):
            await task.system.prepare()
            started = clock()
        document = await task.system.run(task.example)
    except SystemFailed as exc:
        return Result(task.example.id, task.repeat, None, (clock() - started) * 1000, str(exc) or "failed")
    result = Result(task.example.id, task.repeat, document, round((clock() - started) * 1000, 3))
    _checked(task, document)
    if task.cache and not isinstance(document, Momentary):
        task.cache.put(task.example, result)
    return result


def _checked(task: _Task, document: dict[str, Any]) -> None:
    try:
        results.read(task.example.row.kind, document, task.example.id)
    except ResultInvalid as exc:
        raise ResultInvalid(f"system {task.system.name!r}: {exc}") from exc


async def _together(tasks: list[asyncio.Task[None]]) -> None:
    """Wait for all tasks; when one fails or the run is cancelled, end the others first."""
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _in_order(suite: Suite, tasks: list[_Task], given: list[Result | None]) -> tuple[Result, ...]:
    """Put results, computed a fold at a time, into the order of the suite's examples."""
    places = {example.id: place for place, example in enumerate(suite.examples)}
    order = sorted(tasks, key=lambda task: (places[task.example.id], task.repeat))
    return tuple(result for task in order if (result := given[task.place]) is not None)
