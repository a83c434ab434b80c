"""Replies that customers were sent, by the article that they rest on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import cases, messages
from domain.ids import ArticleId, BrandId, MessageId, TicketId


@dataclass(frozen=True)
class CitingReply:
    """A reply that rests on an article, with the sentences that do."""

    message: MessageId
    ticket: TicketId
    at: datetime
    sentences: tuple[str, ...]


async def citing(
    connection: AsyncConnection, brand: BrandId, article: ArticleId, after: MessageId | None, limit: int
) -> list[CitingReply]:
    """Return the next replies that cite an article, the newest first, after one of them."""
    chosen = (
        select(messages.c.id, messages.c.ticket, messages.c.created_at, cases.c.decision)
        .join(cases, (cases.c.ticket == messages.c.ticket) & (cases.c.id == messages.c.case))
        .where(cases.c.brand == brand, cases.c.cited.op("@>")([article]), messages.c.kind == "reply")
    )
    if after is not None:
        written = select(messages.c.created_at).where(messages.c.id == after).scalar_subquery()
        chosen = chosen.where(tuple_(messages.c.created_at, messages.c.id) < tuple_(written, after))
    newest_first = chosen.order_by(messages.c.created_at.desc(), messages.c.id.desc())
    rows = await connection.execute(newest_first.limit(limit))
    return [_reply(row, article) for row in rows]


def _reply(row: Row[*tuple[Any, ...]], article: ArticleId) -> CitingReply:
    """Return a row with those of its sentences that cite the article."""
    said = row.decision["reply"]["sentences"]
    chosen = (it["text"] for it in said if any(citation["article"] == article for citation in it["citations"]))
    return CitingReply(MessageId(row.id), TicketId(row.ticket), row.created_at, tuple(chosen))
