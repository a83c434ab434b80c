"""How surely what was found answers a question, and the line that says whether that is enough."""

from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.ids import ArticleId, PassageId
from domain.search import Query
from embedding.minilm import MiniLM
from kb_index import answerability, fitting
from kb_index.answerability import Line, Shape
from kb_index.fitting import Examples
from kb_index.index import Index
from kb_index.one_shot import open_folder
from kb_index.ranking import Candidate, Signals
from tests.kb_index.conftest import Counting
from tests.test_layers import ROOT

DEMO = ROOT / "demo" / "help_center"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM, pool: Executor) -> Index:
    return open_folder(DEMO, tmp_path_factory.mktemp("cache"), minilm, pool)


def candidate(article: str, family: str | None = None) -> Candidate:
    return Candidate(PassageId(f"{article}#1"), ArticleId(article), "en", 1, ArticleId(family or article))


def signals(cosines: dict[str, float], words: dict[str, float]) -> Signals:
    named = {PassageId(f"{name}#1"): cosine for name, cosine in cosines.items()}
    return Signals(named, {}, {ArticleId(name): score for name, score in words.items()}, 0.1)


def drawn(count: int, apart: float, seed: int = 0) -> Examples:
    """Return made-up questions whose shapes lie `apart` when their article is there and when it is not."""
    rows = np.random.default_rng(seed).normal(0.4, 0.1, (2, count, 3))
    rows[0] += apart
    present, hidden = ([Shape(*map(float, row)) for row in part] for part in rows)
    return Examples(tuple(present), tuple(hidden), "titles")


def test_a_search_is_read_by_how_near_how_far_ahead_and_how_well_worded_its_best_article_is() -> None:
    names = ["best", *(f"other{number}" for number in range(9))]
    found = signals({name: 0.9 - 0.1 * place for place, name in enumerate(names)}, {"best": 8.0, "other1": 4.0})

    shape = answerability.shape([candidate(name) for name in names], found)

    assert shape
    assert shape.nearest == pytest.approx(0.9)
    assert shape.ahead == pytest.approx(0.9 - (0.4 + 0.3 + 0.2 + 0.1 + 0.0) / 5)
    assert shape.worded == pytest.approx((8 - 4 / 4) / 8)


def test_a_translation_is_no_rival_of_its_original_and_is_hidden_with_it() -> None:
    found = signals({"a": 0.9, "a-es": 0.88, "b": 0.3}, {"a": 5.0, "a-es": 5.0})
    articles = [candidate("a"), candidate("a-es", "a"), candidate("b")]

    whole = answerability.shape(articles, found)
    without = answerability.shape(articles, found, {ArticleId("a")})

    assert whole
    assert without
    assert whole.ahead == pytest.approx(0.6)
    assert whole.worded == 1.0
    assert (without.nearest, without.worded) == (0.3, 0.0)


def test_nothing_found_has_no_shape() -> None:
    assert answerability.shape([], signals({}, {})) is None
    assert answerability.shape([candidate("a")], signals({"a": 0.9}, {}), {ArticleId("a")}) is None


@pytest.mark.parametrize("keep", [0.9, 0.97])
def test_a_line_keeps_the_share_it_was_told_to_and_catches_what_lies_apart(keep: float) -> None:
    examples = drawn(400, apart=0.3)

    line = fitting.fit(examples, keep)
    told = fitting.report(examples, keep)

    kept = np.mean([line.probability(shape) >= line.threshold for shape in examples.present])
    assert kept == pytest.approx(keep, abs=0.01)
    assert told.kept == pytest.approx(keep, abs=0.04)
    assert (told.auroc > 0.95, told.caught > 0.9) == (True, True)


def test_probabilities_mean_what_they_say_on_questions_not_seen() -> None:
    line, fresh = fitting.fit(drawn(400, apart=0.1), 0.9), drawn(4000, apart=0.1, seed=1)

    rows = [(line.probability(shape), 1.0) for shape in fresh.present]
    rows += [(line.probability(shape), 0.0) for shape in fresh.hidden]
    sure = [came_true for stated, came_true in rows if 0.7 < stated < 0.8]

    assert np.mean(sure) == pytest.approx(0.75, abs=0.05)


def test_where_hiding_the_article_changes_nothing_the_line_is_sure_of_nothing() -> None:
    examples = drawn(200, apart=0.0)

    line = fitting.fit(examples, 0.9)

    assert max(line.probability(shape) for shape in examples.present) < 0.7
    assert fitting.report(examples, 0.9).auroc == pytest.approx(0.5, abs=0.06)


def test_examples_that_lie_wholly_apart_still_give_a_line_of_finite_numbers() -> None:
    line = fitting.fit(drawn(30, apart=9.0), 0.97)

    assert np.isfinite([line.offset, line.least, *vars(line.weights).values()]).all()


def test_the_mean_of_lines_lies_between_them() -> None:
    low, high = fitting.fit(drawn(50, apart=0.1), 0.9), fitting.fit(drawn(50, apart=0.4), 0.9)
    shape = Shape(0.6, 0.5, 0.4)

    between = fitting.mean([low, high], "titles")

    assert between.odds(shape) == pytest.approx((low.odds(shape) + high.odds(shape)) / 2, abs=1e-3)
    assert between.examples == 100


async def test_a_help_center_gets_its_own_line_and_says_why(demo: Index) -> None:
    known = (await demo.search(Query("How do I reset my password?"))).answerability
    strange = (await demo.search(Query("How many moons does Jupiter have?"))).answerability

    assert known
    assert strange
    assert (known.answerable, strange.answerable) == (True, False)
    assert known.probability > 0.6 > 0.2 > strange.probability
    assert "fitted to this help center's titles" in known.reasons[0]
    assert strange.reasons[-1] == "nothing found mentions 'moons', 'Jupiter'"


async def test_an_article_that_is_left_out_is_missed(demo: Index) -> None:
    asked = Query("How do I reset my password?")

    there = await demo.search(asked)
    gone = await demo.search(replace(asked, without=frozenset({there.hits[0].article})))

    assert there.hits[0].article not in {hit.article for hit in gone.hits}
    assert there.answerability
    assert gone.answerability
    assert gone.answerability.probability < there.answerability.probability


async def test_an_embedder_nobody_fitted_a_line_for_says_nothing_of_a_small_help_center(
    tmp_path: Path, minilm: MiniLM, pool: Executor
) -> None:
    (tmp_path / "refunds.md").write_text("# Refunds\n\nWe refund within 14 days.", "utf-8")
    index = open_folder(tmp_path, tmp_path / "cache", Counting(minilm, id="another"), pool)

    found = await index.search(Query("refunds"))

    assert found.hits
    assert found.answerability is None


def test_the_shipped_line_is_for_the_packaged_embedder_and_rises_with_every_part() -> None:
    line: Line = answerability.defaults()[MiniLM.id]

    assert min(vars(line.weights).values()) > 0
    assert line.learned_from == "other help centers"
