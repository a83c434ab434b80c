"""How long a one-line question takes, from its words to the articles shown, on an index that is served."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

import services
from domain.articles import Article
from domain.ids import DEFAULT_BRAND
from domain.search import Query
from evals.benchmarks.stopwatch import Stopwatch, Times, memory_mb
from settings import Settings

WARM = 50
QUIET = 0.1  # of a core: what follows the store in the background is done
PATIENCE_S = 300
TIMEOUT_S = 60


@dataclass(frozen=True)
class Searching:
    """Milliseconds a search, each question asked once; `again` is with its vector remembered."""

    articles: int
    passages: int
    search: Times
    again: Times
    memory_mb: int


async def measure(settings: Settings, articles: Sequence[Article], questions: Sequence[str]) -> Searching:
    """Return how quick searching is; the first few questions only warm up.

    The articles are indexed into the data directory of the settings first; where they are there already, that is quick.
    """
    async with services.open_services(settings) as house:
        await house.indexer.put(DEFAULT_BRAND, articles, datetime.now(UTC))
        index = house.context.index
        for question in questions[:WARM]:
            await index.search(Query(question))
        await _quiet()
        first, again = Stopwatch(), Stopwatch()
        for watch in (first, again):
            for question in questions[WARM:]:
                with watch.lap():
                    found = await index.search(Query(question))
        held = house.articles
        passages = len(await held.passage_ids(DEFAULT_BRAND, "public"))
    return Searching(found.indexed, passages, first.times(), again.times(), memory_mb())


def over_http(url: str, questions: Sequence[str]) -> Times:
    """Return how long the same takes over HTTP, from a server in demo mode that runs; CPU is that of the client."""
    watch = Stopwatch()
    with httpx.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False) as client:
        for number, question in enumerate(questions):
            with watch.lap() if number >= WARM else nullcontext():
                client.post("/v1/search", json={"query": question}).raise_for_status()
    return watch.times()


async def _quiet() -> None:
    """Wait until this process has nothing to do."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        before = time.process_time()
        await asyncio.sleep(1)
        if time.process_time() - before < QUIET:
            return
