"""Loops: signs that a machine wrote a message, so that two machines never write to each other without end.

Some machines say so in the headers of their mail. The others give themselves away: they send back what we said, repeat
themselves word for word, answer before anybody can have read, or write more than anybody can.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import messages as table
from database.tables import tickets
from desk.messages import Message
from desk.tickets import Ticket
from domain.turns import LIVE, Channel

Sign = Literal["spam", "headers", "echo", "repeated", "quick", "rate"]
SUSPICIONS: tuple[Sign, ...] = ("repeated", "quick", "rate")  # a person should look: it may be one after all
ROUNDS = 2  # how often a machine is answered before it counts as one
A_MINUTE = timedelta(minutes=1)
A_DAY = timedelta(days=1)
AT_MOST = 12  # messages that one customer writes in a minute
TELLING = 20  # characters from which equal words are no coincidence
UNREAD = {"live": timedelta(seconds=1), "mail": timedelta(seconds=20)}  # too soon for anybody to have read and answered

_BULK = re.compile(r"\b(?:bulk|junk|list|auto[-_]?reply)\b", re.IGNORECASE)
_SUPPRESSED = re.compile(r"\b(?:all|oof|autoreply)\b", re.IGNORECASE)
_QUOTED = re.compile(r"^[>\s]+", re.MULTILINE)


def headed(headers: Mapping[str, str]) -> Sign | None:
    """Return what the headers of a mail say of who wrote it: a filter's *spam*, a machine's *headers*, or nothing."""
    given = {name.lower(): value.strip() for name, value in headers.items()}
    if given.get("x-spam-flag", "").lower() == "yes":
        return "spam"
    automatic = (
        given.get("auto-submitted", "no").lower() != "no",
        bool(_BULK.search(given.get("precedence", ""))),
        bool(_SUPPRESSED.search(given.get("x-auto-response-suppress", ""))),
        given.get("return-path") == "<>",
        any(name.startswith(("list-", "x-autorepl", "x-autorespon")) for name in given),
    )
    return "headers" if any(automatic) else None


def heard(text: str, channel: Channel, said: Sequence[Message], now: datetime) -> Sign | None:
    """Return what gives a machine away in what it says, after what was said in its ticket."""
    words = _plain(text)
    talk = [message for message in said if message.kind != "note" and not message.automatic]
    if len(words) >= TELLING:
        if any(message.author != "customer" and _plain(message.text) == words for message in talk):
            return "echo"
        if _answered_before(words, talk) >= ROUNDS:
            return "repeated"
    return "quick" if _quick(talk, channel, now) else None


async def too_many(connection: AsyncConnection, ticket: Ticket, a_day: int, now: datetime) -> Sign | None:
    """Return *rate* when the customer of a ticket has written more than anybody does in a minute, or too many mails.

    Who gets the answers need not be who wrote, so mails of one address are answered `a_day` times; 0 is no limit.
    """
    theirs = table.c.ticket == ticket.id
    if ticket.customer is not None:
        theirs = or_(theirs, (tickets.c.brand == ticket.brand) & (tickets.c.customer == ticket.customer))
    by_mail = ticket.channel == "email" and a_day > 0
    recent = (table.c.author == "customer") & (table.c.created_at > now - (A_DAY if by_mail else A_MINUTE))
    counts = (
        func.count().filter(table.c.created_at > now - A_MINUTE).label("minute"),
        func.count().filter(tickets.c.channel == "email").label("mails"),
    )
    counted = select(*counts).select_from(table).join(tickets, tickets.c.id == table.c.ticket)
    found = (await connection.execute(counted.where(recent, theirs))).one()
    return "rate" if found.minute >= AT_MOST or (by_mail and found.mails >= a_day) else None


def _plain(text: str) -> str:
    """Return the words of a text, whoever quotes them and however they are set."""
    return " ".join(_QUOTED.sub("", text).casefold().split())


def _answered_before(words: str, talk: Sequence[Message]) -> int:
    """Return how often the bot has answered these very words."""
    asked = [(before, after) for before, after in pairwise(talk) if before.author == "customer"]
    return sum(after.author == "bot" and _plain(before.text) == words for before, after in asked)


def _quick(talk: Sequence[Message], channel: Channel, now: datetime) -> bool:
    """Say whether the last answers of the bot, and now this one, were each answered before anybody can have read it."""
    if not talk or talk[-1].author != "bot":
        return False
    soon = UNREAD["live" if channel in LIVE else "mail"]
    gaps = [
        after.created_at - before.created_at
        for before, after in pairwise(talk)
        if before.author == "bot" and after.author == "customer"
    ]
    rounds = [*gaps[-ROUNDS:], now - talk[-1].created_at]
    return len(rounds) > ROUNDS and all(gap <= soon for gap in rounds)
