"""The threads that embed: what somebody waits for goes first, the rest uses what is left."""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

QUIET_S = 1.0

T = TypeVar("T")
P = ParamSpec("P")
_Job = tuple["Future[object]", Callable[[], object]]


class Pool(Executor):
    """Threads for short jobs; `background` is the door for those that nobody waits for, such as indexing.

    Background jobs take every thread while nothing else is asked for, and a single one for a second after it was: the
    first request of many waits for one short job at most, the others find a thread free.
    """

    def __init__(self, threads: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="embedding")
        self._size = threads
        self._clock = clock
        self._asked = float("-inf")
        self.background = Background(self._pool, self._spare)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a job that somebody waits for."""
        self._asked = self._clock()
        return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Finish what was asked for; background jobs that have not begun are cancelled."""
        self.background.shutdown()
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def _spare(self) -> int:
        """Return how many threads background jobs may take now."""
        return self._size if self._clock() - self._asked > QUIET_S else 1


class Background(Executor):
    """Jobs that wait for a spare thread of a pool, in the order they came."""

    def __init__(self, pool: Executor, spare: Callable[[], int]) -> None:
        self._pool = pool
        self._spare = spare
        self._waiting: deque[_Job] = deque()
        self._running = 0
        self._lock = threading.Lock()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a job when a thread is spare."""
        future: Future[T] = Future()
        with self._lock:
            self._waiting.append((future, partial(fn, *args, **kwargs)))  # type: ignore[arg-type]  # it is filled later
        self._start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Cancel what has not begun."""
        with self._lock:
            left = list(self._waiting)
            self._waiting.clear()
        for future, _ in left:
            future.cancel()

    def _start(self) -> None:
        while job := self._next():
            future, work = job
            self._pool.submit(work).add_done_callback(partial(self._end, future))

    def _next(self) -> _Job | None:
        with self._lock:
            while self._waiting and self._running < self._spare():
                job = self._waiting.popleft()
                if job[0].set_running_or_notify_cancel():
                    self._running += 1
                    return job
        return None

    def _end(self, future: Future[object], done: Future[object]) -> None:
        with self._lock:
            self._running -= 1
        if error := done.exception():
            future.set_exception(error)
        else:
            future.set_result(done.result())
        self._start()
