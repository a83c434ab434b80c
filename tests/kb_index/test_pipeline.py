"""Indexing in step: some articles are stored while others are embedded and put on the shelves."""

import asyncio
from dataclasses import replace

from domain.articles import Article
from domain.ids import BrandId
from domain.search import Query
from embedding.embedder import EmbedderError
from tests.kb_index.conftest import NOW, SEATS, Process, article

BRAND = BrandId("default")


def many(count: int) -> list[Article]:
    return [
        article(f"a{number}", f"Article {number}", f"## One\n\nText {number}.\n\n## Two\n\nMore of {number}.")
        for number in range(count)
    ]


async def test_every_text_is_embedded_once_though_others_catch_up_meanwhile(process: Process) -> None:
    articles = many(60)
    indexing = asyncio.create_task(process.indexer.put(BRAND, articles, NOW))
    while not indexing.done():
        await process.indexer.catch_up()

    rows = await indexing

    assert [row.id for row in rows] == [it.id for it in articles]
    assert {row.state for row in rows} == {"added"}
    assert len(process.embedder.passages) == len(set(process.embedder.passages)) == 120
    assert process.shelves(BRAND, "public").vectors.count() == 120
    assert process.shelves(BRAND, "public").lexical.count() == 60


async def test_of_an_article_that_comes_twice_the_last_one_stays(process: Process) -> None:
    first, last = replace(SEATS, body="Seats are free."), replace(SEATS, body="A chair costs 9 EUR a month.")

    rows = await process.indexer.put(BRAND, [first, *many(20), last], NOW)

    results = await process.index.search(Query("What does a chair cost?"))
    assert [row.state for row in rows if row.id == SEATS.id] == ["added", "changed"]
    assert results.hits[0].passages[0].passage.text == last.body
    assert process.shelves(BRAND, "public").vectors.count() == 41


async def test_what_was_given_up_half_way_is_caught_up(process: Process) -> None:
    articles = many(40)
    told = asyncio.Event()
    indexing = asyncio.create_task(process.indexer.put(BRAND, articles, NOW, lambda _: told.set()))
    await told.wait()
    indexing.cancel()
    await asyncio.wait([indexing])
    stored = await process.store.counts(BRAND)

    await process.indexer.catch_up()

    assert 8 <= stored["public"] <= 40
    assert process.shelves(BRAND, "public").lexical.count() == stored["public"]
    assert process.shelves(BRAND, "public").vectors.count() == 2 * stored["public"]
    assert len(process.embedder.passages) <= 2 * stored["public"] + 32


async def test_every_group_that_fails_says_so(process: Process) -> None:
    process.embedder.failing = EmbedderError("the model is gone")

    rows = await process.indexer.put(BRAND, many(20), NOW)

    assert {row.reason for row in rows} == {"stored, and searchable once this is mended: the model is gone"}
