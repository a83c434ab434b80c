"""Places for what is taken in at the same time, shared so that nobody takes them all, and turns among one's own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Places:
    """So many places; a caller may hold as many as a `share` of what is left free, and one in any case.

    Whoever is alone gets many, whoever comes later still finds room, and nobody counts who is there.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """Return how many places are taken."""
        return self._held.total()

    def take(self, caller: str, share: float = 1.0) -> bool:
        """Take a place for a caller; False where there is none for them."""
        free = self._size - self.taken
        if free <= 0 or self._held[caller] >= max(1.0, free * share):
            return False
        self._held[caller] += 1
        return True

    def leave(self, caller: str) -> None:
        """Give a place back."""
        self._held[caller] -= 1
        if not self._held[caller]:
            del self._held[caller]


class Turns:
    """Lets a few requests of each caller run at the same time; the caller's others wait for these."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Semaphore] = {}
        self._here: Counter[str] = Counter()

    @asynccontextmanager
    async def one(self, caller: str, most: int) -> AsyncIterator[None]:
        """Run as one of at most so many of a caller."""
        turn = self._running.setdefault(caller, asyncio.Semaphore(most))
        self._here[caller] += 1
        try:
            async with turn:
                yield
        finally:
            self._here[caller] -= 1
            if not self._here[caller]:
                del self._here[caller], self._running[caller]
