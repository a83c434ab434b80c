"""How long indexing takes beside what the embedder alone would need for the same passages."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from database.database import open_database
from domain.articles import Article
from domain.ids import DEFAULT_BRAND
from embedding import loading
from embedding.embedder import Embedder
from embedding.pool import QUIET_S, Pool
from evals.benchmarks.stopwatch import Effort, Meter, memory_mb
from kb_index.chroma import ChromaVectors, open_client
from kb_index.index import Shelf, Shelves
from kb_index.indexing import Indexer
from kb_index.lexical import Lexical
from kb_index.passages import cut
from kb_index.store import PostgresKnowledge
from settings import Settings

ROUND = 50


@dataclass(frozen=True)
class Indexing:
    """What indexing took, and the embedder alone: `ratio` compares wall clock, `cpu_ratio` CPU of this process."""

    articles: int
    passages: int
    threads: int
    embedding: Effort
    indexing: Effort
    ratio: float
    cpu_ratio: float
    memory_mb: int


async def measure(settings: Settings, articles: Sequence[Article]) -> Indexing:
    """Return how long it takes to index articles into an empty data directory.

    Fifty articles at a time are embedded, then indexed, so that both meet the same machine.
    """
    embedder = loading.load(settings.embedder)
    embedder.embed_passages(["The first text loads the model."])
    alone, whole, passages = Meter(), Meter(), 0
    with Pool(settings.threads) as pool:
        async with _indexer(settings, embedder, pool) as indexer:
            for at in range(0, len(articles), ROUND):
                some = articles[at : at + ROUND]
                texts = [[passage.embedded_text] for article in some for passage in cut(article)]
                passages += len(texts)
                with alone.running():
                    list(pool.map(embedder.embed_passages, texts))
                await asyncio.sleep(2 * QUIET_S)
                with whole.running():
                    await indexer.put(DEFAULT_BRAND, some, datetime.now(UTC))
            memory = memory_mb()
    ratio, cpu = whole.effort.wall / alone.effort.wall, whole.effort.cpu / alone.effort.cpu
    found = (len(articles), passages, settings.threads, alone.effort, whole.effort)
    return Indexing(*found, ratio=round(ratio, 2), cpu_ratio=round(cpu, 2), memory_mb=memory)


@asynccontextmanager
async def _indexer(settings: Settings, embedder: Embedder, pool: Pool) -> AsyncIterator[Indexer]:
    """Yield what indexes into stores that are new and go afterwards."""
    url = settings.database_url.get_secret_value() if settings.database_url else None
    with TemporaryDirectory(prefix="deskhand-benchmark-") as name, open_client(Path(name) / "chroma") as client:
        async with open_database(url, Path(name)) as database:
            shelves = Shelves(lambda brand, name: Shelf(ChromaVectors(client, brand, name, embedder), Lexical()))
            indexer = Indexer(embedder, shelves, PostgresKnowledge(database.engine), pool.background)
            await indexer.catch_up()
            yield indexer
