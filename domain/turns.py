"""A customer's turn, as the hub receives it."""

from dataclasses import dataclass
from typing import Literal

from domain.ids import BrandId, CaseId, CustomerId, TicketId

Author = Literal["customer", "teammate", "bot"]
Channel = Literal["chat", "email", "api", "cli"]


@dataclass(frozen=True)
class Utterance:
    """One thing said earlier in the ticket."""

    author: Author
    text: str


@dataclass(frozen=True)
class Turn:
    """The customer's unanswered messages taken together, and what was said before them, oldest first.

    `language` is the ticket's, where known: a short text is told by it. A dry turn has no ticket.
    """

    case: CaseId
    brand: BrandId
    text: str
    history: tuple[Utterance, ...] = ()
    channel: Channel = "api"
    language: str | None = None
    ticket: TicketId | None = None
    customer: CustomerId | None = None
    already_handed_over: bool = False
