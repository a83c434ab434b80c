"""The chat: its customers watch their ticket's stream, so sending is adding a row there.

Whoever has closed the window is written to in another way, where there is one.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from connectors.connector import Sends
from desk.desk import Desk
from desk.outbox import Delivery


class Away(Protocol):
    """What reaches customers who have closed the window, and leaves the others alone."""

    async def send(self, delivery: Delivery) -> None:
        """Send a message to whom the chat does not reach.

        Raises ConnectorError.
        """
        ...


class Chat:
    """Sends into the ticket's stream, keyed by the message: a second try changes nothing."""

    sends: Sends = "keyed"

    def __init__(self, desk: Desk, now: Callable[[], datetime], away: Away | None = None) -> None:
        self._desk = desk
        self._now = now
        self._away = away

    async def send(self, delivery: Delivery) -> None:
        """Show a message to whoever watches its ticket.

        Raises ConnectorError where it should go another way besides and cannot.
        """
        await self._desk.show(delivery, self._now())
        if self._away is not None:
            await self._away.send(delivery)
