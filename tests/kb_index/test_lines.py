"""The line of a brand, fitted in the background to what its help center holds."""

import pytest

from database.database import Database
from domain.articles import Article
from domain.ids import DEFAULT_BRAND
from domain.search import Query
from kb_index.answerability import LineJudge
from kb_index.fits import Subject
from kb_index.index import KnowledgeIndex
from kb_index.learned import Learned
from kb_index.lines import Lines
from kb_index.postgres_fits import PostgresFits
from tests.kb_index.conftest import CRASH, NOW, PASSWORD, REFUNDS, Process, article

ARTICLES = 21


def help_center(count: int = ARTICLES) -> list[Article]:
    numbers = range(1, count + 1)
    return [article(f"a{it}", f"Set up part {it}", f"Open Settings, choose part {it}, press Save.") for it in numbers]


@pytest.fixture
def fits(database: Database) -> PostgresFits:
    return PostgresFits(database.engine)


@pytest.fixture
def lines(database: Database, fits: PostgresFits, process: Process) -> Lines:
    return Lines(database.engine, process.store, fits, process.embedder, process.pool, lambda: NOW, look_s=0)


async def version(fits: PostgresFits, process: Process) -> int | None:
    fit = await fits.current(Subject(DEFAULT_BRAND, process.embedder.id, "answerability"))
    return fit.version if fit else None


async def test_a_line_is_fitted_once_the_articles_have_settled(
    lines: Lines, fits: PostgresFits, process: Process
) -> None:
    await process.indexer.put(DEFAULT_BRAND, help_center(), NOW)

    await lines.catch_up()
    moving = await version(fits, process)
    await lines.catch_up()
    await lines.catch_up()

    assert (moving, await version(fits, process)) == (None, 1)
    line = lines.get(DEFAULT_BRAND)
    assert line
    assert (line.learned_from, line.examples) == ("titles", ARTICLES)


async def test_it_is_fitted_again_when_a_tenth_of_the_articles_has_changed(
    lines: Lines, fits: PostgresFits, process: Process
) -> None:
    await process.indexer.put(DEFAULT_BRAND, help_center(), NOW)
    for _ in range(2):
        await lines.catch_up()

    versions = []
    for change in ([REFUNDS], [CRASH, PASSWORD]):
        await process.indexer.put(DEFAULT_BRAND, change, NOW)
        for _ in range(2):
            await lines.catch_up()
        versions.append(await version(fits, process))

    assert versions == [1, 2]


async def test_another_process_takes_the_line_up_and_answers_by_it(
    lines: Lines, fits: PostgresFits, process: Process, database: Database
) -> None:
    await process.indexer.put(DEFAULT_BRAND, help_center(), NOW)
    for _ in range(2):
        await lines.catch_up()
    other = Lines(database.engine, process.store, fits, process.embedder, process.pool, lambda: NOW)
    judge = LineJudge(process.embedder.id, other.get)
    index = KnowledgeIndex(process.embedder, process.shelves, process.store, process.pool, Learned(judge=judge))

    before = (await index.search(Query("part 7"))).answerability
    await other.catch_up()
    after = (await index.search(Query("part 7"))).answerability

    assert before
    assert after
    assert "other help centers" in before.reasons[0]
    assert "this help center's titles" in after.reasons[0]


async def test_a_small_help_center_has_no_line_of_its_own(lines: Lines, fits: PostgresFits, process: Process) -> None:
    await process.indexer.put(DEFAULT_BRAND, help_center(12), NOW)

    for _ in range(3):
        await lines.catch_up()

    assert await version(fits, process) is None
    assert lines.get(DEFAULT_BRAND) is None
