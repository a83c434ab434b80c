"""The chat: its customers watch their ticket's stream, so sending is adding a row there."""

from collections.abc import Callable
from datetime import datetime

from connectors.connector import Sends
from desk.desk import Desk
from desk.outbox import Delivery


class Chat:
    """Sends into the ticket's stream, keyed by the message: a second try changes nothing."""

    sends: Sends = "keyed"

    def __init__(self, desk: Desk, now: Callable[[], datetime]) -> None:
        self._desk = desk
        self._now = now

    async def send(self, delivery: Delivery) -> None:
        """Show a message to whoever watches its ticket."""
        await self._desk.show(delivery, self._now())
