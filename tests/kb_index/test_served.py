"""The served index: PostgreSQL, Chroma and words together."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from database.database import Database
from domain.ids import ArticleId, BrandId, PassageId
from domain.search import Query
from embedding.embedder import EmbedderError
from kb_index.errors import UnknownBrand
from kb_index.following import kept_up
from kb_index.indexing import Row
from kb_index.store import PostgresKnowledge
from tests.kb_index.conftest import (
    CONTRASENA,
    CRASH,
    GOODWILL,
    HELP_CENTER,
    NOW,
    PASSWORD,
    REFUNDS,
    SEATS,
    Process,
    article,
)

BRAND = BrandId("default")


async def found(process: Process, question: str, **more: object) -> list[str]:
    results = await process.index.search(Query(question, **more))  # type: ignore[arg-type]  # fields of Query
    return [hit.article for hit in results.hits]


async def test_the_article_that_answers_comes_first_with_the_passage_that_earned_it(process: Process) -> None:
    await process.indexer.put(BRAND, HELP_CENTER, NOW)

    results = await process.index.search(Query("How long can I get my money back?"))

    best = results.hits[0]
    assert (best.article, best.title, best.url) == ("refunds", "Get a refund", "https://help.example/refunds")
    assert best.passages[0].passage.heading_path == ("When",)
    assert best.passages[0].passage.text == "We refund a payment within 14 days."
    assert 0 < best.passages[0].dense <= 1
    assert all(0 <= scored.lexical <= 1 and 0 <= scored.score <= 1 for hit in results.hits for scored in hit.passages)
    assert [hit.score for hit in results.hits] == sorted((hit.score for hit in results.hits), reverse=True)
    assert results.indexed == 5


async def test_an_empty_index_and_an_empty_question_find_nothing(process: Process) -> None:
    assert (await process.index.search(Query("refund"))).indexed == 0

    await process.indexer.put(BRAND, [REFUNDS], NOW)

    assert await found(process, " ") == []


async def test_exact_words_are_found_too(process: Process) -> None:
    await process.indexer.put(BRAND, HELP_CENTER, NOW)

    assert (await found(process, "QX-4127"))[0] == "crash"


async def test_internal_articles_reach_teammates_and_never_customers(process: Process) -> None:
    await process.indexer.put(BRAND, HELP_CENTER, NOW)

    assert (await found(process, "goodwill refund up to 50 EUR", audience="teammate"))[0] == "goodwill"
    assert "goodwill" not in await found(process, "goodwill refund up to 50 EUR")


async def test_an_article_that_becomes_internal_is_gone_from_the_customers_shelf(process: Process) -> None:
    await process.indexer.put(BRAND, [REFUNDS, SEATS], NOW)

    await process.indexer.put(BRAND, [replace(SEATS, visibility="internal")], NOW)

    assert await found(process, "add a seat") == ["refunds"]
    assert process.shelves(BRAND, "public").vectors.count() == 2
    assert process.shelves(BRAND, "public").lexical.count() == 1
    assert (await found(process, "add a seat", audience="teammate"))[0] == "seats"


async def test_a_deleted_article_is_not_found_though_both_indexes_still_hold_it(process: Process) -> None:
    await process.indexer.put(BRAND, [REFUNDS, SEATS], NOW)
    (change,) = await process.store.now(BRAND, [SEATS.id])
    shelf = process.shelves(BRAND, "public")

    assert await process.indexer.delete(BRAND, SEATS.id, NOW)
    ids = [passage.id for passage in change.passages]
    shelf.vectors.upsert(ids, process.embedder.minilm.embed_passages([it.embedded_text for it in change.passages]))
    shelf.lexical.put(change.passages)

    assert shelf.vectors.ids() >= set(ids)
    assert shelf.lexical.query("add a seat", 10).articles
    assert await found(process, "add a seat") == ["refunds"]
    assert await process.store.get(BRAND, SEATS.id) is None
    assert not await process.indexer.delete(BRAND, SEATS.id, NOW)


async def test_a_deleted_article_lives_again_when_it_is_put_again(process: Process) -> None:
    await process.indexer.put(BRAND, [SEATS], NOW)
    await process.indexer.delete(BRAND, SEATS.id, NOW)

    rows = await process.indexer.put(BRAND, [SEATS], NOW)

    assert rows == [Row(SEATS.id, "added")]
    assert await found(process, "add a seat") == ["seats"]
    assert await process.store.get(BRAND, SEATS.id) == SEATS


async def test_what_is_unchanged_is_never_embedded_again(process: Process) -> None:
    await process.indexer.put(BRAND, HELP_CENTER, NOW)
    process.embedder.passages.clear()

    rows = await process.indexer.put(BRAND, HELP_CENTER, NOW)

    assert {row.state for row in rows} == {"unchanged"}
    assert process.embedder.passages == []


async def test_of_a_changed_article_only_the_changed_passage_is_embedded(process: Process) -> None:
    await process.indexer.put(BRAND, [REFUNDS], NOW)
    process.embedder.passages.clear()

    rows = await process.indexer.put(BRAND, [replace(REFUNDS, body=REFUNDS.body.replace("14 days", "30 days"))], NOW)

    assert rows == [Row(REFUNDS.id, "changed")]
    assert len(process.embedder.passages) == 1
    results = await process.index.search(Query("How long can I get my money back?"))
    assert "30 days" in results.hits[0].passages[0].passage.text
    assert process.shelves(BRAND, "public").vectors.count() == 2


async def test_each_article_is_told_about_as_it_becomes_safe(process: Process) -> None:
    told: list[Row] = []
    blank = article("blank", "Blank", " ")
    ancient = article("ancient", "Ancient", "Text.", updated_at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))))

    rows = await process.indexer.put(BRAND, [SEATS, blank, CRASH, SEATS, ancient], NOW, told.append)

    assert told == rows
    assert [(row.id, row.state) for row in rows] == [
        ("seats", "added"),
        ("blank", "failed"),
        ("crash", "added"),
        ("seats", "unchanged"),
        ("ancient", "failed"),
    ]
    assert rows[1].reason == "an id, a title and a body are needed"
    assert rows[4].reason == "updated_at '0001-01-01T00:00:00+14:00' is no date of an article"


async def test_what_died_between_store_and_vectors_is_caught_up_at_the_next_start(process: Process) -> None:
    await process.store.put(BRAND, SEATS, NOW)

    after = process.again()
    await after.indexer.catch_up()

    assert await found(after, "add a seat") == ["seats"]
    assert len(after.embedder.passages) == 1


async def test_a_failing_embedder_loses_nothing(process: Process) -> None:
    process.embedder.failing = EmbedderError("the model is gone")
    (row,) = await process.indexer.put(BRAND, [SEATS], NOW)
    process.embedder.failing = None

    again = await process.indexer.put(BRAND, [SEATS], NOW)

    assert row.state == "failed"
    assert row.reason == "stored, and searchable once this is mended: the model is gone"
    assert [it.state for it in again] == ["unchanged"]
    assert await found(process, "add a seat") == ["seats"]


async def test_both_indexes_are_rebuilt_from_the_store_without_embedding(process: Process) -> None:
    await process.indexer.put(BRAND, HELP_CENTER, NOW)
    before = await process.index.search(Query("reset my password", audience="teammate"))
    process.shelves(BRAND, "public").vectors.clear()
    process.shelves(BRAND, "internal").vectors.clear()

    after = process.again()
    await after.indexer.catch_up()

    assert await after.index.search(Query("reset my password", audience="teammate")) == before
    assert after.embedder.passages == []


async def test_a_second_process_follows_what_the_first_one_changes(process: Process) -> None:
    second = process.again()
    await second.indexer.catch_up()
    await process.indexer.put(BRAND, [SEATS, CRASH], NOW)
    await process.indexer.delete(BRAND, CRASH.id, NOW)

    await second.indexer.catch_up()

    shelf = second.shelves(BRAND, "public")
    assert set(shelf.lexical.query("seat crash", 10).articles) == {"seats"}
    assert await found(second, "add a seat") == ["seats"]


async def test_a_change_shows_in_another_process_within_five_seconds(process: Process) -> None:
    other = process.again()
    shelf = other.shelves(BRAND, "public")
    async with kept_up(process.indexer), kept_up(other.indexer):
        await process.indexer.put(BRAND, [SEATS, CRASH], NOW)
        assert (await found(other, "add a seat"))[0] == "seats"
        await process.indexer.delete(BRAND, CRASH.id, NOW)
        assert "crash" not in await found(other, "QX-4127")

        for _ in range(250):
            if set(shelf.lexical.query("seat crash", 10).articles) == {"seats"}:
                break
            await asyncio.sleep(0.02)
        assert set(shelf.lexical.query("seat crash", 10).articles) == {"seats"}


async def test_the_customers_language_wins_over_its_translation(process: Process) -> None:
    await process.indexer.put(BRAND, [PASSWORD, CONTRASENA, SEATS], NOW)

    spanish = await found(process, "reset password", language="es")
    english = await found(process, "reset password", language="en")
    told = await found(process, "¿Cómo puedo restablecer la contraseña de mi cuenta?")

    assert spanish[0] == "password-es"
    assert english[0] == "password"
    assert told[0] == "password-es"
    assert all(len({"password", "password-es"}.intersection(hits)) == 1 for hits in (spanish, english, told))


async def test_the_customers_language_wins_where_only_a_translation_was_found(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb_index.index.DENSE_CANDIDATES", 1)
    hidden = replace(CONTRASENA, id=ArticleId("password-de"), language="de", visibility="internal")
    await process.indexer.put(BRAND, [PASSWORD, CONTRASENA, hidden, SEATS], NOW)

    assert await found(process, "I forgot my password", language="es") == ["password-es"]
    assert await found(process, "I forgot my password", language="de") == ["password"]
    assert await found(process, "I forgot my password", language="de", audience="teammate") == ["password-de"]


async def test_brands_are_apart(process: Process, database: Database) -> None:
    other = BrandId("other")
    async with database.engine.begin() as connection:
        await connection.execute(text("INSERT INTO brands (id, name, created_at) VALUES ('other', 'Other', now())"))

    await process.indexer.put(BRAND, [SEATS], NOW)
    await process.indexer.put(other, [replace(SEATS, body="Seats are free here."), CRASH], NOW)

    assert await found(process, "add a seat") == ["seats"]
    assert await found(process, "the app crashes") == ["seats"]
    assert await found(process, "the app crashes", brand=other) == ["crash", "seats"]
    assert await process.store.counts(other) == {"public": 2, "internal": 0}


async def test_an_unknown_brand_is_named_and_nothing_is_stored(process: Process) -> None:
    with pytest.raises(UnknownBrand, match="there is no brand 'nobody'"):
        await process.indexer.put(BrandId("nobody"), [SEATS], NOW)

    assert await process.store.changes_since(0) == []
    assert await found(process, "seat", brand=BrandId("nobody")) == []


async def test_a_question_is_answered_while_articles_are_indexed(process: Process) -> None:
    await process.indexer.put(BRAND, HELP_CENTER, NOW)
    many = [article(f"a{number}", f"Article {number}", f"Text number {number}. " * 20) for number in range(30)]
    indexing = asyncio.create_task(process.indexer.put(BRAND, many, NOW))

    hits = await found(process, "How do I get a refund?")

    assert not indexing.done()
    assert hits[0] == "refunds"
    assert {row.state for row in await indexing} == {"added"}


async def test_articles_are_listed_page_by_page(process: Process) -> None:
    await process.indexer.put(BRAND, HELP_CENTER, NOW)

    first = await process.store.page(BRAND, None, 4)
    second = await process.store.page(BRAND, first[-1].id, 4)

    assert [it.id for it in first + second] == sorted(it.id for it in HELP_CENTER)
    assert await process.store.get(BRAND, REFUNDS.id) == REFUNDS
    assert await process.store.get(BRAND, GOODWILL.id) == GOODWILL


async def test_vectors_nobody_needs_are_forgotten(process: Process, database: Database) -> None:
    await process.indexer.put(BRAND, [SEATS], NOW)
    await process.indexer.put(BRAND, [replace(CRASH, body=SEATS.body, title=SEATS.title)], NOW)
    shared = await vectors(database)

    await process.indexer.delete(BRAND, SEATS.id, NOW)
    still_used = await vectors(database)
    await process.indexer.delete(BRAND, CRASH.id, NOW)

    assert (shared, still_used, await vectors(database)) == (1, 1, 0)


async def vectors(database: Database) -> int:
    async with database.engine.connect() as connection:
        return int(await connection.scalar(text("SELECT count(*) FROM vectors")) or 0)


async def test_a_check_tells_what_is_not_found_and_the_next_start_mends_it(process: Process) -> None:
    await process.indexer.put(BRAND, HELP_CENTER, NOW)
    shelf = process.shelves(BRAND, "public")
    lost = sorted(shelf.vectors.ids())[:2]
    shelf.vectors.delete(lost)
    shelf.vectors.upsert([PassageId("ghost#1")], process.embedder.minilm.embed_passages(["ghost"]))
    shelf.lexical.remove([SEATS.id])

    public, internal = await process.indexer.check(BRAND)
    after = process.again()
    await after.indexer.catch_up()

    assert (public.passages, public.missing, public.surplus) == (6, 2, 1)
    assert (public.articles, public.worded) == (5, 4)
    assert (public.complete, internal.complete) == (False, True)
    assert all(shelf.complete for shelf in await after.indexer.check(BRAND))


async def test_the_newest_twenty_versions_before_the_present_one_are_kept(process: Process) -> None:
    for number in range(25):
        await process.store.put(BRAND, replace(SEATS, body=f"A seat costs {number} EUR."), NOW, by=f"key_{number}")

    versions = await process.store.versions(BRAND, SEATS.id)

    assert [version.version for version in versions] == list(range(25, 4, -1))
    assert [version.by for version in versions[:2]] == ["key_24", "key_23"]
    assert versions[1].body == "A seat costs 23 EUR."


async def test_votes_and_views_change_neither_version_nor_vectors(process: Process) -> None:
    await process.indexer.put(BRAND, [SEATS], NOW)
    process.embedder.passages.clear()
    (before,) = await process.store.now(BRAND, [SEATS.id])

    await process.store.count(BRAND, "customer", SEATS.id, up=3, down=1)
    standing = await process.store.count(BRAND, "customer", SEATS.id, views=5)

    assert standing is not None
    assert (standing.version, standing.up, standing.down, standing.views) == (1, 3, 1, 5)
    assert standing.helpfulness == (3 + 2) / (4 + 4)
    assert await process.store.now(BRAND, [SEATS.id]) == [before]
    assert process.embedder.passages == []


async def test_the_same_article_at_another_moment_is_unchanged(database: Database) -> None:
    store = PostgresKnowledge(database.engine)
    await store.put(BRAND, replace(SEATS, updated_at=NOW), NOW)

    stored = await store.put(BRAND, replace(SEATS, updated_at=NOW.astimezone()), NOW)

    assert not stored.changed
    assert (await store.changes_since(0))[0].article == ArticleId("seats")
