"""The index as it is served: articles in PostgreSQL, vectors in Chroma, words in memory, and whoever keeps them up."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.articles import Visibility
from domain.ids import BrandId
from embedding import loading
from embedding.embedder import Embedder, EmbedderError
from embedding.pool import Pool
from embedding.remembering import Remembering
from kb_index.adapters import Adapter, BrandAdapters
from kb_index.answerability import LineJudge
from kb_index.catalogue import Catalogue
from kb_index.chroma import ChromaVectors, discard, open_client
from kb_index.editions import Edition, Editions, Words
from kb_index.embedders import Embedders, Known
from kb_index.fits import InUse
from kb_index.following import kept_up
from kb_index.index import KnowledgeIndex, Shelf, Shelves
from kb_index.indexing import Indexer
from kb_index.learned import Learned, Reranker
from kb_index.lines import Lines
from kb_index.postgres_fits import PostgresFits
from kb_index.postgres_memory import PostgresMemory
from kb_index.store import PostgresKnowledge

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """The embedder that a setting names; `quick` is the same one, remembering what it saw last."""

    name: str
    embedder: Embedder
    quick: Embedder


@dataclass(frozen=True)
class Served:
    """What searches, what writes, and what remembers tickets."""

    index: Editions
    indexer: Indexer
    memory: PostgresMemory


@dataclass(frozen=True)
class Stores:
    """Where everything lies: the database, and a Chroma server at `url` or without one Chroma in `folder`."""

    engine: AsyncEngine
    folder: Path
    url: str | None


@asynccontextmanager
async def open_served(
    stores: Stores, wanted: Wanted, pool: Pool, now: Callable[[], datetime], reranker: Reranker | None = None
) -> AsyncIterator[Served]:
    """Yield the index, kept up with its store; while the embedder changes, the one before answers.

    Raises KnowledgeError or EmbedderError when it cannot be brought up to date at all.
    """
    articles = PostgresKnowledge(stores.engine)
    catalogue = Catalogue(articles)
    async with AsyncExitStack() as stack:
        embedders = await stack.enter_async_context(Embedders.opened(stores.engine))
        shelving, remove = stack.enter_context(_shelving(stores))

        async def edition(on: AsyncExitStack, known: Known, embedder: Embedder, quick: Embedder) -> Edition:
            await embedders.begin(known)
            shelves = shelving(embedder)
            memory = PostgresMemory(stores.engine, embedder, pool, pool.background)
            await on.enter_async_context(kept_up(memory))
            fits = PostgresFits(stores.engine)
            adapters = InUse(fits, known.id, "adapter", Adapter.load)
            await on.enter_async_context(kept_up(adapters))
            lines = Lines(stores.engine, articles, fits, embedder, pool.background, now)
            await on.enter_async_context(kept_up(lines))
            learned = Learned(memory, BrandAdapters(adapters), reranker, LineJudge(known.id, lines.get))
            index = KnowledgeIndex(quick, shelves, catalogue, pool, learned)
            return Edition(known, embedder, shelves, index, memory)

        own = await edition(stack, Known(wanted.embedder.id, wanted.name), wanted.embedder, wanted.quick)
        before = await stack.enter_async_context(AsyncExitStack())
        known = await _former(embedders, wanted.embedder)
        former = await edition(before, *known, Remembering(known[1])) if known else None
        answering = former or own
        indexer = Indexer(answering.embedder, answering.shelves, articles, pool.background)
        await stack.enter_async_context(kept_up(indexer))
        index = Editions(own, former, indexer, embedders, pool.background, remove, before.aclose, now)
        await stack.enter_async_context(kept_up(index, head_start_s=0))
        yield Served(index, indexer, own.memory)


async def _former(embedders: Embedders, wanted: Embedder) -> tuple[Known, Embedder] | None:
    """Return the embedder that answered so far, None where it is the wanted one or cannot be had any more."""
    known = await embedders.adopted()
    if known is None or known.id == wanted.id:
        return None
    try:
        embedder = await asyncio.to_thread(loading.load, known.name)
    except EmbedderError as error:
        logger.warning("the embedder that answered so far, %r, cannot be loaded: %s", known.name, error)
        return None
    return (known, embedder) if embedder.id == known.id else None


@contextmanager
def _shelving(stores: Stores) -> Iterator[tuple[Callable[[Embedder], Shelves], Callable[[str], None]]]:
    """Yield what opens the shelves of an embedder, and what removes them."""
    words = Words()
    with open_client(stores.folder, stores.url) as client:

        def shelves(embedder: Embedder) -> Shelves:
            def shelf(brand: BrandId, visibility: Visibility) -> Shelf:
                return Shelf(ChromaVectors(client, brand, visibility, embedder), words(brand, visibility))

            return Shelves(shelf)

        yield shelves, partial(discard, client)
