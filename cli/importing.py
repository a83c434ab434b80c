"""`deskhand import`: past tickets into the ticket memory, and out of it again.

It needs the desk's database only, so it works beside a running server too, which follows within seconds.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
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
from domain.ids import BrandId, CustomerId, TicketId
from kb_index.addresses import Addresses
from kb_index.errors import NotSolved
from kb_index.solved import Solved, solved
from settings import Settings

BATCH = 64
LISTED = 1000
NAMED = 20
SKIPPED = 3


@dataclass
class Report:
    """What became of a file: tickets read, remembered and not, and for the first thousand of these which and why."""

    read: int = 0
    remembered: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    rows: list[BadTicket] = field(default_factory=list)
    without_article: int = 0

    def refuse(self, bad: BadTicket, bar: Bar) -> None:
        """Note a row that is no ticket, and name the first of them."""
        self.unreadable += 1
        self._list(bad)
        if self.unreadable <= NAMED:
            bar.say(f"line {bad.row} is skipped: {bad.reason}")

    def skip(self, row: int, ticket: TicketId, reason: str) -> None:
        """Note a ticket of which nothing is remembered."""
        self.skipped[reason] += 1
        self._list(BadTicket(row, ticket, reason))

    def keep(self, states: list[str], batch: list[Solved], there: Addresses) -> None:
        """Note tickets that are remembered, and those that link no article there is."""
        self.remembered.update(states)
        self.without_article += sum(1 for one in batch if not there.articles(one.links))

    @property
    def done(self) -> int:
        """Return how many rows are dealt with."""
        return self.unreadable + self.skipped.total() + self.remembered.total()

    def _list(self, bad: BadTicket) -> None:
        if len(self.rows) < LISTED:
            self.rows.append(bad)


def tickets(file: Path, brand: str, as_json: bool, **passed: object) -> None:
    """Remember the tickets of a file; one that cannot be read is named and skipped, and the exit code is 3 then."""
    report = Report()
    started = time.monotonic()
    try:
        found, total = ticket_file.read(file), ticket_file.count(file)
    except FileUnreadable as exc:
        raise Refusal(str(exc)) from exc
    work = _remember(settings.read(**passed), BrandId(brand), found, total, report)
    run(work, lambda: _interrupted(report))
    _show(report, time.monotonic() - started, as_json)
    if report.unreadable:
        raise typer.Exit(SKIPPED)


def forget(ticket: str | None, customer: str | None, brand: str, as_json: bool, **passed: object) -> None:
    """Forget a ticket, or all tickets of a customer."""
    if (ticket is None) == (customer is None):
        raise Refusal("say what to forget: --ticket ID, or --customer ID for all of a customer's tickets")

    async def work() -> int:
        async with services.open_memory(settings.read(**passed), BrandId(brand)) as memory:
            return await memory.forget(
                BrandId(brand),
                ticket=TicketId(ticket) if ticket else None,
                customer=CustomerId(customer) if customer else None,
            )

    gone = run(work())
    sys.stdout.write(json.dumps({"forgotten": gone}) + "\n" if as_json else f"{_tickets(gone)} forgotten\n")


async def _remember(
    read: Settings, brand: BrandId, found: Iterator[Read | BadTicket], total: int | None, report: Report
) -> None:
    async with services.open_memory(read, brand) as memory:
        there = await memory.addresses(brand)
        with Bar("remembering", total) as bar:
            telling = _telling(found, report, bar)
            while batch := list(islice(telling, BATCH)):
                states = await memory.put(brand, batch, services.now())
                report.keep(list(states), batch, there)
                bar.reach(report.done, total)


def _telling(found: Iterator[Read | BadTicket], report: Report, bar: Bar) -> Iterator[Solved]:
    """Yield what is remembered of each ticket; note the others."""
    for row in found:
        report.read += 1
        if isinstance(row, BadTicket):
            report.refuse(row, bar)
            continue
        try:
            yield solved(row.ticket)
        except NotSolved as exc:
            report.skip(row.row, row.ticket.id, str(exc))


def _interrupted(report: Report) -> str:
    done = _tickets(report.remembered.total())
    return f"stopped; {done} remembered. Run the same command again to go on: what is there costs nothing."


def _show(report: Report, seconds: float, as_json: bool) -> None:
    states = {state: report.remembered[state] for state in ("added", "changed", "unchanged")}
    if as_json:
        document = {
            "read": report.read,
            "remembered": states,
            "without_article": report.without_article,
            "skipped": dict(report.skipped.most_common()),
            "unreadable": report.unreadable,
            "rows": [asdict(bad) for bad in report.rows],
            "seconds": round(seconds, 2),
        }
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return
    told = ", ".join(f"{count:,} {state}" for state, count in states.items())
    typer.echo(f"{_tickets(report.read)} read, {report.remembered.total():,} remembered ({told}), in {seconds:.1f} s")
    for reason, count in report.skipped.most_common():
        typer.echo(f"{count:,} not remembered: {reason}")
    if report.unreadable:
        typer.echo(f"{report.unreadable:,} could not be read; --json says which and why")
    if report.without_article:
        typer.echo(
            f"{report.without_article:,} link no article of this brand, and vote once it is there: index it with "
            "the id or the address that the tickets link"
        )


def _tickets(count: int) -> str:
    return f"{count:,} {'ticket' if count == 1 else 'tickets'}"
