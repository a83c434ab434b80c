"""The circuit of one outside system: whoever speaks with it tries it here, and leaves it alone while it fails."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.connector import ConnectorError, LeftAlone
from desk.circuits import Circuits


@dataclass(frozen=True)
class Circuit:
    """Remembers how a destination fares, in all processes together."""

    circuits: Circuits
    destination: str
    now: Callable[[], datetime]

    @asynccontextmanager
    async def trying(self) -> AsyncIterator[None]:
        """Let the body speak with the destination, and note how that went.

        Raises LeftAlone, and then the body is not run.
        """
        now = self.now()
        entry = await self.circuits.enter(self.destination, now)
        if entry.until is not None:
            raise LeftAlone(f"{self.destination} fails again and again: it is left alone a while", entry.until - now)
        try:
            yield
        except ConnectorError as error:
            await self._note(error.works, entry.trial)
            raise
        await self._note(True, entry.trial)

    async def _note(self, works: bool, trial: bool) -> None:
        if works:
            await self.circuits.worked(self.destination)
        else:
            await self.circuits.failed(self.destination, self.now(), trial)
