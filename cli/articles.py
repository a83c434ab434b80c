"""`deskhand index`: articles from folders and files into the knowledge index, a few at a time."""

import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

import services
import settings
from cli import running
from cli.answering import PATIENCE_S
from cli.loop import run
from cli.remote import Remote
from domain.articles import Article
from domain.ids import BrandId
from kb_index import reading
from kb_index.reading import BadArticle
from settings import Settings

BATCH = 8
BATCH_CHARACTERS = 1_000_000
SKIPPED = 3


@dataclass(frozen=True)
class Stored:
    """What became of one article: added, changed, unchanged or failed."""

    id: str
    state: str
    reason: str | None = None


@dataclass
class Tally:
    """What a run has done so far."""

    states: dict[str, int] = field(default_factory=lambda: {"added": 0, "changed": 0, "unchanged": 0})
    skipped: list[dict[str, str]] = field(default_factory=list)

    @property
    def stored(self) -> int:
        """Return how many articles are acknowledged."""
        return sum(self.states.values())

    def skip(self, place: str, reason: str) -> None:
        """Note an article that is not indexed, and why."""
        self.skipped.append({"place": place, "reason": reason})

    def add(self, rows: Iterable[Stored]) -> None:
        """Note what became of a batch."""
        for row in rows:
            if row.state in self.states:
                self.states[row.state] += 1
            else:
                self.skip(row.id, row.reason or "it was refused without a reason")


Put = Callable[[Sequence[Article]], Awaitable[list[Stored]]]


def index(paths: Sequence[Path], brand: str, as_json: bool, **passed: object) -> None:
    """Index everything under the paths; a bad article is named and skipped, and the exit code is 3 then."""
    read = settings.read(**passed)
    found = _first_read(reading.read(paths, read.languages))
    tally = Tally()
    started = time.monotonic()
    run(_index(read, BrandId(brand), found, tally), lambda: _interrupted(tally))
    _report(tally, time.monotonic() - started, as_json)
    if tally.skipped:
        raise typer.Exit(SKIPPED)


async def _index(read: Settings, brand: BrandId, found: Iterator[Article | BadArticle], tally: Tally) -> None:
    async with _storing(read, brand) as put:
        with _progress() as progress:
            task = progress.add_task("indexing", total=None)
            for batch in _batches(_good(found, tally, progress)):
                tally.add(await put(batch))
                progress.update(task, completed=tally.stored)


def _first_read(found: Iterator[Article | BadArticle]) -> Iterator[Article | BadArticle]:
    """Return the articles after a look at the first, so that a wrong path is refused before anything is opened."""
    return chain([next(found)], found)


def _good(found: Iterator[Article | BadArticle], tally: Tally, progress: Progress) -> Iterator[Article]:
    """Yield the articles; name the others on stderr as they come."""
    for article in found:
        if isinstance(article, BadArticle):
            tally.skip(article.place, article.reason)
            progress.console.print(f"skipped {article.place}: {article.reason}", markup=False, highlight=False)
        else:
            yield article


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Yield the articles a few at a time, and fewer where they are long."""
    batch: list[Article] = []
    characters = 0
    for article in articles:
        if batch and (len(batch) == BATCH or characters + len(article.body) > BATCH_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(article)
        characters += len(article.body)
    if batch:
        yield batch


@asynccontextmanager
async def _storing(read: Settings, brand: BrandId) -> AsyncIterator[Put]:
    """Yield what stores a batch: the running server, or the stores of this data directory."""
    if server := running.find(read.data):
        async with Remote.opened(server, brand) as remote:
            yield remote.put
    else:
        async with services.open_services(read, patience_s=PATIENCE_S) as opened:

            async def put(articles: Sequence[Article]) -> list[Stored]:
                rows = await opened.indexer.put(brand, articles, datetime.now(UTC))
                return [Stored(row.id, row.state, row.reason) for row in rows]

            yield put


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _interrupted(tally: Tally) -> str:
    return f"stopped; {tally.stored} articles are stored and searchable. Run the same command again to go on."


def _report(tally: Tally, seconds: float, as_json: bool) -> None:
    if as_json:
        document = {**tally.states, "skipped": tally.skipped, "seconds": round(seconds, 2)}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return
    counts = ", ".join(f"{count} {state}" for state, count in tally.states.items())
    typer.echo(f"{counts}, {len(tally.skipped)} skipped, in {seconds:.1f} s")
    if tally.stored:
        typer.echo('Ask something: deskhand ask "How do I get a refund?"')
