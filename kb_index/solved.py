"""What is remembered of a past ticket: the question, and the articles that a teammate answered it with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from domain.ids import CustomerId, TicketId
from domain.tickets import PastTicket, Said
from kb_index.errors import NotSolved

LONGEST = 2000
MOST_LINKS = 20
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'`]+[^\s<>()\[\]\"'`.,;:!?*_]")


@dataclass(frozen=True)
class Solved:
    """A question that a teammate answered with articles; `links` are their ids or addresses."""

    ticket: TicketId
    question: str
    links: tuple[str, ...]
    asked_at: datetime
    answered_at: datetime
    subject: str = ""
    customer: CustomerId | None = None

    @property
    def text(self) -> str:
        """Return everything that was asked."""
        return f"{self.subject}\n{self.question}".strip()


def solved(ticket: PastTicket) -> Solved:
    """Return what is remembered of a ticket.

    The question is what the customer said before anybody answered, up to 2,000 characters. An article counts when a
    teammate's message links it, or when the ticket names it, a teammate wrote in it and it was not only the bot's.
    Raises NotSolved, saying why there is nothing.
    """
    asked = _question(ticket)
    if not (asked or ticket.subject.strip()):
        raise NotSolved("the customer asks nothing in it")
    answers = [said for said in ticket.messages if said.author == "teammate"]
    if not answers:
        raise NotSolved("no teammate answered it")
    links = tuple(dict.fromkeys(_links(ticket, answers)))[:MOST_LINKS]
    if not links:
        raise NotSolved("no teammate's answer links an article")
    linking = [said.at for said in answers if said.at and _ADDRESS.search(said.text)]
    known = linking[:1] or [said.at for said in answers if said.at][-1:] or [ticket.created_at]
    subject = ticket.subject.strip()[:LONGEST]
    return Solved(ticket.id, asked, links, ticket.created_at, known[0], subject, ticket.customer)


def _question(ticket: PastTicket) -> str:
    opening = list(takewhile(lambda said: said.author == "customer", ticket.messages))
    first = opening or [said for said in ticket.messages if said.author == "customer"][:1]
    return "\n".join(said.text.strip() for said in first)[:LONGEST].strip()


def _links(ticket: PastTicket, answers: list[Said]) -> Iterator[str]:
    """Yield what a teammate linked, the ticket's own list first."""
    sent = "\n".join(said.text for said in answers)
    bots = "\n".join(said.text for said in ticket.messages if said.author == "bot")
    yield from (link for link in ticket.articles if link in sent or link not in bots)
    yield from _ADDRESS.findall(sent)
