"""What readers think of articles, counted apart from what these say: a vote or a view makes no version."""

from collections.abc import Collection

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.knowledge import article_votes, articles
from domain.articles import VISIBLE_TO, Audience, Standing
from domain.ids import ArticleId, BrandId

_COUNTED = ("up", "down", "views")


async def add(
    connection: AsyncConnection, brand: BrandId, audience: Audience, article: ArticleId, up: int, down: int, views: int
) -> bool:
    """Add to the counts of an article; say whether the audience has one of this id."""
    visible = articles.c.deleted_at.is_(None) & articles.c.visibility.in_(VISIBLE_TO[audience])
    columns = (articles.c.brand, articles.c.id, *map(literal, (up, down, views)))
    chosen = select(*columns).where(articles.c.brand == brand, articles.c.id == article, visible)
    added = insert(article_votes).from_select(["brand", "article", *_COUNTED], chosen)
    sums = {name: article_votes.c[name] + added.excluded[name] for name in _COUNTED}
    added = added.on_conflict_do_update(index_elements=["brand", "article"], set_=sums)
    return await connection.scalar(added.returning(article_votes.c.article)) is not None


async def standings(
    connection: AsyncConnection, brand: BrandId, ids: Collection[ArticleId]
) -> dict[ArticleId, Standing]:
    """Return how those of the articles that live stand."""
    told = (articles.c[name] for name in ("id", "version", "stored_at", "stored_by", "reviewed_at"))
    counts = (func.coalesce(article_votes.c[name], 0) for name in _COUNTED)
    of = (article_votes.c.brand == articles.c.brand) & (article_votes.c.article == articles.c.id)
    chosen = select(*told, *counts).outerjoin(article_votes, of).where(articles.c.deleted_at.is_(None))
    rows = await connection.execute(chosen.where(articles.c.brand == brand, articles.c.id == func.any(list(ids))))
    return {ArticleId(row[0]): Standing(*row[1:]) for row in rows}
