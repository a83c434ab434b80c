"""What may be shown, looked up in memory: it says what the store says."""

from collections.abc import Collection
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from database.database import Database
from domain.articles import Audience
from domain.ids import ArticleId, BrandId, PassageId
from domain.search import Query
from kb_index.catalogue import Catalogue
from kb_index.index import KnowledgeIndex
from kb_index.register import Entry, Register
from kb_index.store import PostgresKnowledge
from tests.kb_index.conftest import CONTRASENA, CRASH, GOODWILL, HELP_CENTER, NOW, PASSWORD, REFUNDS, SEATS, Process

BRAND = BrandId("default")
AUDIENCES: tuple[Audience, ...] = ("customer", "teammate")


@pytest.fixture
def store(database: Database) -> PostgresKnowledge:
    return PostgresKnowledge(database.engine)


@pytest.fixture
def catalogue(store: PostgresKnowledge) -> Catalogue:
    return Catalogue(store)


async def agree(catalogue: Catalogue, store: PostgresKnowledge, ids: Collection[PassageId]) -> bool:
    """Say whether the catalogue says of these passages what the store does, to everyone."""
    for audience in AUDIENCES:
        live = await catalogue.live(BRAND, audience, ids)
        here, there = await catalogue.candidates(BRAND, audience, ids), await store.candidates(BRAND, audience, ids)
        families = {it.family for it in there}
        spoken = await catalogue.translated(BRAND, audience, families, "es")
        if (
            live != await store.live(BRAND, audience, ids)
            or sorted(here, key=lambda it: it.id) != sorted(there, key=lambda it: it.id)
            or set(spoken) != set(await store.translated(BRAND, audience, families, "es"))
            or await catalogue.indexed(BRAND, audience) != await store.indexed(BRAND, audience)
        ):
            return False
    return True


async def all_ids(store: PostgresKnowledge) -> set[PassageId]:
    return {it.id for change in await store.changes_since(0) for it in change.passages}


async def test_it_says_what_the_store_says_whatever_changes(catalogue: Catalogue, store: PostgresKnowledge) -> None:
    changes = [*HELP_CENTER, replace(SEATS, visibility="internal"), replace(REFUNDS, body="We never refund.")]
    seen: set[PassageId] = set()
    for changed in [*changes, replace(CONTRASENA, language="pt"), replace(CONTRASENA, translation_of=None)]:
        await store.put(BRAND, changed, NOW)
        seen |= await all_ids(store)

        assert await agree(catalogue, store, seen)

    for gone in (PASSWORD, GOODWILL, CRASH):
        await store.delete(BRAND, gone.id, NOW)

        assert await agree(catalogue, store, seen)


async def test_what_another_process_changed_is_never_shown_as_it_was(
    process: Process, catalogue: Catalogue, store: PostgresKnowledge
) -> None:
    await process.indexer.put(BRAND, HELP_CENTER, NOW)
    index = KnowledgeIndex(process.embedder, process.shelves, catalogue, process.pool)
    before = await index.search(Query("add a seat"))

    await store.put(BRAND, replace(SEATS, visibility="internal"), NOW)
    await store.delete(BRAND, CRASH.id, NOW)
    after = await index.search(Query("add a seat"))

    assert before.hits[0].article == "seats"
    assert {"seats", "crash"}.isdisjoint(hit.article for hit in after.hits)
    assert after == await process.index.search(Query("add a seat"))


async def test_a_brand_knows_its_own_articles_only(
    catalogue: Catalogue, store: PostgresKnowledge, database: Database
) -> None:
    other = BrandId("other")
    async with database.engine.begin() as connection:
        await connection.execute(text("INSERT INTO brands (id, name, created_at) VALUES ('other', 'Other', now())"))
    await store.put(BRAND, SEATS, NOW)
    await store.put(other, SEATS, NOW)
    await store.delete(BRAND, SEATS.id, NOW)

    assert await catalogue.indexed(BRAND, "teammate") == 0
    assert await catalogue.indexed(other, "customer") == 1
    assert await catalogue.indexed(BrandId("nobody"), "customer") == 0


async def test_a_store_that_went_back_in_time_is_read_anew(
    catalogue: Catalogue, store: PostgresKnowledge, database: Database
) -> None:
    for known in (SEATS, CRASH):
        await store.put(BRAND, known, NOW)
    ids = await all_ids(store)
    assert await agree(catalogue, store, ids)

    async with database.engine.begin() as connection:
        await connection.execute(text("DELETE FROM articles WHERE id = 'crash'"))

    assert await agree(catalogue, store, ids)


names = st.sampled_from(["a", "b", "c", "d"])
entries = st.builds(
    lambda article, family, language, cut: Entry(
        ArticleId(article),
        language,
        ArticleId(family),
        tuple(PassageId(f"{article}#{number}") for number in range(cut)),
    ),
    names,
    names,
    st.sampled_from(["en", "es"]),
    st.integers(0, 3),
)


@given(st.lists(st.one_of(entries, names)), st.sets(names))
def test_a_register_keeps_the_last_of_each_article(changes: list[Entry | str], families: set[str]) -> None:
    register, kept = Register(), dict[str, Entry]()
    for change in changes:
        if isinstance(change, Entry):
            register.put(change)
            kept[change.article] = change
        else:
            register.remove(ArticleId(change))
            kept.pop(change, None)

    every = [PassageId(f"{name}#{number}") for name in "abcd" for number in range(3)]
    spoken = {it.id for it in register.translated({ArticleId(name) for name in families}, "es")}
    assert register.count() == len(kept)
    assert {it.id for it in register.candidates(every)} == {name for entry in kept.values() for name in entry.passages}
    assert spoken == {
        name
        for entry in kept.values()
        if entry.language == "es" and entry.family in families
        for name in entry.passages
    }
