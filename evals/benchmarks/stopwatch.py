"""Times of many runs of one thing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import psutil


@dataclass(frozen=True)
class Times:
    """Milliseconds of `runs` runs: wall clock at the median and the 95th percentile, and mean CPU of all threads."""

    runs: int
    p50: float
    p95: float
    cpu: float


class Stopwatch:
    """Times laps; CPU is that of this process alone."""

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
        p50, p95 = np.percentile(self._wall, (50, 95))
        return Times(len(self._wall), round(float(p50), 1), round(float(p95), 1), round(float(np.mean(self._cpu)), 1))


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
