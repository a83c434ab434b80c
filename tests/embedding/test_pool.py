"""Threads for what somebody waits for, and for what can wait."""

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass

import pytest

from embedding.pool import QUIET_S, Pool

PATIENCE_S = 10


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


class Job:
    """Work that lasts until it is told to end."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.end = threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        assert self.end.wait(PATIENCE_S)
        return "done"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pool(clock: Clock) -> Iterator[Pool]:
    with Pool(2, clock) as pool:
        yield pool


def test_background_jobs_take_every_thread_while_nobody_asks(pool: Pool) -> None:
    jobs = [Job(), Job(), Job()]
    results = [pool.background.submit(job) for job in jobs]

    assert jobs[0].begun.wait(PATIENCE_S)
    assert jobs[1].begun.wait(PATIENCE_S)
    assert not jobs[2].begun.is_set()
    for job in jobs:
        job.end.set()
    assert [result.result(PATIENCE_S) for result in results] == ["done"] * 3


def test_a_request_finds_a_thread_free_once_somebody_asks(pool: Pool, clock: Clock) -> None:
    jobs = [Job(), Job(), Job()]
    pool.submit(int).result(PATIENCE_S)
    for job in jobs:
        pool.background.submit(job)

    assert jobs[0].begun.wait(PATIENCE_S)
    assert pool.submit(lambda: "answer").result(PATIENCE_S) == "answer"
    assert not jobs[1].begun.is_set()

    clock.now += 2 * QUIET_S
    jobs[0].end.set()
    assert jobs[1].begun.wait(PATIENCE_S)
    assert jobs[2].begun.wait(PATIENCE_S)
    jobs[1].end.set()
    jobs[2].end.set()


def test_what_a_background_job_raises_reaches_who_waits_for_it(pool: Pool) -> None:
    failed = pool.background.submit(int, "seven")

    with pytest.raises(ValueError, match="seven"):
        failed.result(PATIENCE_S)
    assert pool.background.submit(int, "7").result(PATIENCE_S) == 7


def test_a_job_that_was_given_up_is_not_begun(pool: Pool) -> None:
    running, given_up, last = [Job(), Job()], Job(), Job()
    for job in running:
        pool.background.submit(job)
    future = pool.background.submit(given_up)
    after = pool.background.submit(last)

    assert future.cancel()
    last.end.set()
    for job in running:
        job.end.set()

    assert after.result(PATIENCE_S) == "done"
    assert not given_up.begun.is_set()


def test_closing_ends_what_runs_and_cancels_what_waits() -> None:
    with Pool(1) as pool:
        running, waiting = Job(), Job()
        first = pool.background.submit(running)
        second = pool.background.submit(waiting)
        assert running.begun.wait(PATIENCE_S)
        pool.shutdown(wait=False)
        running.end.set()

    assert first.result(0) == "done"
    with pytest.raises(CancelledError):
        second.result(0)
