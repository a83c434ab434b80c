"""The port to one outside system.

ConnectorError        the system did not take the message; trying again later may help
 +- Postponed         it works, and wants this message later
 +- Undeliverable     it works, and will never take the message
 +- Uncertain         nobody knows whether it took it, and nobody can find out: a person decides
 +- LeftAlone         it failed so often that nobody tries it for a while
"""

from datetime import timedelta
from typing import ClassVar, Literal, Protocol

from desk.outbox import Delivery, Failure, Fate

Sends = Literal["keyed", "findable", "blind"]


class ConnectorError(Exception):
    """A message could not be sent; `fate` says what that means for it, `works` whether the system itself does.

    `wait` is how long the system wants to be left alone, where it said so.
    """

    fate: ClassVar[Fate] = "later"
    works: ClassVar[bool] = False

    def __init__(self, message: str, wait: timedelta | None = None) -> None:
        super().__init__(message)
        self.wait = wait

    @property
    def failure(self) -> Failure:
        """Return what the desk keeps of it."""
        return Failure(str(self), self.fate, self.wait)


class Postponed(ConnectorError):
    """The system works, and wants a message later."""

    works = True


class Undeliverable(ConnectorError):
    """The system will never take a message."""

    fate = "refused"
    works = True


class Uncertain(ConnectorError):
    """Nobody knows whether the system took a message: sending it again might tell the customer twice."""

    fate = "uncertain"


class LeftAlone(ConnectorError):
    """The system failed so often that nobody tries it for a while: this was no attempt."""

    fate = "not_tried"


class Connector(Protocol):
    """Anything that sends messages to customers.

    `sends` says what a second try may do: *keyed*, the system knows our message id and takes it once; *findable*, we
    look for our marker before sending again; *blind*, a person decides.
    """

    @property
    def sends(self) -> Sends:
        """Say how it sends."""
        ...

    async def send(self, delivery: Delivery) -> None:
        """Send a message.

        Raises ConnectorError.
        """
        ...
