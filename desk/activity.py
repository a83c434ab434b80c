"""What people do at the desk besides answering: look at tickets, search, read and judge; the numbers rest on it.

A teammate looks at one ticket at a time. Their window says so again and again; what lies more than two minutes apart
counts as two minutes, so that nobody's lunch is handling time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.people import focuses
from database.work import searches
from desk import events, tickets
from desk.errors import UnknownSearch, UnknownSource
from desk.staff import teammates
from desk.work import outcomes
from desk.work.outcomes import Rating
from domain.ids import ArticleId, BrandId, CustomerId, SearchId, TeammateId, TicketId, new

IDLE = timedelta(minutes=2)
LONGEST_WRAP_UP = timedelta(hours=2)

Searcher = Literal["customer", "teammate"]
Ending = Literal["opened", "answered", "reformulated", "given_up"]
ENDINGS: dict[Ending, events.Kind] = {
    "opened": "search_opened",
    "answered": "search_answered",
    "reformulated": "search_reformulated",
    "given_up": "search_given_up",
}


@dataclass(frozen=True)
class Looking:
    """A teammate at a ticket: since when, when they last said so, and how many seconds of it counted until then."""

    teammate: TeammateId
    brand: BrandId
    ticket: TicketId
    since: datetime
    seen_at: datetime
    seconds: int

    def until(self, now: datetime) -> int:
        """Return how many seconds count by now."""
        return self.seconds + round(min(now - self.seen_at, IDLE).total_seconds())


class Activity:
    """What people do, noted; every method is one transaction and takes the time from its caller."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def looks(self, brand: BrandId, teammate: TeammateId, ticket: TicketId, now: datetime) -> None:
        """Note that a teammate has a ticket before them; whatever they looked at before, they left.

        Raises UnknownTeammate or UnknownTicket.
        """
        async with self._engine.begin() as connection:
            await teammates.hold(connection, brand, teammate)
            await tickets.of_brand(connection, brand, ticket)
            before = await _looking(connection, teammate)
            if before and before.ticket == ticket:
                counted = {"seen_at": now, "seconds": before.until(now)}
                await connection.execute(update(focuses).where(focuses.c.teammate == teammate).values(counted))
                return
            if before:
                await _left(connection, before, now)
            row = {"teammate": teammate, "brand": brand, "ticket": ticket, "since": now, "seen_at": now, "seconds": 0}
            await connection.execute(insert(focuses).values(row))
            await events.record(connection, brand, ticket, "ticket_focused", now, by=teammate)

    async def leaves(self, brand: BrandId, teammate: TeammateId, now: datetime) -> None:
        """Note that a teammate looks at no ticket any more.

        Raises UnknownTeammate.
        """
        async with self._engine.begin() as connection:
            await teammates.hold(connection, brand, teammate)
            if before := await _looking(connection, teammate):
                await _left(connection, before, now)

    async def wraps_up(
        self, brand: BrandId, teammate: TeammateId, ticket: TicketId, spent: timedelta, now: datetime
    ) -> None:
        """Note what a teammate spent on a ticket after leaving it, at most two hours.

        Raises UnknownTeammate or UnknownTicket.
        """
        async with self._engine.begin() as connection:
            await teammates.hold(connection, brand, teammate)
            await tickets.of_brand(connection, brand, ticket)
            seconds = round(min(max(spent, timedelta()), LONGEST_WRAP_UP).total_seconds())
            await events.record(connection, brand, ticket, "wrapped_up", now, by=teammate, seconds=seconds)

    async def sweep(self, now: datetime, limit: int = 500) -> int:
        """Let those leave whose windows have said nothing for long, as of when they last did; return how many."""
        silent = select(focuses).where(focuses.c.seen_at < now - IDLE).order_by(focuses.c.seen_at).limit(limit)
        async with self._engine.begin() as connection:
            rows = (await connection.execute(silent.with_for_update(skip_locked=True))).all()
            for row in rows:
                gone = Looking(**row._mapping)
                await _left(connection, gone, gone.seen_at)
        return len(rows)

    async def searched(
        self,
        brand: BrandId,
        by: Searcher,
        query: str,
        shown: Sequence[ArticleId],
        now: datetime,
        customer: CustomerId | None = None,
        instead_of: SearchId | None = None,
    ) -> SearchId:
        """Keep a search and what it showed; `instead_of` is the one that was worded anew. Return its id."""
        search = SearchId(new("sea"))
        row = {"id": search, "brand": brand, "by": by, "customer": customer, "query": query, "shown": list(shown)}
        async with self._engine.begin() as connection:
            await connection.execute(insert(searches).values(**row, opened=[], created_at=now))
            await events.record(connection, brand, None, "search_made", now, search=search, by=by, shown=len(shown))
            if instead_of is not None:
                await _ended(connection, brand, instead_of, "reformulated", now)
        return search

    async def ended(
        self, brand: BrandId, search: SearchId, how: Ending, now: datetime, article: ArticleId | None = None
    ) -> None:
        """Note what became of a search; `article` is what was opened.

        Raises UnknownSearch, or UnknownSource for an article that it did not show.
        """
        async with self._engine.begin() as connection:
            await _ended(connection, brand, search, how, now, article)

    async def viewed(self, brand: BrandId, article: ArticleId, by: Searcher, now: datetime, times: int = 1) -> None:
        """Note that somebody read an article, so many times."""
        async with self._engine.begin() as connection:
            await events.record(connection, brand, None, "article_viewed", now, article=article, by=by, times=times)

    async def voted(
        self, brand: BrandId, article: ArticleId, up: bool, now: datetime, ticket: TicketId | None = None
    ) -> None:
        """Note what a customer thinks of an article, in a ticket where they were shown it.

        Raises UnknownTicket.
        """
        async with self._engine.begin() as connection:
            if ticket is not None:
                await tickets.of_brand(connection, brand, ticket)
            await events.record(connection, brand, ticket, "article_voted", now, article=article, up=up)

    async def opened_citation(self, brand: BrandId, ticket: TicketId, article: ArticleId, now: datetime) -> None:
        """Note that a customer looked up what a reply rests on.

        Raises UnknownTicket, or UnknownSource for an article that no reply there rests on.
        """
        async with self._engine.begin() as connection:
            await tickets.of_brand(connection, brand, ticket)
            told = await events.of(connection, ticket)
            if not any(event.kind == "citation_shown" and event.data["article"] == article for event in told):
                raise UnknownSource(f"no reply in {ticket!r} rests on {article!r}: read the conversation's sources")
            await events.record(connection, brand, ticket, "citation_opened", now, article=article)

    async def rating(self, brand: BrandId, ticket: TicketId) -> Rating | None:
        """Return whether a ticket's customer is asked for a mark or gave one.

        Raises UnknownTicket.
        """
        async with self._engine.connect() as connection:
            await tickets.of_brand(connection, brand, ticket)
            outcome = await outcomes.of(connection, ticket)
        return outcome.rating if outcome else None

    async def rated(self, brand: BrandId, ticket: TicketId, mark: int, now: datetime) -> None:
        """Note the mark, 1 to 5, that a customer gives for how a ticket was solved.

        Raises UnknownTicket, or RatingRefused for another mark or a ticket that nobody asked about.
        """
        async with self._engine.begin() as connection:
            await outcomes.rated(connection, await tickets.of_brand(connection, brand, ticket), mark, now)


