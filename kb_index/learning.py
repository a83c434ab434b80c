"""A help center to learn from, whether it is served or lies in a folder."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.ids import DEFAULT_BRAND, BrandId
from embedding.embedder import Embedder
from kb_index import contents
from kb_index.bench import Bench
from kb_index.contents import Contents
from kb_index.fits import Fits, Subject
from kb_index.pairs import MemoryPairs, Pairs

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True)
class Learning:
    """A bench, where what is learned on it is kept, and what people accepted so far where that is known."""

    bench: Bench
    fits: Fits
    subject: Subject
    pairs: Pairs | None = None


def of_folder(found: Contents, embedder: Embedder, pool: Executor, fits: Fits) -> Learning:
    """Return the articles of a folder or file."""
    return Learning(Bench(found, embedder, pool), fits, Subject(DEFAULT_BRAND, embedder.id, "adapter"))


async def of_brand(engine: AsyncEngine, brand: BrandId, embedder: Embedder, pool: Executor) -> Learning:
    """Return what is stored of a brand, its ticket memory among it."""
    from kb_index.postgres_fits import PostgresFits
    from kb_index.postgres_memory import PostgresMemory
    from kb_index.store import PostgresKnowledge

    memory = PostgresMemory(engine, embedder, pool, pool)
    await memory.catch_up()
    found = await contents.of_brand(PostgresKnowledge(engine), brand, embedder.id)
    bench = Bench(found, embedder, pool, memory, brand)
    return Learning(bench, PostgresFits(engine), Subject(brand, embedder.id, "adapter"), MemoryPairs(memory))
