"""A customer's turn, as the hub receives it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from domain.ids import BrandId, CaseId, CustomerId, TicketId

Author = Literal["customer", "teammate", "bot"]
Channel = Literal["chat", "email", "api", "cli"]
LIVE: tuple[Channel, ...] = ("chat",)  # where the customer sits and waits


@dataclass(frozen=True)
class Utterance:
    """One thing said earlier in the ticket."""

    author: Author
    text: str


SAID_BY: dict[str, Author] = {
    "user": "customer",
    "customer": "customer",
    "agent": "bot",
    "bot": "bot",
    "teammate": "teammate",
}


def spoken(line: str, speakers: Mapping[str, Author] = SAID_BY) -> Utterance | None:
    """Return what a line such as `user: Hello` says, as histories are written outside; None when nobody says it."""
    who, colon, words = line.partition(":")
    author = speakers.get(who.strip().lower())
    return Utterance(author, words.strip()) if colon and author else None


@dataclass(frozen=True)
class Turn:
    """The customer's unanswered messages taken together, and what was said before them, oldest first.

    `language` is the ticket's, where known: a short text is told by it. `tier` is the customer's, as the policy names
    it. A customer is `unreachable` who sits in a chat, left no address and was not asked for one yet. A dry turn has no
    ticket.
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
    tier: str | None = None
    unreachable: bool = False
