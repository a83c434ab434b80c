"""What becomes of what programs bring in, as the API shows it."""

from typing import Any, Self

from pydantic import Field

from api.outputs import Output
from desk.receiving import Received


class TakenMail(Output):
    """Where a mail is now; both are null where it became no message: it is one of ours, or says that one came back."""

    ticket: str | None = Field(description="The ticket that it is in.")
    message: str | None = Field(description="The message that it became.")

    @classmethod
    def of(cls, received: Received | None) -> Self:
        """Return where a mail was stored."""
        return cls(ticket=received.ticket, message=received.message) if received else cls(ticket=None, message=None)


TAKEN: dict[str, Any] = {"ticket": "tic_9c2e", "message": "msg_7d10"}
