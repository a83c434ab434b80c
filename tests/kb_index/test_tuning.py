"""What accepted pairs teach is adopted only where it helps questions that were held out."""

import zlib
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest

from domain.ids import DEFAULT_BRAND, ArticleId
from domain.search import Query
from embedding.embedder import Embedder, Vectors
from kb_index import tuning
from kb_index.adapters import Adapter
from kb_index.bench import Bench
from kb_index.contents import Contents
from kb_index.pairs import Pair, distinct
from kb_index.passages import cut
from tests.kb_index.conftest import HELP_CENTER, article

START = datetime(2026, 1, 1, tzinfo=UTC)
TOPICS = [
    ("invoice", "bill"), ("password", "passcode"), ("seat", "licence"), ("refund", "moneyback"), ("crash", "freeze"),
    ("export", "download"), ("avatar", "picture"), ("webhook", "callback"), ("trial", "tryout"), ("coupon", "voucher"),
    ("theme", "colour"), ("archive", "attic"), ("label", "sticker"), ("calendar", "planner"), ("mention", "ping"),
]  # fmt: skip
FILLER = ["please", "my", "account", "today", "again", "page", "button", "screen", "team", "help"]


class Words:
    """An embedder that knows words only: what the articles call otherwise is strange to it."""

    id = "words"
    dimension = 96

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self.embed_queries(texts)

    def _vector(self, text: str) -> Vectors:
        words = [np.random.default_rng(zlib.crc32(word.encode())).standard_normal(96) for word in text.lower().split()]
        total = np.sum(words, axis=0)
        return np.asarray(total / np.linalg.norm(total), np.float32)


def contents(articles: Sequence[object], embedder: Embedder) -> Contents:
    passages = tuple(passage for one in articles for passage in cut(one))  # type: ignore[arg-type]  # articles
    return Contents(tuple(articles), passages, embedder.embed_passages([one.embedded_text for one in passages]))  # type: ignore[arg-type]  # articles


@pytest.fixture
def bench(pool: Executor) -> Bench:
    articles = [article(name, name, f"{name} {' '.join(FILLER[:4])}") for name, _ in TOPICS]
    embedder = Words()
    return Bench(contents(articles, embedder), embedder, pool)


def pairs(count: int = 150, wrong: bool = False, dated: bool = True) -> list[Pair]:
    """Return questions in the customers' words, an hour apart, accepted for the right article or for any."""
    random = Random(7)
    found = []
    for number in range(count):
        name, called = TOPICS[number % len(TOPICS)]
        accepted = random.choice(TOPICS)[0] if wrong else name
        question = " ".join([called, *random.sample(FILLER, 4), str(number)])
        asked_at = START + timedelta(hours=number) if dated else None
        found.append(Pair(question, frozenset({ArticleId(accepted)}), asked_at))
    return found


async def test_customers_words_are_learned_from_the_articles_accepted_for_them(bench: Bench) -> None:
    report, adapter = await tuning.tune(bench, pairs())

    after = await bench.standings(pairs(), adapter)
    assert report.better
    assert report.known.low > 0
    assert report.known.after.hit_1 > report.known.before.hit_1 + 0.3
    assert tuning.quality(after).hit_1 > 0.9


async def test_questions_are_held_out_by_time_where_it_is_known(bench: Bench) -> None:
    dated, _ = await tuning.tune(bench, pairs())
    undated, _ = await tuning.tune(bench, pairs(dated=False))

    assert (dated.held_out, dated.known.questions) == ("latest", 45)
    assert (undated.held_out, undated.known.questions) == ("chance", 45)


async def test_what_teaches_nothing_is_not_better(bench: Bench) -> None:
    report, _ = await tuning.tune(bench, pairs(wrong=True))

    assert not report.better
    assert report.verdict.startswith("not better beyond noise: MRR 0.")


async def test_too_few_pairs_say_how_many_are_needed(bench: Bench) -> None:
    strange = [Pair(f"question {number}", frozenset({ArticleId("elsewhere")})) for number in range(200)]

    with pytest.raises(tuning.TooFewPairs, match=r"40 different questions about 15 public articles.*needs 100"):
        await tuning.tune(bench, [*pairs(40), *pairs(40), *strange])


async def test_the_same_pairs_teach_the_same_numbers(bench: Bench) -> None:
    first, one = await tuning.tune(bench, pairs())
    second, other = await tuning.tune(bench, list(reversed(pairs())))

    assert first == second
    assert one.dump() == other.dump()


async def test_progress_is_told_to_the_end(bench: Bench) -> None:
    told: list[tuple[int, int]] = []

    await tuning.tune(bench, pairs(), lambda done, total: told.append((done, total)))

    assert [done for done, _ in told] == list(range(told[0][1] + 1))


async def test_a_bench_finds_what_is_served_and_nothing_internal(pool: Executor, minilm: Embedder) -> None:
    bench = Bench(contents(HELP_CENTER, minilm), minilm, pool)
    asked = [
        Pair("How do I get my money back?", frozenset({ArticleId("refunds")})),
        Pair("goodwill refund", frozenset({ArticleId("goodwill")})),
        Pair("olvidé mi contraseña", frozenset({ArticleId("password")})),
    ]

    places = [standing.place for standing in await bench.standings(asked)]

    assert (places[0], places[1], places[2]) == (1, 0, 1)


def test_a_question_asked_twice_counts_once_with_all_its_articles() -> None:
    late = Pair("How  do I pay?", frozenset({ArticleId("b")}), START + timedelta(days=1))
    early = Pair("how do i pay?", frozenset({ArticleId("a")}), START)

    assert distinct([late, early]) == [Pair("how do i pay?", frozenset({ArticleId("a"), ArticleId("b")}), START)]


def test_an_adapter_survives_being_kept() -> None:
    adapter = Adapter(np.random.default_rng(1).standard_normal((4, 4)).astype(np.float32))
    vector = np.array([0.5, 0.5, 0.5, 0.5], np.float32)

    kept = Adapter.load(adapter.dump())

    assert kept.adapt(DEFAULT_BRAND, vector).tolist() == adapter.adapt(DEFAULT_BRAND, vector).tolist()
    assert np.linalg.norm(kept.adapt(DEFAULT_BRAND, vector)) == pytest.approx(1)


async def test_the_memory_hears_a_question_that_no_adapter_has_moved(pool: Executor) -> None:
    heard: list[Vectors] = []

    class Listening:
        async def votes(self, query: Query, vector: Vectors) -> dict[ArticleId, object]:
            heard.append(vector)
            return {}

    embedder = Words()
    listening = Bench(contents([article("a", "a", "b c")], embedder), embedder, pool, Listening())  # type: ignore[arg-type]  # no votes
    turned = Adapter(np.roll(np.eye(96, dtype=np.float32), 1, axis=1))

    await listening.standings([Pair("what is a", frozenset({ArticleId("a")}))], turned)

    assert heard[0].tolist() == embedder.embed_queries(["what is a"])[0].tolist()
