"""The stream of a ticket: what its watchers see, as numbered rows announced to every process.

A row names a message, its words stay where messages are. Rows of one ticket are written one after the other, so that
their ids come into view in order and "everything after this id" misses nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg
from sqlalchemy import bindparam, exists, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import cases, messages, stream, tickets
from desk.outbox import Delivery
from domain.ids import CaseId, TicketId

RowKind = Literal["status", "reply", "done", "handed_over"]
CHANNEL = "desk_stream"
RECONNECT_S = 1.0

_ADD_STATUS = insert(stream).from_select(
    ["ticket", "case", "kind", "data", "created_at"],
    select(
        tickets.c.id,
        cases.c.id,
        literal("status"),
        bindparam("status", type_=JSONB),
        bindparam("now", type_=stream.c.created_at.type),
    )
    .join_from(tickets, cases, cases.c.ticket == tickets.c.id)
    .where(
        tickets.c.id == bindparam("ticket_id"), cases.c.id == bindparam("case_id"), cases.c.state == literal("running")
    )
    .with_for_update(key_share=True),
)
_AFTER = (
    select(
        stream,
        messages.c.number,
        messages.c.author,
        messages.c.text,
        cases.c.outcome,
        cases.c.decision["reply"]["sentences"].label("sentences"),
        cases.c.decision["evidence"].label("evidence"),
    )
    .outerjoin(messages, messages.c.id == stream.c.message)
    .outerjoin(cases, cases.c.id == stream.c.case)
    .where(stream.c.ticket == bindparam("ticket_id"), stream.c.id > bindparam("last"))
    .order_by(stream.c.id)
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StreamRow:
    """One thing a watcher sees.

    `data` holds for `status` {status}; for `reply` and `handed_over` {message, number, author, text}, and where the bot
    replied {sentences, articles} besides, as in the decision, with title and url of every cited article; for `done`
    {outcome}.
    """

    id: int
    ticket: TicketId
    case: CaseId | None
    kind: RowKind
    data: Mapping[str, Any]
    created_at: datetime


async def add_status(connection: AsyncConnection, ticket: TicketId, case: CaseId, status: str, now: datetime) -> None:
    """Add what a case is doing, if it still runs; holds the ticket first."""
    values = {"status": {"status": status}, "now": now, "ticket_id": ticket, "case_id": case}
    await connection.execute(_ADD_STATUS, values)


async def add_message(connection: AsyncConnection, delivery: Delivery, now: datetime) -> None:
    """Add a message, once, in a transaction that holds the ticket; after the last of a case the case is done."""
    row: dict[str, object] = {
        "ticket": delivery.ticket,
        "case": delivery.case,
        "message": delivery.message,
        "kind": "handed_over" if delivery.kind == "notice" else "reply",
        "data": {},
        "created_at": now,
    }
    await connection.execute(insert(stream).values(row).on_conflict_do_nothing())
    if delivery.case is not None and not await _unseen(connection, delivery.case):
        await add_done(connection, delivery.ticket, delivery.case, now)


async def add_done(connection: AsyncConnection, ticket: TicketId, case: CaseId, now: datetime) -> None:
    """Say, once, that nothing more comes of a case, in a transaction that holds the ticket."""
    row = {"ticket": ticket, "case": case, "kind": "done", "data": {}, "created_at": now}
    await connection.execute(insert(stream).values(row).on_conflict_do_nothing())


async def ring(connection: AsyncConnection, ticket: TicketId) -> None:
    """Tell whoever watches a ticket to look again, once this transaction is committed."""
    await connection.execute(select(func.pg_notify(CHANNEL, ticket)))


async def _unseen(connection: AsyncConnection, case: CaseId) -> bool:
    shown = exists().where(stream.c.message == messages.c.id)
    found = await connection.execute(select(messages.c.id).where(messages.c.case == case, ~shown).limit(1))
    return found.first() is not None


async def after(connection: AsyncConnection, ticket: TicketId, last: int) -> list[StreamRow]:
    """Return the rows of a ticket that come after a row's id, in order."""
    rows = await connection.execute(_AFTER, {"ticket_id": ticket, "last": last})
    return [StreamRow(row.id, row.ticket, row.case, row.kind, _shown(row), row.created_at) for row in rows]


def _shown(row: Row[Any]) -> Mapping[str, Any]:
    if row.kind == "done":
        return {"outcome": row.outcome}
    if row.message is None:
        return dict(row.data)
    said = {"message": row.message, "number": row.number, "author": row.author, "text": row.text}
    if row.kind == "reply" and row.sentences:
        said |= {"sentences": row.sentences, "articles": _cited(row.sentences, row.evidence or [])}
    return said


def _cited(sentences: list[dict[str, Any]], evidence: list[dict[str, Any]]) -> dict[str, dict[str, str | None]]:
    cited = {citation["article"] for sentence in sentences for citation in sentence["citations"]}
    return {
        found["article"]: {"title": found["title"], "url": found["url"]}
        for found in evidence
        if found["article"] in cited
    }


class Listener:
    """Rings for whoever watches a ticket; all watchers of a process share one connection, held while there are any."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._bells: dict[TicketId, set[asyncio.Event]] = {}
        self._listening: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watch(self, ticket: TicketId) -> AsyncIterator[asyncio.Event]:
        """Yield an event that is set whenever the ticket's stream may have grown."""
        bell = asyncio.Event()
        self._bells.setdefault(ticket, set()).add(bell)
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen(), name="stream listener")
        try:
            yield bell
        finally:
            self._bells[ticket].discard(bell)
            if not self._bells[ticket]:
                del self._bells[ticket]
            if not self._bells:
                await self._hang_up()

    async def _hang_up(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except psycopg.OperationalError as exc:
                logger.warning("the stream's connection was lost, trying again: %s", exc)
            await asyncio.sleep(RECONNECT_S)

    async def _hear(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            for ticket in list(self._bells):
                self._ring(ticket)
            async for notice in connection.notifies():
                self._ring(TicketId(notice.payload))

    def _ring(self, ticket: TicketId) -> None:
        for bell in self._bells.get(ticket, ()):
            bell.set()
