"""Attachments: files of a ticket, of few kinds, told by their bytes and never by what the sender says."""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from database.tables import messages
from database.work import attachments
from desk.errors import AttachmentRefused, UnknownAttachment, UnknownMessage
from domain.ids import AttachmentId, BrandId, MessageId, TicketId, new

LARGEST = 10_000_000  # bytes
MOST = 20  # of one ticket
LONGEST_NAME = 120
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    "text/plain": (".txt", ".log", ".csv", ".md", ".json"),
}
_STARTS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"%PDF-": "application/pdf",
}
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 27}


@dataclass(frozen=True)
class Attachment:
    """A file of a ticket, without its bytes; `media_type` is what the bytes say, `size` how many they are."""

    id: AttachmentId
    brand: BrandId
    ticket: TicketId
    message: MessageId | None
    name: str
    media_type: str
    size: int
    created_at: datetime

    @classmethod
    def of(cls, row: Row[*tuple[Any, ...]]) -> Self:
        """Return the attachment of a row that has its columns."""
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})


async def add(
    connection: AsyncConnection,
    brand: BrandId,
    ticket: TicketId,
    name: str,
    content: bytes,
    now: datetime,
    message: MessageId | None = None,
) -> Attachment:
    """Keep a file of a ticket that this transaction holds.

    Raises AttachmentRefused for a file that is empty, over 10 MB, of a kind that is not taken, or the twenty-first, and
    UnknownMessage for a message that is not the ticket's.
    """
    media_type = sniff(content)
    counted = select(func.count()).select_from(attachments).where(attachments.c.ticket == ticket)
    if (await connection.execute(counted)).scalar_one() >= MOST:
        raise AttachmentRefused(f"{ticket!r} has {MOST} files, and no ticket has more")
    if message is not None:
        await _require(connection, ticket, message)
    file = Attachment(
        AttachmentId(new("att")), brand, ticket, message, clean(name, media_type), media_type, len(content), now
    )
    row = {**vars(file), "sha256": hashlib.sha256(content).digest(), "content": content}
    await connection.execute(insert(attachments).values(row))
    return file


async def of(connection: AsyncConnection, ticket: TicketId) -> list[Attachment]:
    """Return the files of a ticket, the oldest first."""
    chosen = select(*_COLUMNS).where(attachments.c.ticket == ticket)
    rows = await connection.execute(chosen.order_by(attachments.c.created_at, attachments.c.id))
    return [Attachment.of(row) for row in rows]


async def read(
    connection: AsyncConnection, brand: BrandId, ticket: TicketId, attachment: AttachmentId
) -> tuple[Attachment, bytes]:
    """Return a file of a ticket with its bytes.

    Raises UnknownAttachment.
    """
    theirs = (attachments.c.brand == brand) & (attachments.c.ticket == ticket) & (attachments.c.id == attachment)
    row = (await connection.execute(select(*_COLUMNS, attachments.c.content).where(theirs))).one_or_none()
    if row is None:
        raise UnknownAttachment(f"ticket {ticket!r} of brand {brand!r} has no attachment {attachment!r}")
    return Attachment.of(row), row.content


def sniff(content: bytes) -> str:
    """Return the media type of a file by its bytes.

    Raises AttachmentRefused for one that is empty, over 10 MB, or of another kind: nobody can look into an archive, and
    what browsers run is not kept.
    """
    if not 0 < len(content) <= LARGEST:
        raise AttachmentRefused(f"a file of {len(content):,} bytes is not taken: send 1 to {LARGEST:,}")
    known = next((kind for start, kind in _STARTS.items() if content.startswith(start)), None)
    if known is None and content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        known = "image/webp"
    if known is None and _is_text(content):
        known = "text/plain"
    if known is None:
        raise AttachmentRefused(f"a file that starts with {content[:8]!r} is not taken: send {', '.join(ENDINGS)}")
    return known


def clean(name: str, media_type: str) -> str:
    """Return a name that means a file of this kind on any system: no folders, nothing unseen, an ending that fits."""
    base = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(char for char in unicodedata.normalize("NFC", base) if unicodedata.category(char)[0] != "C")
    plain = "".join("_" if char in '<>:"|?*%' else char for char in seen).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    fits = f".{ending.lower()}" in ENDINGS[media_type] and bool(stem)
    kept, last = (stem, f".{ending}") if dot and fits else (plain, ENDINGS[media_type][0])
    return f"{kept[: LONGEST_NAME - len(last)] or 'file'}{last}"


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not _CONTROLS.intersection(content)


async def _require(connection: AsyncConnection, ticket: TicketId, message: MessageId) -> None:
    found = select(messages.c.id).where(messages.c.id == message, messages.c.ticket == ticket)
    if (await connection.execute(found)).first() is None:
        raise UnknownMessage(f"ticket {ticket!r} has no message {message!r}")


_COLUMNS = tuple(attachments.c[name] for name in Attachment.__dataclass_fields__)
