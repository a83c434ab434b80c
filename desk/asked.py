"""What customers asked, and which articles were found for it, as the decisions tell."""

from collections import Counter

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import cases
from domain.articles import Uses
from domain.ids import ArticleId, BrandId

_DECIDED = cases.c.state == "decided"
_FOUND = func.jsonb_path_query(cases.c.decision, cast("$.evidence[*].article", JSONPATH), type_=JSONB)


async def uses(connection: AsyncConnection, brand: BrandId) -> Uses | None:
    """Return how the articles of a brand were used, None when nobody has asked anything yet."""
    chosen = select(cases.c.started_at).where(cases.c.brand == brand, _DECIDED)
    times = tuple(await connection.scalars(chosen.order_by(cases.c.started_at)))
    each = select(cases.c.id, _FOUND.label("article")).where(cases.c.brand == brand, _DECIDED).distinct().subquery()
    rows = await connection.execute(select(each.c.article, func.count()).group_by(each.c.article))
    return Uses(times, Counter({ArticleId(article): count for article, count in rows})) if times else None
