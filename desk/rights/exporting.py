"""Exporting: everything that is held of a person as one archive, for them to read and for programs to take over."""

import asyncio
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from database.work import attachments
from desk.rights.holdings import HOLDINGS, Holding, Subject

DATA, TALK = "data.json", "conversations.txt"
WHO = {"customer": "you", "teammate": "our team", "bot": "automatic answer"}
INTRODUCTION = """All that is kept of {customer}, as of {day}.

Below stands what was said, in the order in which it was. {data} holds everything, for programs to read;
the folder files holds the files.
"""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Copied:
    """Everything that is held of somebody, by kind; what belongs to a ticket names it."""

    subject: Subject
    kinds: Mapping[str, Sequence[Row]]
    at: datetime


async def copy(connection: AsyncConnection, subject: Subject, now: datetime) -> Copied:
    """Return everything that is held of somebody, but the bytes of files."""
    found = {holding.kind: await _read(connection, holding, subject) for holding in HOLDINGS}
    return Copied(subject, {kind: rows for kind, rows in found.items() if rows}, now)


async def write(connection: AsyncConnection, copied: Copied, file: IO[bytes]) -> None:
    """Write an archive of it: what was said as text, everything as JSON, and the files as they came."""
    with zipfile.ZipFile(file, "w") as archive:
        await asyncio.to_thread(_write_words, archive, copied)
        for row in copied.kinds.get("files", ()):
            content = select(attachments.c.content).where(attachments.c.id == row["id"])
            archive.writestr(_place(row), (await connection.execute(content)).scalar_one())


def _write_words(archive: zipfile.ZipFile, copied: Copied) -> None:
    data = json.dumps(_document(copied), ensure_ascii=False, indent=2, default=_plain)
    for name, words in ((TALK, told(copied)), (DATA, data)):
        archive.writestr(name, words, zipfile.ZIP_DEFLATED)


def told(copied: Copied) -> str:
    """Return what was said, ticket by ticket, for a person to read."""
    day = f"{copied.at:%Y-%m-%d %H:%M} UTC"
    tickets = sorted(copied.kinds.get("tickets", ()), key=lambda row: row["created_at"])
    parts = [INTRODUCTION.format(customer=copied.subject.customer, day=day, data=DATA)]
    return "\n".join([*parts, *(_ticket(copied, row) for row in tickets)])


def _ticket(copied: Copied, ticket: Row) -> str:
    about = f": {ticket['subject']}" if ticket["subject"] else ""
    lines = [f"Ticket {ticket['id']}, {ticket['channel']}, {ticket['created_at']:%Y-%m-%d}, {ticket['status']}{about}"]
    for row in sorted(_of(copied, "messages", ticket), key=lambda row: row["number"]):
        note = " (note)" if row["kind"] == "note" else ""
        lines.append(f"  {row['created_at']:%Y-%m-%d %H:%M} {WHO[row['author']]}{note}:")
        lines.extend(f"    {line}" for line in row["text"].splitlines())
    lines.extend(f"  File: {_place(row)}" for row in _of(copied, "files", ticket))
    return "\n".join(lines) + "\n"


def _document(copied: Copied) -> dict[str, Any]:
    """Return everything by kind, and what belongs to a ticket under that ticket."""
    alone = {kind: rows for kind, rows in copied.kinds.items() if kind != "tickets" and "ticket" not in rows[0]}
    nested = [kind for kind in copied.kinds if kind != "tickets" and kind not in alone]
    tickets = [
        {**ticket, **{kind: rows for kind in nested if (rows := _of(copied, kind, ticket))}}
        for ticket in copied.kinds.get("tickets", ())
    ]
    head = {"brand": copied.subject.brand, "customer": copied.subject.customer, "written_at": copied.at}
    return {**head, **alone, "tickets": tickets}


def _of(copied: Copied, kind: str, ticket: Row) -> list[Row]:
    return [row for row in copied.kinds.get(kind, ()) if row["ticket"] == ticket["id"]]


def _place(file: Row) -> str:
    """Return where a file lies in the archive: its id tells apart what is called the same."""
    return f"files/{file['id']}-{file['name']}"


async def _read(connection: AsyncConnection, holding: Holding, subject: Subject) -> list[Row]:
    columns = [column for column in holding.table.c if column.name not in holding.silent]
    rows = await connection.execute(select(*columns).where(holding.theirs(subject)))
    return [dict(row._mapping) for row in rows]


def _plain(value: object) -> str:
    """Return a time or a day as JSON has it."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
