"""What articles were: every version that another one replaced, the newest few of each with their text.

Deleting an article takes the text out of all of them; who stored and deleted what, and when, stays.
"""

from sqlalchemy import ColumnElement, case, delete, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from database.knowledge import article_versions, articles
from domain.articles import Version
from domain.ids import ArticleId, BrandId
from kb_index.records import AnyRow

KEPT = 20

_TEXT = ("title", "body", "visibility")
_OTHERS = ("version", "stored_at", "stored_by")


async def replace(connection: AsyncConnection, brand: BrandId, article: ArticleId) -> None:
    """Keep the present version of an article before it is changed, and forget one too many."""
    living = articles.c.deleted_at.is_(None)
    text = [case((living, articles.c[name]), else_=null()).label(name) for name in _TEXT]
    chosen = select(articles.c.brand, articles.c.id, *(articles.c[name] for name in _OTHERS), *text)
    chosen = chosen.where(articles.c.brand == brand, articles.c.id == article)
    copied = insert(article_versions).from_select(["brand", "article", *_OTHERS, *_TEXT], chosen)
    version = await connection.scalar(copied.returning(article_versions.c.version))
    if version and version > KEPT:
        old = article_versions.c.version <= version - KEPT
        await connection.execute(delete(article_versions).where(_of(brand, article), old))


async def erase(connection: AsyncConnection, brand: BrandId, article: ArticleId) -> None:
    """Forget the text of every version."""
    await connection.execute(update(article_versions).where(_of(brand, article)).values(dict.fromkeys(_TEXT)))


async def of(connection: AsyncConnection, brand: BrandId, article: ArticleId) -> list[Version]:
    """Return the versions of an article, the newest first, and none where none was ever stored."""
    now = select(articles).where(articles.c.brand == brand, articles.c.id == article)
    present = (await connection.execute(now)).one_or_none()
    if present is None:
        return []
    before = select(article_versions).where(_of(brand, article)).order_by(article_versions.c.version.desc())
    rows = await connection.execute(before)
    buried = present.deleted_at is not None
    return [_version(present, told=not buried), *(_version(row) for row in rows)]


def _version(row: AnyRow, told: bool = True) -> Version:
    text = (row.title, row.body, row.visibility) if told else ()
    return Version(row.version, row.stored_at, row.stored_by, *text)


def _of(brand: BrandId, article: ArticleId) -> ColumnElement[bool]:
    return (article_versions.c.brand == brand) & (article_versions.c.article == article)