async def _looking(connection: AsyncConnection, teammate: TeammateId) -> Looking | None:
    row = (await connection.execute(select(focuses).where(focuses.c.teammate == teammate))).one_or_none()
    return None if row is None else Looking(**row._mapping)


async def _left(connection: AsyncConnection, before: Looking, now: datetime) -> None:
    await connection.execute(delete(focuses).where(focuses.c.teammate == before.teammate))
    seconds = before.until(now)
    await events.record(
        connection, before.brand, before.ticket, "ticket_left", now, by=before.teammate, seconds=seconds
    )


async def _ended(
    connection: AsyncConnection,
    brand: BrandId,
    search: SearchId,
    how: Ending,
    now: datetime,
    article: ArticleId | None = None,
) -> None:
    """Set how a search ended: what was opened stays opened, whatever the searcher does next."""
    known = (searches.c.brand == brand) & (searches.c.id == search)
    chosen = select(searches.c.ended, searches.c.shown).where(known).with_for_update()
    found = (await connection.execute(chosen)).one_or_none()
    if found is None:
        raise UnknownSearch(f"brand {brand!r} has no search {search!r}: its answer named the id")
    if article is not None and article not in found.shown:
        raise UnknownSource(f"the search {search!r} did not show {article!r}: name a result of its own")
    if found.ended not in ("opened", "answered"):
        await connection.execute(update(searches).where(known).values(ended=how))
    if article is not None:
        opened = func.array_append(searches.c.opened, article)
        await connection.execute(update(searches).where(known).values(opened=opened))
    facts = {"search": search, **({"article": article} if article else {})}
    await events.record(connection, brand, None, ENDINGS[how], now, **facts)
