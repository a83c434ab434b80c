"""Search over tickets: what was said in them, what they are about, and whose they are.

A ticket is found by every word of the query, in its subject or in one message of it; quotes hold words together and a
minus leaves one out. The newest tickets are looked through first, since most searches are for something recent; all
others only where these do not fill the page.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import tickets as table
from desk.tickets import Ticket
from domain.ids import BrandId

RECENT = 2000  # tickets that are looked through first
RANKED = 5000  # messages that are ranked at most, of all that match
_MARKS = "\x02", "\x03"  # what stands around a match until it is told apart


@dataclass(frozen=True)
class Piece:
    """Some words of a message; `match` says whether they were looked for."""

    text: str
    match: bool


@dataclass(frozen=True)
class Hit:
    """A ticket that was found, and the words that it was found by: a piece of its best message, or its subject."""

    ticket: Ticket
    snippet: tuple[Piece, ...]
    score: float


async def find(connection: AsyncConnection, brand: BrandId, query: str, limit: int) -> list[Hit]:
    """Return the tickets of a brand that a query finds, best first.

    A ticket's id, its id where it was imported from, and a customer's id or address find theirs too.
    """
    values = {"brand": brand, "query": query, "limit": limit, "open_mark": _MARKS[0], "close_mark": _MARKS[1]}
    named = await _rows(connection, _NAMED, values)
    recent = await _rows(connection, _FOUND.format(among=_RECENT), values | {"recent": RECENT})
    found = recent
    if len(recent) < limit:
        found = await _rows(connection, _FOUND.format(among=_ALL), values | {"ranked": RANKED})
    hits = {row.id: row for row in (*named, *found)}
    return [_hit(row) for row in list(hits.values())[:limit]]


async def _rows(connection: AsyncConnection, statement: str, values: dict[str, Any]) -> list[Row[Any]]:
    prepared = text(statement).bindparams(
        *(bindparam(name, value) for name, value in values.items() if f":{name}" in statement)
    )
    return list((await connection.execute(prepared)).all())


def _hit(row: Row[Any]) -> Hit:
    return Hit(Ticket.of(row), _pieces(row.snippet or ""), round(row.score, 4))


def _pieces(marked: str) -> tuple[Piece, ...]:
    """Return a marked text piece by piece, so that nobody has to trust it as HTML."""
    first, *rest = marked.split(_MARKS[0])
    pieces = [Piece(first, False)]
    for part in rest:
        match, _, after = part.partition(_MARKS[1])
        pieces += [Piece(match, True), Piece(after, False)]
    return tuple(piece for piece in pieces if piece.text)


_COLUMNS = ", ".join(f"tickets.{column.name}" for column in table.columns)
_NAMED = f"""
    SELECT {_COLUMNS}, tickets.subject AS snippet, 2.0 AS score FROM tickets
    WHERE tickets.brand = :brand AND (
        tickets.id = :query OR tickets.source_id = :query AND tickets.source IS NOT NULL
        OR tickets.customer IN (
            SELECT id FROM customers WHERE brand = :brand AND (id = :query OR lower(email) = lower(:query))
        )
    )
    ORDER BY tickets.updated_at DESC, tickets.id DESC LIMIT :limit
"""
_RECENT = """
    newest AS MATERIALIZED (
        SELECT id, subject FROM tickets WHERE brand = :brand ORDER BY updated_at DESC, id DESC LIMIT :recent
    ), matches AS (
        SELECT messages.ticket, messages.id AS message, ts_rank(messages.words, asked.words) AS score
        FROM asked, newest JOIN messages ON messages.ticket = newest.id WHERE messages.words @@ asked.words
        UNION ALL
        SELECT newest.id, NULL, 2 * ts_rank(to_tsvector('simple', newest.subject), asked.words)
        FROM asked, newest WHERE to_tsvector('simple', newest.subject) @@ asked.words
    )
"""
_ALL = """
    matches AS (
        (SELECT messages.ticket, messages.id AS message, ts_rank(messages.words, asked.words) AS score
        FROM asked, messages JOIN tickets ON tickets.id = messages.ticket
        WHERE messages.words @@ asked.words AND tickets.brand = :brand
        LIMIT :ranked)
        UNION ALL
        (SELECT tickets.id, NULL, 2 * ts_rank(to_tsvector('simple', tickets.subject), asked.words)
        FROM asked, tickets
        WHERE to_tsvector('simple', tickets.subject) @@ asked.words AND tickets.brand = :brand
        LIMIT :ranked)
    )
"""
_FOUND = (
    """
    WITH asked AS (SELECT websearch_to_tsquery('simple', :query) AS words), {among},
    best AS (
        SELECT DISTINCT ON (ticket) ticket, message, score FROM matches ORDER BY ticket, score DESC, message
    ), found AS (
        SELECT best.* FROM best JOIN tickets ON tickets.id = best.ticket
        ORDER BY score DESC, tickets.updated_at DESC, tickets.id LIMIT :limit
    )
    SELECT """
    + _COLUMNS
    + """, found.score, ts_headline(
        'simple', coalesce(left(messages.text, 20000), tickets.subject), asked.words,
        'StartSel=' || :open_mark || ', StopSel=' || :close_mark || ', MaxWords=30, MinWords=12'
    ) AS snippet
    FROM asked, found JOIN tickets ON tickets.id = found.ticket LEFT JOIN messages ON messages.id = found.message
    ORDER BY found.score DESC, tickets.updated_at DESC, tickets.id
    """
)
