"""What a customer sees of a ticket: what was said, each reply with its sources, and nothing of how it was made."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from api.outputs import Conversation, Happening, Source, SpokenMessage, SpokenSentence
from desk.desk import Desk
from desk.messages import Message
from desk.stream import StreamRow
from desk.tickets import Ticket
from desk.work.outcomes import Rating
from domain.decisions import Decision, FoundPassage, Reply
from domain.ids import ArticleId, CaseId
from domain.text import plain

QUEUED = "queued"
ItemT = TypeVar("ItemT")


async def read(desk: Desk, ticket: Ticket, rating: Rating | None) -> Conversation:
    """Return a ticket as its customer sees it."""
    rows = await desk.rows(ticket.id)
    return Conversation(
        ticket=ticket.id,
        handed_over=ticket.handed_over_at is not None or ticket.bot_silent,
        working=_working(ticket, rows),
        last_event=rows[-1].id if rows else 0,
        rating=rating,
        messages=[await _said(desk, message) for message in await desk.messages(ticket.id) if message.kind != "note"],
    )


async def event(desk: Desk, row: StreamRow) -> Happening:
    """Return what an event tells."""
    if "message" not in row.data:
        return Happening(case=row.case, status=row.data.get("status"))
    shown = SpokenMessage(
        id=row.data["message"],
        author=row.data["author"],
        kind="notice" if row.kind == "handed_over" else "reply",
        text=row.data["text"],
        at=row.created_at,
    )
    return Happening(case=row.case, message=await _with_sources(desk, shown, row.case))


def _working(ticket: Ticket, rows: Sequence[StreamRow]) -> str | None:
    if not ticket.waiting:
        return None
    return str(rows[-1].data["status"]) if rows and rows[-1].kind == "status" else QUEUED


async def _said(desk: Desk, message: Message) -> SpokenMessage:
    assert message.kind != "note"  # what teammates tell each other is no customer's business
    shown = SpokenMessage(
        id=message.id, author=message.author, kind=message.kind, text=message.text, at=message.created_at
    )
    return await _with_sources(desk, shown, message.case)


async def _with_sources(desk: Desk, shown: SpokenMessage, case: CaseId | None) -> SpokenMessage:
    """Return a message with its sentences and sources, when it is word for word the reply of its case."""
    decision = await desk.decision(case) if case else None
    if decision is None or decision.reply is None or decision.reply.text != shown.text:
        return shown
    return shown.model_copy(update=_cited(decision.reply, decision))


def _cited(reply: Reply, decision: Decision) -> dict[str, object]:
    sources = _sources(reply, decision.evidence)
    numbers = {ArticleId(source.article): source.number for source in sources}
    sentences = [
        SpokenSentence(
            text=sentence.text,
            kind=sentence.kind,
            ask=sentence.ask,
            sources=_unique(numbers[citation.article] for citation in sentence.citations),
        )
        for sentence in reply.sentences
    ]
    return {"sentences": sentences, "sources": sources}


def _sources(reply: Reply, evidence: Sequence[FoundPassage]) -> list[Source]:
    """Number the cited articles in the order in which the reply first cites them."""
    found = {passage.article: passage for passage in evidence}
    quotes: dict[ArticleId, list[str]] = {}
    for sentence in reply.sentences:
        for citation in sentence.citations:
            quotes.setdefault(citation.article, []).append(plain(citation.quote))
    return [
        Source(
            number=number,
            article=article,
            title=found[article].title if article in found else article,
            url=found[article].url if article in found else None,
            quotes=_unique(quoted),
        )
        for number, (article, quoted) in enumerate(quotes.items(), 1)
    ]


def _unique(items: Iterable[ItemT]) -> list[ItemT]:
    return list(dict.fromkeys(items))
