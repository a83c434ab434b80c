"""Holdings: what every table holds of a person, and what becomes of it when they are erased.

The order is that of erasing: what refers to others goes before them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, Table, false, select

from database.access import visitors
from database.mail import inbox, mailings, watchers
from database.memory import remembered
from database.tables import cases, clocks, customers, events, handovers, messages, outbox, stream, tickets
from database.work import alerts, attachments, follow_ups, outcomes, searches, suggestions
from domain.ids import BrandId, CustomerId, TicketId

Fate = Literal["erased", "emptied", "kept"]
Theirs = Callable[["Subject"], ColumnElement[bool]]


@dataclass(frozen=True)
class Subject:
    """Whose things are meant: a customer of a brand with all of their tickets, or some tickets alone."""

    brand: BrandId
    customer: CustomerId | None
    tickets: tuple[TicketId, ...]


@dataclass(frozen=True)
class Holding:
    """What a table holds of a person.

    `kind` is how people call it, `silent` are columns that say nothing to a reader. Rows that do not go are `emptied`
    by setting columns, to nothing where they stay as they are.
    """

    kind: str
    table: Table
    theirs: Theirs
    silent: tuple[str, ...] = ()
    emptied: Mapping[str, Any] | None = None

    @property
    def fate(self) -> Fate:
        """Return what becomes of its rows when somebody is erased."""
        if self.emptied is None:
            return "erased"
        return "emptied" if self.emptied else "kept"


@dataclass(frozen=True)
class Held:
    """How many rows of a kind there are, and what becomes of them when they are erased."""

    kind: str
    rows: int
    fate: Fate = field(default="erased")


def _of_tickets(table: Table, column: str = "ticket") -> Theirs:
    return lambda subject: table.c[column].in_(subject.tickets)


def _of_messages(table: Table) -> Theirs:
    def theirs(subject: Subject) -> ColumnElement[bool]:
        return table.c.message.in_(select(messages.c.id).where(messages.c.ticket.in_(subject.tickets)))

    return theirs


def _of_customer(table: Table, column: str = "customer") -> Theirs:
    def theirs(subject: Subject) -> ColumnElement[bool]:
        if subject.customer is None:
            return false()
        return (table.c.brand == subject.brand) & (table.c[column] == subject.customer)

    return theirs


HOLDINGS = (
    Holding("mails received", inbox, _of_messages(inbox)),
    Holding("mails sent", mailings, _of_messages(mailings)),
    Holding("deliveries", outbox, _of_messages(outbox)),
    Holding("open windows", watchers, _of_tickets(watchers)),
    Holding("progress", stream, _of_tickets(stream)),
    Holding("alerts", alerts, _of_tickets(alerts)),
    Holding("follow-ups", follow_ups, _of_tickets(follow_ups)),
    Holding("files", attachments, _of_tickets(attachments), silent=("content", "sha256")),
    Holding("suggestions", suggestions, _of_tickets(suggestions)),
    Holding("handovers", handovers, _of_tickets(handovers)),
    Holding("messages", messages, _of_tickets(messages), silent=("words",)),
    Holding("cases", cases, _of_tickets(cases)),
    Holding("searches", searches, _of_customer(searches)),
    Holding("sessions", visitors, _of_customer(visitors), silent=("hash",)),
    Holding("remembered questions", remembered, _of_customer(remembered), silent=("hash", "sequence")),
    Holding("outcomes", outcomes, _of_tickets(outcomes), emptied={"customer": None}),
    Holding("clocks", clocks, _of_tickets(clocks), emptied={}),
    Holding("events", events, _of_tickets(events), emptied={}),
    Holding(
        "tickets",
        tickets,
        _of_tickets(tickets, "id"),
        emptied={"customer": None, "subject": "", "tags": [], "source_id": None},
    ),
    Holding("profile", customers, _of_customer(customers, "id")),
)
ELSEWHERE: Mapping[str, str] = {
    "remembered_vectors": "go with the question that they were made of",
    "requests": "answers that name somebody go with them; `answers` finds those",
    "audit": "an id that nobody can read stands for whoever was exported or erased",
    "erasures": "how many rows of which kind went, and when",
}
NOTHING: Mapping[str, str] = {
    "brands": "the operator's",
    "api_keys": "the operator's",
    "subscriptions": "the operator's",
    "customer_secrets": "the operator's",
    "macros": "the operator's",
    "policies": "the operator's",
    "articles": "the help center's",
    "article_versions": "the help center's",
    "article_votes": "counts",
    "passages": "the help center's",
    "vectors": "the help center's",
    "embedders": "the help center's",
    "memories": "counts",
    "fits": "numbers learned from many",
    "spending": "counts",
    "tallies": "counts under hashes, which run out",
    "mailboxes": "how far one was read",
    "circuits": "addresses of other programs",
    "deliveries": "which events are on their way to other programs; these hold no words",
    "eval_runs": "graded examples, which the operator brings",
    "teammates": "those who work here",
    "shifts": "those who work here",
    "focuses": "those who work here",
    "passwords": "those who work here",
    "identities": "those who work here",
    "sessions": "those who work here",
    "sign_in_links": "those who work here",
    "sign_in_failures": "those who work here",
}
