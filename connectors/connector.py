"""The port to one outside system.

ConnectorError        the system did not take the message; trying again later may help
 +- Undeliverable     it will never take it
 +- Uncertain         nobody knows whether it took it, and nobody can find out: a person decides
"""

from typing import Literal, Protocol

from desk.outbox import Delivery

Sends = Literal["keyed", "findable", "blind"]


class ConnectorError(Exception):
    """A message could not be sent; a `final` failure is not tried again."""

    final = False


class Undeliverable(ConnectorError):
    """The system will never take a message."""

    final = True


class Uncertain(ConnectorError):
    """Nobody knows whether the system took a message: sending it again might tell the customer twice."""

    final = True


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
