"""Search over tickets: what was said in them, what they are about, and whose they are.

A ticket is found by every word of the query, in its subject or in one message of it; quotes hold words together and a
minus leaves one out. Where very many messages match, the newest tickets are ranked and the older ones left out: whoever
looks for an old one among them has to say more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import tickets as table
from desk.tickets import Ticket
from domain.ids import BrandId

FEW = 2000  # messages: so many, as the planner estimates, are all ranked
RECENT = 1000  # tickets that are looked through where more match
MOST = 5000  # messages that are ranked at most, whatever was estimated
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
    often = await _estimate(connection, query) > FEW
    among, bound = (_RECENT, {"recent": RECENT}) if often else (_ALL, {"most": MOST})
    found = await _rows(connection, _FOUND.format(among=among), values | bound)
    hits = {row.id: row for row in (*found, *named)}
    first = [row.id for row in named]
    ordered = sorted(hits.values(), key=lambda row: row.id not in first)
    return [_hit(row) for row in ordered[:limit]]


async def _estimate(connection: AsyncConnection, query: str) -> float:
    """Return how many messages the planner expects to match; reading its mind costs less than counting."""
    plan = (await connection.execute(text(_EXPECTED), {"query": query})).scalar_one()
    return float(plan[0]["Plan"]["Plan Rows"])


async def _rows(connection: AsyncConnection, statement: str, values: Mapping[str, object]) -> Sequence[Row[Any]]:
    needed = {name: value for name, value in values.items() if f":{name}" in statement}
    return (await connection.execute(text(statement), needed)).all()


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
_EXPECTED = """
    EXPLAIN (FORMAT JSON) SELECT FROM messages WHERE words @@ websearch_to_tsquery('simple', :query)
"""
_NAMED = f"""
    WITH theirs AS (
        SELECT id FROM tickets WHERE id = :query
        UNION
        SELECT id FROM tickets WHERE brand = :brand AND source IS NOT NULL AND source_id = :query
        UNION
        SELECT id FROM tickets WHERE brand = :brand AND customer = :query
        UNION
        SELECT tickets.id FROM tickets JOIN customers
            ON customers.brand = tickets.brand AND customers.id = tickets.customer
        WHERE customers.brand = :brand AND lower(customers.email) = lower(:query)
    )
    SELECT {_COLUMNS}, tickets.subject AS snippet, 2.0 AS score FROM theirs JOIN tickets USING (id)
    WHERE tickets.brand = :brand
    ORDER BY tickets.updated_at DESC, tickets.id DESC LIMIT :limit
"""
_RECENT = """
    newest AS MATERIALIZED (
        SELECT id, subject FROM tickets WHERE brand = :brand ORDER BY updated_at DESC, id DESC LIMIT :recent
    ), matches AS (
        SELECT newest.id AS ticket, said.id AS message, ts_rank(said.words, asked.words) AS score
        FROM asked, newest CROSS JOIN LATERAL (
            SELECT id, words FROM messages WHERE messages.ticket = newest.id OFFSET 0
        ) AS said
        WHERE said.words @@ asked.words
        UNION ALL
        SELECT newest.id, NULL, 2 * ts_rank(to_tsvector('simple', newest.subject), asked.words)
        FROM asked, newest WHERE to_tsvector('simple', newest.subject) @@ asked.words
    )
"""
_ALL = """
    matches AS (
        (SELECT messages.ticket, messages.id AS message, ts_rank(messages.words, asked.words) AS score
        FROM asked, messages JOIN tickets ON tickets.id = messages.ticket
        WHERE messages.words @@ websearch_to_tsquery('simple', :query) AND tickets.brand = :brand
        LIMIT :most)
        UNION ALL
        (SELECT tickets.id, NULL, 2 * ts_rank(to_tsvector('simple', tickets.subject), asked.words)
        FROM asked, tickets
        WHERE to_tsvector('simple', tickets.subject) @@ websearch_to_tsquery('simple', :query)
            AND tickets.brand = :brand
        LIMIT :most)
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
