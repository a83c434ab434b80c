"""Places: where messages stand, and everything that goes with them when they move to another ticket or number.

Cases, suggestions, handovers, files and what watchers saw follow their messages, so that a ticket's numbers always mean
its own messages. Numbers are unique, so they change by way of their negatives.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import TicketId

Place = tuple[TicketId, int]

_PLACED = """
    WITH placed AS (
        SELECT * FROM unnest(CAST(:old_tickets AS text[]), CAST(:old_numbers AS int[]),
                             CAST(:new_tickets AS text[]), CAST(:new_numbers AS int[]))
            AS placed (old_ticket, old_number, new_ticket, new_number)
    )
"""
_MOVES = (
    """
    UPDATE messages SET ticket = placed.new_ticket, number = -placed.new_number, answers = (
        SELECT -said.new_number FROM placed AS said
        WHERE said.old_ticket = messages.ticket AND said.old_number = messages.answers
            AND said.new_ticket = placed.new_ticket
    )
    FROM placed WHERE placed.old_ticket = messages.ticket AND placed.old_number = messages.number
    """,
    """
    UPDATE suggestions SET ticket = placed.new_ticket, turn = -placed.new_number
    FROM placed WHERE placed.old_ticket = suggestions.ticket AND placed.old_number = suggestions.turn
    """,
    """
    UPDATE cases SET ticket = placed.new_ticket, turn = -placed.new_number
    FROM placed WHERE placed.old_ticket = cases.ticket AND placed.old_number = cases.turn
    """,
)
_SETTLES = (
    "UPDATE messages SET number = -number, answers = -answers WHERE ticket = ANY(:new_tickets) AND number < 0",
    "UPDATE suggestions SET turn = -turn WHERE ticket = ANY(:new_tickets) AND turn < 0",
    "UPDATE cases SET turn = -turn WHERE ticket = ANY(:new_tickets) AND turn < 0",
)
_FOLLOWS = (
    """
    UPDATE handovers SET ticket = cases.ticket
    FROM cases WHERE cases.id = handovers.case AND cases.ticket = ANY(:new_tickets)
        AND handovers.ticket <> cases.ticket
    """,
    """
    UPDATE attachments SET ticket = messages.ticket
    FROM messages WHERE messages.id = attachments.message AND messages.ticket = ANY(:new_tickets)
        AND attachments.ticket <> messages.ticket
    """,
    """
    UPDATE stream SET ticket = messages.ticket
    FROM messages WHERE messages.id = stream.message AND messages.ticket = ANY(:new_tickets)
        AND stream.ticket <> messages.ticket
    """,
)


async def move(connection: AsyncConnection, places: Mapping[Place, Place]) -> None:
    """Put messages from their old places to new ones; this transaction holds all tickets that are named."""
    if not places:
        return
    old, new = list(places), list(places.values())
    values: dict[str, Any] = {
        "old_tickets": [ticket for ticket, _ in old],
        "old_numbers": [number for _, number in old],
        "new_tickets": [ticket for ticket, _ in new],
        "new_numbers": [number for _, number in new],
    }
    for statement in _MOVES:
        await connection.execute(text(_PLACED + statement), values)
    for statement in (*_SETTLES, *_FOLLOWS):
        await connection.execute(text(statement), {"new_tickets": sorted(set(values["new_tickets"]))})
