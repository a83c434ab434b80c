"""Past tickets from a file: JSON lines, or a table of one question and one answer a row.

A line is {id, created, messages: [{from: customer | teammate | bot, text, at?}], subject?, customer?, articles?,
status?, priority?, tags?, csat?}. A table has the columns `id`, `created` and `question`, and any of `subject`,
`customer`, `answer`, `answered`, `articles`, `status`, `priority`, `tags`, `csat`; a teammate wrote the answer, and
semicolons stand between several `articles` or `tags`.

FileUnreadable   the file holds no tickets at all
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from domain.ids import CustomerId, TicketId
from domain.tickets import PastTicket, Said
from kb_index import hidden

MAX_BYTES = 1_000_000
ROWS = ".jsonl"
TABLE = ".csv"
NEEDED = ("id", "created", "question")
SHOWN = 60


class FileUnreadable(Exception):
    """A file cannot be read as past tickets; the message says what it should be."""


@dataclass(frozen=True)
class BadTicket:
    """A row that is no ticket: the line of the file on which it ends, its id where it has one, and why."""

    row: int
    ticket: str | None
    reason: str


@dataclass(frozen=True)
class Read:
    """A ticket, and the line of the file on which its row ends."""

    row: int
    ticket: PastTicket


def read(file: Path) -> Iterator[Read | BadTicket]:
    """Yield every ticket of a file as it is read, and for what is none a BadTicket.

    Of rows with one id the first counts. Raises FileUnreadable, before anything is yielded, for a file of another kind.
    """
    return _tickets(_rows(file))


def count(file: Path) -> int | None:
    """Return how many rows a file holds, None where only reading it all would tell."""
    if file.suffix.lower() != ROWS:
        return None
    with file.open("rb") as lines:
        return sum(1 for line in lines if line.strip())


def _clean(value: object) -> object:
    return hidden.clean(value).strip() if isinstance(value, str) else value


def _listed(value: object) -> object:
    return [part.strip() for part in value.split(";") if part.strip()] if isinstance(value, str) else value


def _moment(value: object) -> object:
    """Let `2019-07-31 16:19:53 -0800` be a time too."""
    return re.sub(r" (?=[+-]\d\d:?\d\d$)", "", value.strip()) if isinstance(value, str) else value


Clean = Annotated[str, BeforeValidator(_clean)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Several = Annotated[tuple[Clean, ...], BeforeValidator(_listed)]


@dataclass(frozen=True)
class _Row:
    line: int
    fields: Mapping[str, Any]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, populate_by_name=True)


class _Message(_Fields):
    author: Literal["customer", "teammate", "bot"] = Field(alias="from")
    text: Clean
    at: Moment | None = None

    @field_validator("at")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class _Ticket(_Fields):
    id: Clean = Field(min_length=1, max_length=200)
    created: Moment
    messages: tuple[_Message, ...]
    subject: Clean | None = None
    customer: Annotated[Clean, Field(max_length=200)] | None = None
    articles: Several = ()
    status: Clean | None = None
    priority: Clean | None = None
    tags: Several = ()
    csat: Clean | None = None

    @field_validator("created")
    @classmethod
    def _aware(cls, value: datetime) -> datetime:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value

    def ticket(self) -> PastTicket:
        return PastTicket(
            TicketId(self.id),
            self.created,
            tuple(Said(one.author, one.text, one.at) for one in self.messages),
            subject=self.subject or "",
            customer=CustomerId(self.customer) if self.customer else None,
            articles=tuple(link for link in self.articles if link),
            status=self.status,
            priority=self.priority,
            tags=self.tags,
            csat=self.csat,
        )


def _rows(file: Path) -> Iterator[_Row | BadTicket]:
    """Return the rows of a file; raises FileUnreadable at once."""
    kind = file.suffix.lower()
    if kind not in (ROWS, TABLE):
        raise FileUnreadable(f"{str(file)!r} is neither {ROWS} nor {TABLE}: past tickets come as JSON lines or a table")
    if not file.is_file():
        raise FileUnreadable(f"there is no file {str(file)!r}")
    return _lines(file) if kind == ROWS else _table(file, _delimiter(file))


def _tickets(rows: Iterator[_Row | BadTicket]) -> Iterator[Read | BadTicket]:
    seen: dict[str, int] = {}
    for row in rows:
        if isinstance(row, BadTicket):
            yield row
            continue
        name = str(row.fields.get("id") or "") or None
        try:
            ticket = _Ticket.model_validate(row.fields).ticket()
        except ValidationError as exc:
            yield BadTicket(row.line, name, "; ".join(_problem(fault) for fault in exc.errors(include_url=False)[:3]))
            continue
        first = seen.setdefault(ticket.id, row.line)
        if first == row.line:
            yield Read(row.line, ticket)
        else:
            yield BadTicket(row.line, name, f"the id was already used in line {first}")


def _lines(file: Path) -> Iterator[_Row | BadTicket]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _line(number, line)


def _line(number: int, line: bytes) -> _Row | BadTicket:
    if len(line) > MAX_BYTES:
        return BadTicket(number, None, f"it has {len(line):,} bytes, more than {MAX_BYTES:,}")
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as exc:
        return BadTicket(number, None, f"it is not UTF-8: byte {exc.start} is {line[exc.start]:#04x}")
    except (ValueError, RecursionError) as exc:
        return BadTicket(number, None, f"it is not JSON: {exc}")
    if not isinstance(row, dict):
        return BadTicket(number, None, f"it is {type(row).__name__}, not an object with id, created and messages")
    return _Row(number, row)


def _table(file: Path, delimiter: str) -> Iterator[_Row | BadTicket]:
    csv.field_size_limit(MAX_BYTES)
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        rows = csv.DictReader(lines, delimiter=delimiter)
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as exc:
                yield BadTicket(rows.line_num, None, f"it is no row of a table: {exc}")
                continue
            yield _Row(rows.line_num, _cells(row))


def _delimiter(file: Path) -> str:
    """Return what stands between the columns; raises FileUnreadable when the needed ones are not there."""
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        header = lines.readline(MAX_BYTES)
    delimiter = max(",;\t", key=header.count)
    columns = {name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])}
    if missing := [name for name in NEEDED if name not in columns]:
        raise FileUnreadable(f"{str(file)!r} has no column {missing[0]!r}; a table needs {', '.join(NEEDED)}")
    return delimiter


def _cells(row: Mapping[str | None, Any]) -> Mapping[str, Any]:
    """Return a row of a table as a line has it: a message of the customer and, where there is one, of a teammate."""
    named = {name.strip().lower(): text.strip() for name, text in row.items() if name and text and text.strip()}
    asked = {"from": "customer", "text": named.get("question", ""), "at": named.get("created")}
    answer = {"from": "teammate", "text": named.get("answer", ""), "at": named.get("answered")}
    told = answer["text"] or named.get("articles")
    return {**named, "messages": [asked, answer] if told else [asked]}


def _problem(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "missing" or fault["input"] is None:
        return f"{place} is missing"
    shown = repr(fault["input"])
    given = f" {shown}" if len(shown) <= SHOWN else ""
    return f"{place}{given}: {fault['msg'].removeprefix('Value error, ').lower()}"
