"""What an edit changes is known before it is published, exactly."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import timedelta

import pytest

from database.database import Database
from domain.ids import DEFAULT_BRAND, ArticleId, TicketId
from domain.search import Asked, Hit, Query
from embedding.minilm import MiniLM
from kb_index import contents, edits, preflight
from kb_index.catalogue import Catalogue
from kb_index.contents import Contents
from kb_index.edits import Edit
from kb_index.index import KnowledgeIndex
from kb_index.learned import Learned
from kb_index.postgres_memory import PostgresMemory
from kb_index.preflight import Effect, Preflight
from kb_index.solved import Solved
from tests.kb_index.conftest import CRASH, GOODWILL, HELP_CENTER, NOW, PASSWORD, REFUNDS, SEATS, Process, article

QUESTIONS = (
    "How long can I get my money back?",
    "What does another seat cost?",
    "I forgot my password",
    "restablecer la contraseña por favor",
    "QX-4127",
    "Where do I find my invoices?",
)
REWRITTEN = replace(REFUNDS, body="## When\n\nWe refund a payment within 30 days.\n\n## How\n\nWrite to us.")
INVOICES = article("invoices", "Find your invoices", "Open Billing. Every invoice is there.", url="/help/invoices")
EDIT = Edit((REWRITTEN, INVOICES, PASSWORD), (SEATS.id, GOODWILL.id))


def asked(text: str, *right: str) -> Asked:
    return Asked(text, "file", Query(text), frozenset(map(ArticleId, right)))


def solved(name: str, question: str, *links: str) -> Solved:
    then = NOW - timedelta(days=9)
    return Solved(TicketId(name), question, links, then, then)


async def publish(process: Process, edit: Edit) -> None:
    await process.indexer.put(DEFAULT_BRAND, edit.articles, NOW)
    for name in edit.deleted:
        await process.indexer.delete(DEFAULT_BRAND, name, NOW)


def told(hits: Sequence[Hit]) -> list[object]:
    return [(hit.article, hit.title, hit.url, hit.reasons, [it.passage for it in hit.passages]) for hit in hits]


async def test_what_is_told_before_an_edit_is_what_a_search_returns_after_it(
    process: Process, database: Database, minilm: MiniLM, pool: Executor
) -> None:
    await process.indexer.put(DEFAULT_BRAND, HELP_CENTER, NOW)
    memory = PostgresMemory(database.engine, minilm, pool, pool)
    tickets = [solved("t1", "Money back, please", "refunds", "seats"), solved("t2", "A bill", "/help/invoices")]
    await memory.put(DEFAULT_BRAND, [*tickets, solved("t3", "Cannot sign in", "password")], NOW)
    before = await contents.of_brand(process.store, DEFAULT_BRAND, minilm.id)
    tried, _ = await preflight.of_brand(database.engine, DEFAULT_BRAND, before, minilm, pool, newest=10)

    foreseen = tried.index(edits.published(before, EDIT, minilm))
    await publish(process, EDIT)
    await memory.catch_up()
    catalogue = Catalogue(process.store)
    served = KnowledgeIndex(minilm, process.shelves, catalogue, pool, Learned(memory))

    for text in QUESTIONS:
        for query in (Query(text), Query(text, audience="teammate"), Query(text, language="es")):
            then, now = await foreseen.search(query), await served.search(query)
            assert told(then.hits) == told(now.hits)
            assert [hit.score for hit in then.hits] == pytest.approx([hit.score for hit in now.hits], abs=1e-4)
            assert then.indexed == now.indexed


async def test_nothing_is_stored(process: Process, minilm: MiniLM, pool: Executor) -> None:
    await process.indexer.put(DEFAULT_BRAND, HELP_CENTER, NOW)
    before = await contents.of_brand(process.store, DEFAULT_BRAND, minilm.id)

    await Preflight(before, minilm, pool).effects(EDIT, [asked(text) for text in QUESTIONS])

    after = await contents.of_brand(process.store, DEFAULT_BRAND, minilm.id)
    assert (after.articles, after.passages) == (before.articles, before.passages)


@pytest.fixture
def there(minilm: MiniLM) -> Contents:
    """The small help center, indexed."""
    empty = Contents((), (), minilm.embed_passages([])[:0])
    return edits.published(empty, Edit(tuple(HELP_CENTER)), minilm)


class Trying:
    """Tries edits on the small help center."""

    def __init__(self, there: Contents, minilm: MiniLM, pool: Executor) -> None:
        self._preflight = Preflight(there, minilm, pool)

    async def __call__(self, edit: Edit, *questions: Asked) -> list[Effect]:
        return await self._preflight.effects(edit, questions)


@pytest.fixture
def trying(there: Contents, minilm: MiniLM, pool: Executor) -> Trying:
    return Trying(there, minilm, pool)


async def test_a_question_that_loses_its_right_article_comes_before_one_whose_first_article_changes(
    trying: Trying,
) -> None:
    effects = await trying(Edit(deleted=(SEATS.id,)), asked("Seat price"), asked("Cost of another seat", "seats"))

    assert [(effect.kind, effect.asked.query.text) for effect in effects] == [
        ("worse", "Cost of another seat"),
        ("moved", "Seat price"),
    ]
    assert effects[0].before[0] == "seats"
    assert "seats" not in effects[0].after
    assert [passage.article for passage in effects[0].gone] == ["seats"]


async def test_a_question_that_finds_its_right_article_earlier_is_better(trying: Trying) -> None:
    question = asked("Where do I find my invoices?", "invoices")

    (effect,) = await trying(Edit((INVOICES,)), question)

    assert (effect.kind, effect.after[0]) == ("better", "invoices")


async def test_the_same_articles_in_other_words_are_told_with_the_words_that_go_and_come(trying: Trying) -> None:
    changed = replace(CRASH, body=CRASH.body.replace("error code QX-4127", "the file crash.log"))

    (effect,) = await trying(Edit((changed,)), asked("The app crashes again", "crash"))

    assert effect.kind == "reworded"
    assert effect.before == effect.after
    assert ["QX-4127" in passage.text for passage in effect.gone] == [True]
    assert ["crash.log" in passage.text for passage in effect.come] == [True]


async def test_an_edit_that_changes_nothing_has_no_effect(trying: Trying) -> None:
    reviewed = replace(REFUNDS, owner="ann")

    assert await trying(Edit((REFUNDS, reviewed)), *map(asked, QUESTIONS)) == []


async def test_an_article_made_internal_is_gone_for_customers(trying: Trying) -> None:
    (effect,) = await trying(Edit((replace(SEATS, visibility="internal"),)), asked("Cost of another seat", "seats"))

    assert effect.kind == "worse"
    assert "seats" not in effect.after


def test_it_is_said_what_publishing_makes_of_each_article(there: Contents) -> None:
    edit = Edit((REWRITTEN, INVOICES, replace(PASSWORD, owner="ann")), (SEATS.id, ArticleId("nowhere")))

    assert edits.states(there, edit) == {
        "refunds": "changed",
        "invoices": "added",
        "password": "unchanged",
        "seats": "deleted",
        "nowhere": "unknown",
    }
