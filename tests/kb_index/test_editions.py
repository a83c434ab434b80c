"""A change of embedder: beside the old one, without a pause, and with a way back."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from chromadb.api.client import Client
from sqlalchemy import text

import services
from database.database import Database
from domain.ids import BrandId
from domain.search import Query
from embedding.embedder import EmbedderError, Vectors
from embedding.minilm import MiniLM
from embedding.pool import Pool
from kb_index.chroma import ChromaVectors, discard
from kb_index.editions import Edition, Editions, Words
from kb_index.embedders import Embedders, Known
from kb_index.index import KnowledgeIndex, Shelf, Shelves
from kb_index.indexing import Indexer
from kb_index.postgres_memory import PostgresMemory
from kb_index.served import Stores, Wanted, open_served
from kb_index.store import PostgresKnowledge
from tests.kb_index.conftest import CRASH, HELP_CENTER, NOW, REFUNDS, SEATS, article

BRAND = BrandId("default")


@dataclass
class Turned:
    """The packaged embedder with its numbers in another order: as good, and not comparable with it."""

    minilm: MiniLM
    by: int
    dimension: int = MiniLM.dimension
    passages: list[str] = field(default_factory=list)
    failing_after: int | None = None

    @property
    def id(self) -> str:
        return f"turned-{self.by}"

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._turned(self.minilm.embed_queries(texts))

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.failing_after is not None and len(self.passages) >= self.failing_after:
            raise EmbedderError("the model is gone")
        self.passages.extend(texts)
        return self._turned(self.minilm.embed_passages(texts))

    def _turned(self, rows: Vectors) -> Vectors:
        turned: Vectors = rows[:, [(number + self.by) % self.dimension for number in range(self.dimension)]]
        return turned


@dataclass(frozen=True)
class Server:
    """What a serving process has, with the step that its background task would take every few seconds."""

    index: Editions
    indexer: Indexer
    shelves: dict[str, Shelves]

    async def found(self, question: str) -> list[str]:
        return [hit.article for hit in (await self.index.search(Query(question))).hits]


@dataclass(frozen=True)
class House:
    """The stores that processes share, and how a process starts on them."""

    database: Database
    client: Client
    pool: Executor
    seconds: Iterator[int] = field(default_factory=itertools.count)

    def now(self) -> datetime:
        return NOW + timedelta(seconds=next(self.seconds))

    @asynccontextmanager
    async def started(self, wanted: Turned, former: Turned | None = None) -> AsyncIterator[Server]:
        store, words, shelves = PostgresKnowledge(self.database.engine), Words(), {}

        async with AsyncExitStack() as stack:
            embedders = await stack.enter_async_context(Embedders.opened(self.database.engine))

            async def edition(embedder: Turned) -> Edition:
                await embedders.begin(Known(embedder.id, embedder.id))
                opened = Shelves(
                    lambda brand, visibility: Shelf(
                        ChromaVectors(self.client, brand, visibility, embedder), words(brand, visibility)
                    )
                )
                shelves[embedder.id] = opened
                memory = PostgresMemory(self.database.engine, embedder, self.pool, self.pool)
                index = KnowledgeIndex(embedder, opened, store, self.pool)
                return Edition(Known(embedder.id, embedder.id), embedder, opened, index, memory)

            own = await edition(wanted)
            before = await edition(former) if former else None
            answering = before or own
            indexer = Indexer(answering.embedder, answering.shelves, store, self.pool)
            leave = AsyncExitStack()
            remove = partial(discard, self.client)
            index = Editions(own, before, indexer, embedders, self.pool, remove, leave.aclose, self.now)
            yield Server(index, indexer, shelves)

    def collections(self) -> set[str]:
        return {str((it.metadata or {})["embedder"]) for it in self.client.list_collections()}

    async def vectors(self) -> set[str]:
        async with self.database.engine.connect() as connection:
            return set(await connection.scalars(text("SELECT DISTINCT embedder FROM vectors")))


@pytest.fixture
def house(database: Database, client: Client, pool: Executor) -> House:
    return House(database, client, pool)


async def settled(server: Server) -> None:
    """Take the steps of the background until nothing is left."""
    await server.index.catch_up()
    await server.index.catch_up()


async def test_a_server_with_another_embedder_answers_at_once_and_changes_by_itself(
    database: Database, minilm: MiniLM, tmp_path: Path
) -> None:
    stores, new = Stores(database.engine, tmp_path / "chroma", None), Turned(minilm, 7)
    with Pool(2) as pool:
        async with open_served(stores, Wanted("minilm", minilm, minilm), pool, services.now) as served:
            await served.indexer.put(BRAND, HELP_CENTER, NOW)

        async with open_served(stores, Wanted("turned", new, new), pool, services.now) as served:
            at_once = await served.index.search(Query("add a seat"))
            for _ in range(600):
                if complete := await served.index.building() is None:
                    break
                await asyncio.sleep(0.05)
            after = await served.index.search(Query("add a seat"))
            agreement = await served.indexer.check(BRAND)

    assert complete
    assert at_once.hits[0].article == after.hits[0].article == "seats"
    assert after.hits[0].passages[0].dense == pytest.approx(at_once.hits[0].passages[0].dense, abs=1e-4)
    assert all(shelf.complete for shelf in agreement)
    assert len(new.passages) == 7


async def test_the_old_embedder_answers_until_the_new_one_is_complete(house: House, minilm: MiniLM) -> None:
    old, new = Turned(minilm, 0), Turned(minilm, 7)
    async with house.started(old) as server:
        await server.indexer.put(BRAND, HELP_CENTER, NOW)
        await settled(server)

    async with house.started(new, old) as server:
        before = await server.found("add a seat")
        building = await server.index.building()
        await server.indexer.put(BRAND, [replace(CRASH, body="Restart the app.")], NOW)
        embedded = list(new.passages)
        await server.index.catch_up()
        after = await server.found("add a seat")
        complete = await server.index.building()
        stale = house.collections()
        await server.index.catch_up()

        assert before[0] == after[0] == "seats"
        assert building is not None
        assert (building.embedder, building.answering) == ("turned-7", "turned-0")
        assert (building.progress.done, building.progress.total) == (0, 7)
        assert (embedded, complete) == ([], None)
        assert (await server.found("restart"))[0] == "crash"
        assert (stale, house.collections()) == ({"turned-0", "turned-7"}, {"turned-7"})
        assert await house.vectors() == {"turned-0", "turned-7"}


async def test_articles_that_change_while_it_is_built_are_in_the_new_edition(house: House, minilm: MiniLM) -> None:
    old, new = Turned(minilm, 0), Turned(minilm, 7)
    async with house.started(old) as server:
        await server.indexer.put(BRAND, HELP_CENTER, NOW)
        await settled(server)

    async with house.started(new, old) as server:
        changes = [replace(SEATS, body=f"Press the button number {number}.") for number in range(5)]

        async def change() -> None:
            for changed in changes:
                await server.indexer.put(BRAND, [changed], NOW)
            await server.indexer.delete(BRAND, REFUNDS.id, NOW)

        await asyncio.gather(server.index.catch_up(), change())

        agreement = await server.indexer.check(BRAND)
        assert all(shelf.complete for shelf in agreement)
        assert server.shelves[new.id](BRAND, "public").vectors.count() == agreement[0].passages
        assert (await server.found("press button number 4"))[0] == "seats"
        assert "refunds" not in await server.found("refund")


async def test_a_build_that_was_stopped_goes_on_where_it_was(house: House, minilm: MiniLM) -> None:
    old, new = Turned(minilm, 0), Turned(minilm, 7, failing_after=20)
    many = [article(f"page-{number}", f"Page {number}", f"It says {number}.") for number in range(40)]
    async with house.started(old) as server:
        await server.indexer.put(BRAND, [SEATS, *many], NOW)
        await settled(server)
    async with house.started(new, old) as server:
        with pytest.raises(EmbedderError):
            await server.index.catch_up()
        assert (await server.found("add a seat"))[0] == "seats"

    again = Turned(minilm, 7)
    async with house.started(again, old) as server:
        await settled(server)

        assert (await server.found("add a seat"))[0] == "seats"
        assert len(again.passages) <= 41 - 16
        assert (await server.index.building()) is None


async def test_the_way_back_embeds_nothing_and_the_one_before_that_is_forgotten(house: House, minilm: MiniLM) -> None:
    first, second, third = Turned(minilm, 0), Turned(minilm, 7), Turned(minilm, 9)
    async with house.started(first) as server:
        await server.indexer.put(BRAND, HELP_CENTER, NOW)
        await settled(server)
    async with house.started(second, first) as server:
        await settled(server)
    first.passages.clear()

    async with house.started(first, second) as server:
        await settled(server)
        assert (await server.found("add a seat"))[0] == "seats"
    async with house.started(third, first) as server:
        await settled(server)

    assert first.passages == []
    assert house.collections() == {third.id}
    assert await house.vectors() == {first.id, third.id}


async def test_shelves_that_another_process_still_searches_stay(house: House, minilm: MiniLM) -> None:
    old, new = Turned(minilm, 0), Turned(minilm, 7)
    async with house.started(old) as other:
        await other.indexer.put(BRAND, HELP_CENTER, NOW)
        await settled(other)

        async with house.started(new, old) as server:
            await settled(server)
            kept = house.collections()
            answered = await other.found("add a seat")

    async with house.started(new) as server:
        await settled(server)

    assert kept == {old.id, new.id}
    assert answered[0] == "seats"
    assert house.collections() == {new.id}
