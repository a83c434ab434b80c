"""Times of many runs of one thing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import psutil


@dataclass(frozen=True)
class Times:
    """Milliseconds of `runs` runs at the median and the 95th percentile: wall clock, and CPU of this process."""

    runs: int
    p50: float
    p95: float
    cpu_p50: float
    cpu_p95: float


class Stopwatch:
    """Times laps."""

    def __init__(self) -> None:
        self._wall: list[float] = []
        self._cpu: list[float] = []

    @contextmanager
    def lap(self) -> Iterator[None]:
        """Time what is done inside."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self._wall.append(1000 * (time.perf_counter() - wall))
        self._cpu.append(1000 * (time.process_time() - cpu))

    def times(self) -> Times:
        """Return the times of all laps."""
        both = [np.percentile(laps, at) for laps in (self._wall, self._cpu) for at in (50, 95)]
        return Times(len(self._wall), *(round(float(value), 1) for value in both))


@dataclass(frozen=True)
class Effort:
    """Seconds that something took: wall clock, and CPU of this process."""

    wall: float = 0.0
    cpu: float = 0.0


class Meter:
    """Adds up what pieces of work took."""

    def __init__(self) -> None:
        self.effort = Effort()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure what is done inside, beside what was measured before."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        spent = (self.effort.wall + time.perf_counter() - wall, self.effort.cpu + time.process_time() - cpu)
        self.effort = Effort(*(round(seconds, 2) for seconds in spent))


def memory_mb() -> int:
    """Return the memory of this process in MB."""
    return int(psutil.Process().memory_info().rss / 1e6)
