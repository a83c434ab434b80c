"""What customers asked, and which articles were found for it, as the decisions tell."""

from collections import Counter
from itertools import dropwhile
from typing import Any

from sqlalchemy import Row, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import cases
from desk import messages
from domain.articles import Uses
from domain.ids import ArticleId, BrandId, TicketId
from domain.search import Asked, Query
from domain.turns import Utterance

_DECIDED = cases.c.state == "decided"
_FOUND = func.jsonb_path_query(cases.c.decision, cast("$.evidence[*].article", JSONPATH), type_=JSONB)


async def uses(connection: AsyncConnection, brand: BrandId) -> Uses | None:
    """Return how the articles of a brand were used, None when nobody has asked anything yet."""
    chosen = select(cases.c.started_at).where(cases.c.brand == brand, _DECIDED)
    times = tuple(await connection.scalars(chosen.order_by(cases.c.started_at)))
    each = select(cases.c.id, _FOUND.label("article")).where(cases.c.brand == brand, _DECIDED).distinct().subquery()
    rows = await connection.execute(select(each.c.article, func.count()).group_by(each.c.article))
    return Uses(times, Counter({ArticleId(article): count for article, count in rows})) if times else None


async def questions(connection: AsyncConnection, brand: BrandId, limit: int) -> list[Asked]:
    """Return the newest asks of customers, at most so many, with what was said before each as it was searched for."""
    told = cases.c.id, cases.c.ticket, cases.c.turn, cases.c.decision
    chosen = select(*told).where(cases.c.brand == brand, _DECIDED).order_by(cases.c.started_at.desc(), cases.c.id)
    found: list[Asked] = []
    for row in await connection.execute(chosen.limit(limit)):
        history = await _before(connection, row)
        language = (row.decision["triage"] or {}).get("language")
        found.extend(
            Asked(f"{row.id}/{ask['id']}", "case", Query(ask["text"], brand, language=language, history=history))
            for ask in row.decision["asks"]
        )
    return found[:limit]


async def _before(connection: AsyncConnection, case: Row[*tuple[Any, ...]]) -> tuple[Utterance, ...]:
    """Return what was said in a ticket before the turn of a case."""
    said = await messages.of(connection, TicketId(case.ticket))
    known = [message for message in said if message.number <= case.turn and message.kind in messages.SPOKEN]
    earlier = list(dropwhile(lambda message: message.author == "customer", reversed(known)))
    return tuple(Utterance(message.author, message.text) for message in reversed(earlier))
