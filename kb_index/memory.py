"""Ticket memory: questions that teammates answered vote for the articles that the answers linked.

The twenty most similar tickets vote, each with a weight of at most 1 that its articles share, one ticket a customer.
An article that was ever linked gets a little for that alone. What is linked in tickets of every kind says nothing about
this one, so the votes for it count less the larger its share of all tickets is. All of it is capped, and `ranking`
exempts an article that no ticket knows yet. The numbers were chosen on the earlier half of five months of real tickets.
"""

from collections import ChainMap, Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import log1p

import numpy as np
from numpy.typing import NDArray

from domain.ids import ArticleId, TicketId
from domain.search import Query, Vote
from embedding.embedder import Embedder, Vectors
from kb_index.addresses import Addresses
from kb_index.solved import Solved

VOTERS = 20
OF_ONE_CUSTOMER = 4  # times as many are looked at, so that enough are left when one customer asked many times
A_VOTE = 0.2
CAP = 0.35
ESTABLISHED = 0.07
LEARNED_FROM = 400  # tickets, after which more links do not establish an article any further
EVERYWHERE = 0.15  # the share of all tickets at which a link counts half
DOUBT = 50  # tickets to know before a share or a mean of them says much
UNLIKE = 0.2  # the cosine at which a ticket has nothing to say ...
ABOVE_UNLIKE = 0.1  # ... or this much below the usual cosine, where the embedder finds all texts alike
SIMILAR = 0.3  # the weight from which a ticket is called similar
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Voter:
    """A remembered ticket without its words: the articles it was solved with, and when, as a Unix time."""

    articles: tuple[ArticleId, ...]
    answered_at: float
    customer: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A remembered ticket without its words, its links as they were sent."""

    ticket: TicketId
    links: tuple[str, ...]
    answered_at: float
    customer: str | None


@dataclass(frozen=True)
class Copy:
    """The newest tickets of a brand as a process holds them, a row of `vectors` for each."""

    entries: tuple[Entry, ...]
    vectors: Vectors

    def changed(self, gone: Container[TicketId], entries: Sequence[Entry], vectors: Vectors, most: int) -> "Copy":
        """Return the copy without some tickets and with others, the `most` newest of all."""
        left = [row for row, entry in enumerate(self.entries) if entry.ticket not in gone]
        every = [*(self.entries[row] for row in left), *entries]
        rows = np.concatenate([self.vectors[left], vectors]) if entries else self.vectors[left]
        newest = sorted(range(len(every)), key=lambda row: (-every[row].answered_at, every[row].ticket))[:most]
        return Copy(tuple(every[row] for row in newest), rows[newest])

    def tickets(self, addresses: Addresses) -> "Tickets":
        """Return the tickets ready to vote, for the articles that their links lead to."""
        voters = [Voter(addresses.articles(one.links), one.answered_at, one.customer) for one in self.entries]
        return Tickets(voters, self.vectors)


class Tickets:
    """The remembered tickets of one brand, ready to vote; a row of `vectors` for each voter."""

    def __init__(self, voters: Sequence[Voter], vectors: Vectors) -> None:
        rows = [row for row, voter in enumerate(voters) if voter.articles]
        self._voters = [voters[row] for row in rows]
        self._vectors = vectors if len(rows) == len(voters) else vectors[rows]
        self._answered = np.array([voter.answered_at for voter in self._voters])

    def __len__(self) -> int:
        """Return how many may vote."""
        return len(self._voters)

    def votes(self, vector: Vectors, asked_at: datetime | None = None) -> Mapping[ArticleId, Vote]:
        """Return a vote for every article that was ever linked, by what was known at `asked_at`, by default now."""
        known = np.ones(len(self), bool) if asked_at is None else self._answered <= asked_at.timestamp()
        if not known.any():
            return {}
        counts = self._counts if known.all() else self._counted(np.flatnonzero(known))
        total = int(known.sum())
        support, similar = self._near(self._vectors @ vector, known)
        near = {name: _vote(counts[name], total, support[name], similar[name]) for name in support}
        return ChainMap(near, self._established if known.all() else _established(counts, total))

    def _near(self, cosines: Vectors, known: NDArray[np.bool_]) -> tuple[Mapping[ArticleId, float], Counter[ArticleId]]:
        """Return how much the nearest tickets say for each article, and how many of them are truly similar."""
        unlike = max(UNLIKE, _usual(cosines[known]) - ABOVE_UNLIKE)
        support: dict[ArticleId, float] = {}
        similar: Counter[ArticleId] = Counter()
        for row in self._nearest(np.where(known, cosines, -1.0), int(known.sum())):
            weight = (float(cosines[row]) - unlike) / (1 - unlike)
            if weight > 0:
                articles = self._voters[row].articles
                for name in articles:
                    support[name] = support.get(name, 0.0) + weight / len(articles)
                similar.update(articles if weight >= SIMILAR else ())
        return support, similar

    def _nearest(self, cosines: Vectors, total: int) -> list[int]:
        """Return the rows of the nearest tickets, the nearest first, one a customer."""
        wanted = min(total, VOTERS * OF_ONE_CUSTOMER)
        rows = np.argpartition(-cosines, wanted - 1)[:wanted]
        chosen: dict[str, int] = {}
        for row in rows[np.lexsort((rows, -cosines[rows]))].tolist():
            chosen.setdefault(self._voters[row].customer or f"\0{row}", row)
        return list(chosen.values())[:VOTERS]

    @cached_property
    def _counts(self) -> Counter[ArticleId]:
        return self._counted(range(len(self)))

    @cached_property
    def _established(self) -> dict[ArticleId, Vote]:
        return _established(self._counts, len(self))

    def _counted(self, rows: Sequence[int] | NDArray[np.intp]) -> Counter[ArticleId]:
        """Return how many of these tickets were solved with each article."""
        return Counter(name for row in rows for name in self._voters[row].articles)


class GivenMemory:
    """The memory of tickets that are given, a row of `vectors` for each, for whatever brand asks."""

    def __init__(self, solved: Sequence[Solved], vectors: Vectors, addresses: Addresses) -> None:
        entries = tuple(Entry(one.ticket, one.links, one.answered_at.timestamp(), one.customer) for one in solved)
        self._tickets = Copy(entries, vectors).tickets(addresses)

    async def votes(self, query: Query, vector: Vectors) -> Mapping[ArticleId, Vote]:
        """Return the votes for a question."""
        return self._tickets.votes(vector, query.asked_at)


def embedded(solved: Sequence[Solved], embedder: Embedder) -> Vectors:
    """Return a vector of length one for each ticket: of all that was asked, and of its subject once more."""
    if not solved:
        return np.empty((0, embedder.dimension), np.float32)
    rows = embedder.embed_queries([one.text for one in solved])
    named = [row for row, one in enumerate(solved) if one.subject]
    if named:
        rows[named] += embedder.embed_queries([solved[row].subject for row in named])
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def _usual(cosines: Vectors) -> float:
    """Return the cosine of a question to any ticket, expected to be low until enough of them are known."""
    return float(cosines.sum() + DOUBT * UNLIKE) / (len(cosines) + DOUBT)


def _established(counts: Counter[ArticleId], total: int) -> dict[ArticleId, Vote]:
    return {name: _vote(count, total, 0.0, 0) for name, count in counts.items()}


def _vote(count: int, total: int, support: float, similar: int) -> Vote:
    share = count / (total + DOUBT)
    telling = 1 / (1 + (share / EVERYWHERE) ** 2)
    linked = ESTABLISHED * log1p(min(count, LEARNED_FROM * share))
    return Vote(round(telling * (min(CAP, A_VOTE * support) + linked), DIGITS), similar)
