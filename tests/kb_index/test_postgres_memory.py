"""The stored ticket memory: voting, following, forgetting."""

import json
from collections.abc import Mapping
from concurrent.futures import Executor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from database.database import Database
from domain.ids import ArticleId, BrandId, CustomerId, TicketId
from domain.search import Query, Vote
from embedding.minilm import MiniLM
from kb_index.errors import UnknownBrand
from kb_index.learned import Learned
from kb_index.one_shot import ignore, open_folder
from kb_index.postgres_memory import PostgresMemory
from kb_index.solved import Solved
from kb_index.store import PostgresKnowledge
from tests.kb_index.conftest import NOW, PASSWORD, REFUNDS, SEATS

BRAND = BrandId("default")
QUESTION = "May I have my money back?"


def one(name: str, question: str, *links: str, customer: str | None = None, at: datetime = NOW) -> Solved:
    return Solved(TicketId(name), question, links, at, at, customer=CustomerId(customer) if customer else None)


MONEY = one("t1", "I want my money back", "https://help.example/refunds", customer="ann")
LOGIN = one("t2", "I cannot sign in", "password", customer="bob")


@pytest.fixture
def memory(database: Database, minilm: MiniLM, pool: Executor) -> PostgresMemory:
    return PostgresMemory(database.engine, minilm, pool, pool)


@pytest.fixture
async def store(database: Database) -> PostgresKnowledge:
    """A store of three articles."""
    store = PostgresKnowledge(database.engine)
    for article in (REFUNDS, SEATS, PASSWORD):
        await store.put(BRAND, article, NOW)
    return store


async def votes(memory: PostgresMemory, minilm: MiniLM, **more: object) -> Mapping[ArticleId, Vote]:
    query = Query(QUESTION, **more)  # type: ignore[arg-type]  # fields of Query
    return await memory.votes(query, minilm.embed_queries([QUESTION])[0])


async def test_similar_tickets_vote_for_the_article_behind_the_address(
    memory: PostgresMemory, store: PostgresKnowledge, minilm: MiniLM
) -> None:
    states = await memory.put(BRAND, [MONEY, LOGIN], NOW)
    await memory.catch_up()

    found = await votes(memory, minilm)

    assert states == ["added", "added"]
    assert found[ArticleId("refunds")].tickets == 1
    assert found[ArticleId("password")].score < found[ArticleId("refunds")].score
    assert ArticleId("seats") not in found


async def test_a_ticket_that_comes_again_takes_its_old_place(
    memory: PostgresMemory, store: PostgresKnowledge, minilm: MiniLM
) -> None:
    await memory.put(BRAND, [MONEY, LOGIN], NOW)

    again = await memory.put(BRAND, [MONEY, one("t2", "I cannot sign in", "seats")], NOW + timedelta(days=1))
    await memory.catch_up()

    assert again == ["unchanged", "changed"]
    assert await memory.count(BRAND) == 2
    assert set(await votes(memory, minilm)) == {"refunds", "seats"}


async def test_what_another_process_imports_and_forgets_is_followed(
    memory: PostgresMemory, store: PostgresKnowledge, minilm: MiniLM, database: Database, pool: Executor
) -> None:
    other = PostgresMemory(database.engine, minilm, pool, pool)

    await other.put(BRAND, [MONEY, LOGIN], NOW)
    await memory.catch_up()
    imported = set(await votes(memory, minilm))
    await other.forget(BRAND, ticket=TicketId("t1"))
    await memory.catch_up()

    assert imported == {"refunds", "password"}
    assert set(await votes(memory, minilm)) == {"password"}


async def test_a_customer_who_is_forgotten_leaves_nothing_behind(
    memory: PostgresMemory, store: PostgresKnowledge, minilm: MiniLM, database: Database
) -> None:
    await memory.put(BRAND, [MONEY, one("t3", "Money back please", "refunds", customer="ann"), LOGIN], NOW)

    gone = await memory.forget(BRAND, customer=CustomerId("ann"))

    assert gone == 2
    assert set(await votes(memory, minilm)) == {"password"}
    async with database.engine.connect() as connection:
        for table in ("remembered", "remembered_vectors"):
            rows = (await connection.execute(text(f"SELECT ticket FROM {table}"))).scalars().all()
            assert rows == ["t2"]


async def test_a_deleted_article_has_no_votes_and_one_that_comes_later_gets_them(
    memory: PostgresMemory, store: PostgresKnowledge, minilm: MiniLM
) -> None:
    await memory.put(BRAND, [MONEY, LOGIN], NOW)
    await memory.catch_up()

    await store.delete(BRAND, ArticleId("refunds"), NOW)
    await memory.catch_up()
    deleted = set(await votes(memory, minilm))
    await store.put(BRAND, REFUNDS, NOW)
    await memory.catch_up()

    assert deleted == {"password"}
    assert set(await votes(memory, minilm)) == {"password", "refunds"}


async def test_tickets_of_one_brand_are_nothing_to_another(
    memory: PostgresMemory, store: PostgresKnowledge, minilm: MiniLM, database: Database
) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("INSERT INTO brands (id, name, created_at) VALUES ('acme', 'Acme', now())"))
    await memory.put(BRAND, [MONEY], NOW)
    await memory.catch_up()

    assert await votes(memory, minilm, brand=BrandId("acme")) == {}
    assert await memory.forget(BrandId("acme"), ticket=TicketId("t1")) == 0
    assert await memory.count(BRAND) == 1
    with pytest.raises(UnknownBrand, match="no brand 'nobody'"):
        await memory.put(BrandId("nobody"), [MONEY], NOW)


async def test_a_new_embedder_gives_its_own_vectors_to_what_is_remembered(
    memory: PostgresMemory, store: PostgresKnowledge, minilm: MiniLM, database: Database, pool: Executor
) -> None:
    class Renamed(MiniLM):
        id = "another"

    await memory.put(BRAND, [MONEY, LOGIN], NOW)
    renamed = PostgresMemory(database.engine, Renamed(), pool, pool)

    await renamed.catch_up()

    assert set(await votes(renamed, minilm)) == {"refunds", "password"}


async def test_remembered_questions_are_read_page_by_page(memory: PostgresMemory, store: PostgresKnowledge) -> None:
    await memory.put(BRAND, [LOGIN, MONEY], NOW)

    first = await memory.page(BRAND, None, 1)
    second = await memory.page(BRAND, first[-1].ticket, 5)

    assert [(row.question, row.articles) for row in (*first, *second)] == [
        ("I want my money back", ("refunds",)),
        ("I cannot sign in", ("password",)),
    ]


async def test_a_search_says_how_many_similar_tickets_an_article_solved(
    memory: PostgresMemory, store: PostgresKnowledge, minilm: MiniLM, pool: Executor, tmp_path: Path
) -> None:
    rows = [{"id": article.id, "title": article.title, "body": article.body} for article in (REFUNDS, SEATS, PASSWORD)]
    (tmp_path / "help.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    asked = [one(f"t{number}", f"I want my money back, order {number}", "refunds") for number in range(3)]
    await memory.put(BRAND, asked, NOW)
    await memory.catch_up()
    index = open_folder(
        tmp_path / "help.jsonl", tmp_path / "cache", minilm, pool, ignore, ("en",), learned=Learned(memory)
    )

    now = await index.search(Query(QUESTION))
    before = await index.search(Query(QUESTION, asked_at=NOW - timedelta(days=1)))

    assert now.hits[0].article == "refunds"
    assert now.hits[0].reasons == ("3 similar tickets were solved with this article",)
    assert [hit.reasons for hit in before.hits] == [()] * len(before.hits)
