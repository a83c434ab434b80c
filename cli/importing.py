"""`deskhand import`: past tickets into the desk and into the ticket memory, and out of both again.

It needs the desk's database only, so it works beside a running server too, which follows within seconds.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

import typer

import services
import settings
from cli.loop import run
from cli.progress import Bar
from cli.refusal import Refusal
from connectors import ticket_file
from connectors.ticket_file import BadTicket, FileUnreadable, Read
from desk import history
from domain.ids import BrandId, CustomerId, TicketId
from domain.tickets import PastTicket
from kb_index.addresses import Addresses
from kb_index.errors import NotSolved
from kb_index.solved import Solved, solved
from settings import Settings

BATCH = 64
NAMED = 20
SKIPPED = 3


@dataclass(frozen=True)
class Row:
    """A row of which something was not taken: its last line, its ticket's id, why, and the value where it is one."""

    row: int
    ticket: str | None
    reason: str
    value: str | None = None


@dataclass
class Report:
    """What became of a file: how many tickets were read, kept, remembered; of each row, what was not taken and why."""

    read: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    remembered: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    taken_as: Counter[str] = field(default_factory=Counter)
    rows: list[Row] = field(default_factory=list)
    without_article: int = 0

    def refuse(self, bad: BadTicket, bar: Bar) -> None:
        """Note a row that is no ticket, and name the first of them."""
        self.unreadable += 1
        self.rows.append(Row(bad.row, bad.ticket, bad.reason))
        if self.unreadable <= NAMED:
            bar.say(f"line {bad.row} is skipped: {bad.reason}")

    def skip(self, row: int, ticket: TicketId, reason: str) -> None:
        """Note a ticket of which nothing is remembered."""
        self.skipped[reason] += 1
        self.rows.append(Row(row, ticket, reason))

    def doubt(self, row: int, ticket: PastTicket) -> None:
        """Note what of a ticket the desk does not know."""
        for odd in history.oddities(ticket):
            reason = f"{odd.field} is not known: taken as {odd.taken}"
            self.taken_as[reason] += 1
            self.rows.append(Row(row, ticket.id, reason, odd.value))

    def remember(self, states: Sequence[str], batch: Sequence[Solved], there: Addresses) -> None:
        """Note tickets that are remembered, and those that link no article there is."""
        self.remembered.update(states)
        self.without_article += sum(1 for one in batch if not there.articles(one.links))

    @property
    def done(self) -> int:
        """Return how many rows are dealt with."""
        return self.unreadable + self.kept.total()


def tickets(file: Path, brand: str, source: str, as_json: bool, **passed: object) -> None:
    """Keep and remember the tickets of a file; one that cannot be read is named and skipped, and the exit code is 3."""
    report = Report()
    started = time.monotonic()
    try:
        found, total = ticket_file.read(file), ticket_file.count(file)
    except FileUnreadable as exc:
        raise Refusal(str(exc)) from exc
    work = _take(settings.read(**passed), BrandId(brand), source, found, total, report)
    run(work, lambda: _interrupted(report))
    _show(report, time.monotonic() - started, as_json)
    if report.unreadable:
        raise typer.Exit(SKIPPED)


def forget(ticket: str | None, customer: str | None, brand: str, as_json: bool, **passed: object) -> None:
    """Forget a past ticket, or all past tickets of a customer, and delete them from the desk."""
    if (ticket is None) == (customer is None):
        raise Refusal("say what to forget: --ticket ID, or --customer ID for all of a customer's tickets")

    async def work() -> tuple[int, int]:
        one, whose = TicketId(ticket) if ticket else None, CustomerId(customer) if customer else None
        async with services.open_past(settings.read(**passed), BrandId(brand)) as past:
            forgotten = await past.memory.forget(BrandId(brand), ticket=one, customer=whose)
            return forgotten, await past.history.forget(BrandId(brand), ticket=one, customer=whose)

    forgotten, deleted = run(work())
    document = json.dumps({"forgotten": forgotten, "deleted": deleted})
    sys.stdout.write(f"{document if as_json else f'{_tickets(forgotten)} forgotten, {deleted:,} deleted'}\n")


async def _take(
    read: Settings, brand: BrandId, source: str, found: Iterator[Read | BadTicket], total: int | None, report: Report
) -> None:
    async with services.open_past(read, brand) as past:
        there = await past.memory.addresses(brand)
        with Bar("importing", total) as bar:
            readable = _readable(found, report, bar)
            while batch := list(islice(readable, BATCH)):
                states = await past.history.put(brand, source, [row.ticket for row in batch])
                report.kept.update(states)
                telling = _telling(batch, report)
                report.remember(await past.memory.put(brand, telling, services.now()), telling, there)
                bar.reach(report.done, total)


def _readable(found: Iterator[Read | BadTicket], report: Report, bar: Bar) -> Iterator[Read]:
    """Yield the rows that are tickets; note the others, and what of a ticket is not known."""
    for row in found:
        report.read += 1
        if isinstance(row, BadTicket):
            report.refuse(row, bar)
        else:
            report.doubt(row.row, row.ticket)
            yield row


def _telling(batch: Sequence[Read], report: Report) -> list[Solved]:
    """Return what is remembered of tickets; note those of which nothing is."""
    telling = []
    for row in batch:
        try:
            telling.append(solved(row.ticket))
        except NotSolved as exc:
            report.skip(row.row, row.ticket.id, str(exc))
    return telling


def _interrupted(report: Report) -> str:
    done = _tickets(report.kept.total())
    return f"stopped; {done} taken in. Run the same command again to go on: what is there costs nothing."


def _show(report: Report, seconds: float, as_json: bool) -> None:
    kept = {state: report.kept[state] for state in ("added", "unchanged")}
    states = {state: report.remembered[state] for state in ("added", "changed", "unchanged")}
    if as_json:
        document = {
            "read": report.read,
            "kept": kept,
            "remembered": states,
            "without_article": report.without_article,
            "skipped": dict(report.skipped.most_common()),
            "taken_as": dict(report.taken_as.most_common()),
            "unreadable": report.unreadable,
            "rows": [asdict(row) for row in sorted(report.rows, key=lambda row: row.row)],
            "seconds": round(seconds, 2),
        }
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return
    typer.echo(f"{_tickets(report.read)} read in {seconds:.1f} s")
    typer.echo(f"{report.kept.total():,} kept in the desk ({_counted(kept)})")
    typer.echo(f"{report.remembered.total():,} remembered ({_counted(states)})")
    for reason, count in report.skipped.most_common():
        typer.echo(f"{count:,} not remembered: {reason}")
    for reason, count in report.taken_as.most_common():
        typer.echo(f"{count:,} times {reason}")
    if report.unreadable:
        typer.echo(f"{report.unreadable:,} could not be read; --json says which and why")
    if report.without_article:
        typer.echo(
            f"{report.without_article:,} link no article of this brand, and vote once it is there: index it with "
            "the id or the address that the tickets link"
        )


def _counted(states: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {state}" for state, count in states.items())


def _tickets(count: int) -> str:
    return f"{count:,} {'ticket' if count == 1 else 'tickets'}"
