"""Messages: what was said in a ticket, numbered from 1."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import messages
from domain.ids import CaseId, MessageId, TeammateId, TicketId, new
from domain.turns import Author

Kind = Literal["text", "reply", "notice", "note"]
SPOKEN: tuple[Kind, ...] = ("text", "reply")  # what is part of the talk between customer and desk


@dataclass(frozen=True)
class Message:
    """One thing said; a bot's message belongs to a case, and `answers` is the newest customer message it answers."""

    id: MessageId
    ticket: TicketId
    number: int
    author: Author
    kind: Kind
    text: str
    created_at: datetime
    case: CaseId | None = None
    answers: int | None = None
    teammate: TeammateId | None = None
    automatic: bool = False

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the message of a row of its table."""
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})


async def add(
    connection: AsyncConnection,
    ticket: TicketId,
    author: Author,
    kind: Kind,
    text: str,
    now: datetime,
    case: CaseId | None = None,
    answers: int | None = None,
    teammate: TeammateId | None = None,
    automatic: bool = False,
) -> Message:
    """Add a message to a ticket that this transaction holds."""
    newest = select(func.coalesce(func.max(messages.c.number), 0)).where(messages.c.ticket == ticket)
    number = (await connection.execute(newest)).scalar_one() + 1
    message = Message(
        MessageId(new("msg")), ticket, number, author, kind, text, now, case, answers, teammate, automatic
    )
    await connection.execute(insert(messages).values(vars(message)))
    return message


async def talk(connection: AsyncConnection, ticket: TicketId, newest: int) -> list[Message]:
    """Return the newest of what customer, teammates and bot said to each other, in order.

    What machines wrote, what teammates tell each other and word of handovers is no part of that.
    """
    spoken = (messages.c.ticket == ticket) & ~messages.c.automatic & messages.c.kind.in_(SPOKEN)
    chosen = select(messages).where(spoken).order_by(messages.c.number.desc()).limit(newest)
    rows = (await connection.execute(chosen)).all()
    return [Message.of(row) for row in reversed(rows)]


async def noticed(connection: AsyncConnection, ticket: TicketId) -> bool:
    """Say whether the customer was told before that a person looks into a ticket."""
    told = (messages.c.ticket == ticket) & (messages.c.author == "bot") & (messages.c.kind == "notice")
    return (await connection.execute(select(messages.c.id).where(told).limit(1))).first() is not None


async def of(connection: AsyncConnection, ticket: TicketId, newest: int | None = None) -> list[Message]:
    """Return what was said in a ticket, in order; of a long one only the newest, when asked so."""
    chosen = select(messages).where(messages.c.ticket == ticket).order_by(messages.c.number.desc()).limit(newest)
    rows = (await connection.execute(chosen)).all()
    return [Message.of(row) for row in reversed(rows)]
