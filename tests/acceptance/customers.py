"""Customers who write, each until it is heard, and the books that say afterwards what became of them."""

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import psycopg

PATIENCE_S = 120.0
AT_ONCE = 16
QUESTIONS = ("How do I get a refund?", "Let me talk to a person.", "What does the moon weigh?")
AGAIN = (httpx.codes.CONFLICT, httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)
BOOKS = """
WITH said AS (
    SELECT ticket, count(*) FILTER (WHERE author = 'customer') AS heard, count(*) FILTER (WHERE author = 'bot') AS told
    FROM messages GROUP BY ticket
), decided AS (
    SELECT ticket, count(*) AS times FROM cases WHERE state = 'decided' GROUP BY ticket
), shown AS (
    SELECT ticket, count(message) AS messages, count(*) FILTER (WHERE kind = 'done') AS ends
    FROM stream GROUP BY ticket
)
SELECT count(*) AS tickets,
       count(*) FILTER (WHERE heard <> 1) AS heard_otherwise_than_once,
       count(*) FILTER (WHERE coalesce(decided.times, 0) <> 1) AS decided_otherwise_than_once,
       count(*) FILTER (WHERE told <> 1) AS told_otherwise_than_once,
       count(*) FILTER (WHERE coalesce(shown.messages, 0) <> 1 OR shown.ends <> 1) AS shown_otherwise_than_once
FROM tickets LEFT JOIN said ON said.ticket = tickets.id LEFT JOIN decided ON decided.ticket = tickets.id
LEFT JOIN shown ON shown.ticket = tickets.id
"""
UNDECIDED = """
SELECT count(*) FROM tickets
WHERE NOT EXISTS (SELECT FROM stream WHERE stream.ticket = tickets.id AND stream.kind = 'done')
"""
SLOWEST = """
SELECT max(extract(epoch FROM stream.created_at - tickets.created_at))::float
FROM stream JOIN tickets ON tickets.id = stream.ticket WHERE stream.kind = 'done'
"""


@dataclass(frozen=True)
class Books:
    """How many tickets there are, and how many of them went otherwise than they should."""

    tickets: int
    heard_otherwise_than_once: int = 0
    decided_otherwise_than_once: int = 0
    told_otherwise_than_once: int = 0
    shown_otherwise_than_once: int = 0


def books(conninfo: str) -> Books:
    """Return what the desk's tables say."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(BOOKS).fetchone()
    assert row is not None
    return Books(*row)


def undecided(conninfo: str) -> int:
    """Return how many customers still wait for what becomes of their message."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(UNDECIDED).fetchone()
    assert row is not None
    return int(row[0])


def settled(conninfo: str, patience_s: float = PATIENCE_S) -> float:
    """Wait until nobody waits any more, and return how many seconds that took."""
    began = time.monotonic()
    while undecided(conninfo):
        assert time.monotonic() - began < patience_s, f"{undecided(conninfo)} customers still wait: {books(conninfo)}"
        time.sleep(0.1)
    return time.monotonic() - began


def slowest_s(conninfo: str) -> float:
    """Return for how many seconds the unluckiest customer waited to know what becomes of their message."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(SLOWEST).fetchone()
    assert row is not None
    return float(row[0])


@dataclass
class Crowd:
    """Customers who write to whichever server they find; every `redelivered`-th sends its request once more at the end.

    `servers` are asked anew for each try, since one that was killed comes back elsewhere.
    """

    servers: tuple[Callable[[], str | None], ...]
    redelivered: int = 3
    refused: list[int] = field(default_factory=list)
    tickets: dict[int, str] = field(default_factory=dict)

    def write(self, number: int) -> str:
        """Write as a customer whose window tries again, under the same key, until it is heard; return the ticket."""
        until = time.monotonic() + PATIENCE_S
        for place in itertools.count(number):
            ticket = self._try(self.servers[place % len(self.servers)](), number)
            if ticket is not None:
                return ticket
            assert time.monotonic() < until, f"customer {number} was never heard"
            time.sleep(0.05)
        raise AssertionError

    def arrive(self, numbers: range, seconds: float) -> None:
        """Let these customers write, spread over so many seconds; some of them twice."""
        with ThreadPoolExecutor(AT_ONCE) as windows:
            heard: dict[int, Future[str]] = {}
            for number in numbers:
                heard[number] = windows.submit(self.write, number)
                threading.Event().wait(seconds / len(numbers))
            self.tickets |= {number: one.result() for number, one in heard.items()}
            again = [number for number in numbers if number % self.redelivered == 0]
            for number, ticket in zip(again, windows.map(self.write, again), strict=True):
                assert ticket == self.tickets[number], f"customer {number} was taken for another the second time"

    def _try(self, url: str | None, number: int) -> str | None:
        if url is None:
            return None
        headers = {"Idempotency-Key": f"customer-{number}"}
        said = {"text": QUESTIONS[number % len(QUESTIONS)]}
        try:
            answer = httpx.post(f"{url}/v1/chat", json=said, headers=headers, timeout=10, trust_env=False)
        except httpx.TransportError:
            return None
        if answer.status_code in AGAIN:
            self.refused.append(answer.status_code)
            return None
        assert answer.status_code == httpx.codes.ACCEPTED, f"{answer.status_code}: {answer.text}"
        return str(answer.json()["ticket"])
