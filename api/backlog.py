"""Whether so many customers wait for an answer that further messages must come later."""

import re
from time import monotonic

from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.types import Scope

from api.ports import Services

MESSAGES = re.compile(r"/v1/(?:chat|tickets|tickets/[^/]+/messages)")  # paths that take what customers say
FRESH_S = 0.5


class Backlog:
    """How many turns wait for a worker, as the database said a moment ago, with the messages let in since."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting = 0
        self._read_at = -FRESH_S

    async def takes(self, house: Services, scope: Scope) -> bool:
        """Say whether a request may go on: all but a message that comes while too many wait, of which 0 are never."""
        if not self._most or scope["method"] != "POST" or not MESSAGES.fullmatch(scope["path"]):
            return True
        if monotonic() - self._read_at > FRESH_S:
            self._read_at = monotonic()  # one request asks, the others go by what was known
            try:
                self._waiting = await house.doors.monitor.turns_waiting(self._most)
            except (OperationalError, InterfaceError):
                return True  # the route tells that the store does not answer
        if self._waiting >= self._most:
            return False
        self._waiting += 1
        return True
