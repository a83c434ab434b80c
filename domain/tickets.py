"""Tickets of the past, as another desk exports them: what is learned from, never what is worked on."""

from dataclasses import dataclass
from datetime import datetime

from domain.ids import CustomerId, TicketId
from domain.turns import Author


@dataclass(frozen=True)
class Said:
    """One message of a past ticket; `at` is None where the export does not say when."""

    author: Author
    text: str
    at: datetime | None = None


@dataclass(frozen=True)
class PastTicket:
    """A ticket of the past; `articles` are ids or addresses of the articles that its answers linked.

    `status`, `priority` and `csat` are as the other desk writes them.
    """

    id: TicketId
    created_at: datetime
    messages: tuple[Said, ...]
    subject: str = ""
    customer: CustomerId | None = None
    articles: tuple[str, ...] = ()
    status: str | None = None
    priority: str | None = None
    tags: tuple[str, ...] = ()
    csat: str | None = None
