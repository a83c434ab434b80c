"""`deskhand index`: articles from folders and files into the knowledge index, a few at a time."""

import asyncio
import json
import shlex
import sys
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import typer

import services
import settings
from api.outputs import Acknowledgement
from cli import running
from cli.answering import PATIENCE_S
from cli.loop import run
from cli.progress import Bar
from cli.remote import Remote
from domain.articles import Article
from domain.ids import ArticleId, BrandId
from kb_index import reading
from kb_index.reading import BadArticle
from settings import Settings

BATCH = 8
AHEAD = 3
BATCH_CHARACTERS = 1_000_000
SKIPPED = 3


@dataclass
class Tally:
    """What a run has done so far."""

    states: dict[str, int] = field(default_factory=lambda: {"added": 0, "changed": 0, "unchanged": 0})
    skipped: list[BadArticle] = field(default_factory=list)
    suspicious: list[BadArticle] = field(default_factory=list)

    @property
    def stored(self) -> int:
        """Return how many articles are acknowledged."""
        return sum(self.states.values())

    def skip(self, bad: BadArticle, bar: Bar) -> None:
        """Note an article that is not indexed, and name it."""
        self.skipped.append(bad)
        bar.skip(bad)

    def add(self, row: Acknowledgement, bar: Bar) -> None:
        """Note what became of an article."""
        if row.state == "failed":
            self.skip(BadArticle(str(row.id), str(row.reason)), bar)
            return
        self.states[row.state] += 1
        if row.reason:
            self.suspicious.append(BadArticle(str(row.id), row.reason))


Put = Callable[[Sequence[Article]], Awaitable[list[Acknowledgement]]]


def index(paths: Sequence[Path], brand: str, as_json: bool, **passed: object) -> None:
    """Index everything under the paths; a bad article is named and skipped, and the exit code is 3 then."""
    read = settings.read(**passed)
    found = reading.read(paths, read.languages)
    tally = Tally()
    started = time.monotonic()
    work = _index(read, BrandId(brand), found, tally, _expected(paths))
    run(work, lambda: _interrupted(tally))
    _report(tally, time.monotonic() - started, as_json)
    if tally.skipped:
        raise typer.Exit(SKIPPED)


async def _index(
    read: Settings, brand: BrandId, found: Iterator[Article | BadArticle], tally: Tally, total: int
) -> None:
    async with _storing(read, brand) as put:
        with Bar("indexing", total) as bar:
            async with aclosing(_put_all(put, _batches(_good(found, tally, bar)))) as answered:
                async for rows in answered:
                    for row in rows:
                        tally.add(row, bar)
                    bar.reach(tally.stored + len(tally.skipped))


async def _put_all(put: Put, batches: Iterable[Sequence[Article]]) -> AsyncGenerator[list[Acknowledgement], None]:
    """Yield what became of each batch, in order, while the next are under way; no article is in two of these."""
    ahead: deque[tuple[set[ArticleId], asyncio.Future[list[Acknowledgement]]]] = deque()
    try:
        for batch in batches:
            names = {article.id for article in batch}
            while len(ahead) > AHEAD or any(names & others for others, _ in ahead):
                yield await ahead.popleft()[1]
            ahead.append((names, asyncio.ensure_future(put(batch))))
        while ahead:
            yield await ahead.popleft()[1]
    finally:
        for _, task in ahead:
            task.cancel()
        await asyncio.gather(*(task for _, task in ahead), return_exceptions=True)


def _expected(paths: Sequence[Path]) -> int:
    """Return how many articles the paths seem to hold: a line of JSON is one, any other file is one."""
    return sum(_lines(file) if file.suffix.lower() in reading.ROWS else 1 for file in reading.files(paths))


def _lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(1 for line in lines if line.strip())


def _good(found: Iterator[Article | BadArticle], tally: Tally, bar: Bar) -> Iterator[Article]:
    """Yield the articles; name the others on stderr as they come."""
    for article in found:
        if isinstance(article, BadArticle):
            tally.skip(article, bar)
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

            async def put(articles: Sequence[Article]) -> list[Acknowledgement]:
                rows = await opened.indexer.put(brand, articles, datetime.now(UTC), by=f"run:{brand}")
                return [Acknowledgement(index=n, **vars(row)) for n, row in enumerate(rows)]

            yield put


def _interrupted(tally: Tally) -> str:
    return f"stopped; {tally.stored} articles are stored and searchable. Run the same command again to go on."


def _report(tally: Tally, seconds: float, as_json: bool) -> None:
    if as_json:
        named = {name: [vars(row) for row in getattr(tally, name)] for name in ("skipped", "suspicious")}
        document = {**tally.states, **named, "seconds": round(seconds, 2)}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return
    for held in tally.suspicious:
        typer.echo(f"{held.place} is {held.reason}. Read it; `deskhand kb release {shlex.quote(held.place)}` shows it.")
    counts = ", ".join(f"{count} {state}" for state, count in tally.states.items())
    typer.echo(f"{counts}, {len(tally.skipped)} skipped, in {seconds:.1f} s")
    if tally.stored:
        typer.echo('Ask something: deskhand ask "How do I get a refund?"')
