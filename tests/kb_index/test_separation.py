"""Nothing deleted, nothing internal and nothing of another brand is ever found, whatever was done before.

A generated history of puts, deletions, republications, changes of visibility, deaths and restarts runs against real
stores, in a process that acts and one that lags behind. Every text holds a word of its own, so that whatever is shown
names the version of the article that it came from.
"""

import asyncio
import os
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from database.database import Database
from domain.articles import VISIBLE_TO, Article, Audience, Visibility
from domain.ids import ArticleId, BrandId
from domain.search import Query, Results
from tests.kb_index.conftest import NOW, Process

BRANDS = (BrandId("default"), BrandId("other"))
NAMES = tuple(ArticleId(name) for name in ("a", "b/c", "d#1"))
AUDIENCES: tuple[Audience, ...] = ("customer", "teammate")
STEPS = 20
ROUND = 50 if os.environ.get("PROVE") else 4
OPERATIONS = 10_000 if os.environ.get("PROVE") else 70
LETTERS = "bcdfghklmnprstvz"

T = TypeVar("T")
_Key = tuple[BrandId, ArticleId]

brands = st.sampled_from(BRANDS)
names = st.sampled_from(NAMES)
visibilities = st.sampled_from(VISIBLE_TO["teammate"])


@dataclass
class World:
    """The stores, the process that acts, the one that lags, and every word that was ever used."""

    loop: asyncio.AbstractEventLoop
    database: Database
    acting: Process
    lagging: Process
    words: Iterator[str] = field(default_factory=lambda: map(_word, count()))
    operations: int = 0

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def emptied(self) -> None:
        async with self.database.engine.begin() as connection:
            await connection.execute(text("TRUNCATE articles, vectors CASCADE"))
        for collection in self.acting.client.list_collections():
            self.acting.client.delete_collection(collection.name)
        self.acting, self.lagging = self.acting.again(), self.lagging.again()


class Histories(RuleBasedStateMachine):
    """What may happen to articles, and what must hold after each step."""

    world: World
    changed = Bundle("changed")

    def __init__(self) -> None:
        super().__init__()
        self.world.wait(self.world.emptied())
        self.living: dict[_Key, Article] = {}
        self.written: dict[_Key, Article] = {}
        self.behind = False

    @invariant()
    def counted(self) -> None:
        """Count a step; this runs after each."""
        self.world.operations += 1

    @initialize(target=changed)
    def begin(self) -> Any:
        """Give both brands public articles of the same ids."""
        return multiple(*(self._written(brand, name) for brand in BRANDS for name in NAMES[:2]))

    @rule(target=changed, brand=brands, name=names, visibility=visibilities)
    def put(self, brand: BrandId, name: ArticleId, visibility: Visibility) -> _Key:
        return self._written(brand, name, visibility)

    @rule(target=changed, key=changed)
    def turn_round(self, key: _Key) -> Any:
        if key not in self.living:
            return multiple()
        other: Visibility = "internal" if self.living[key].visibility == "public" else "public"
        return self._store(key[0], replace(self.living[key], visibility=other))

    @rule(target=changed, key=changed)
    def republish(self, key: _Key) -> _Key:
        return self._store(key[0], self.written[key])

    @rule(key=changed)
    def delete(self, key: _Key) -> None:
        there = self.world.wait(self.world.acting.indexer.delete(*key, NOW))
        assert there == (key in self.living)
        self._look(key[0], self.living.pop(key, self.written[key]))

    @rule(key=changed, hides=st.booleans())
    def die_before_the_indexes_are_told(self, key: _Key, hides: bool) -> None:
        before = self.living.get(key)
        if before is None:
            return
        if hides:
            self.living[key] = self.written[key] = replace(before, visibility="internal")
            self.world.wait(self.world.acting.store.put(key[0], self.living[key], NOW))
        else:
            del self.living[key]
            self.world.wait(self.world.acting.store.delete(*key, NOW))
        self.world.acting = self.world.acting.again()
        self.behind = True
        self._look(key[0], before)

    @rule()
    def follow(self) -> None:
        self.world.wait(self.world.lagging.indexer.catch_up())

    @rule()
    def restart(self) -> None:
        self.world.acting = self.world.acting.again()
        self.world.wait(self.world.acting.indexer.catch_up())
        self.behind = False

    def _written(self, brand: BrandId, name: ArticleId, visibility: Visibility = "public") -> _Key:
        word = next(self.world.words)
        return self._store(brand, Article(name, f"About {word}", f"The secret is {word}.", visibility=visibility))

    def _store(self, brand: BrandId, article: Article) -> _Key:
        key = (brand, article.id)
        before = self.written.get(key, article)
        (row,) = self.world.wait(self.world.acting.indexer.put(brand, [article], NOW))
        assert row.state != "failed"
        self.behind = False
        self.living[key] = self.written[key] = article
        for version in dict.fromkeys((before, article)):
            self._look(brand, version)
        return key

    def _look(self, brand: BrandId, article: Article) -> None:
        """Search for an article as it was, in both processes and everywhere, and judge whatever is shown."""
        for process in (self.world.acting, self.world.lagging):
            for searched, audience, found in self.world.wait(_searched(process, article.body)):
                shown = {hit.article: hit for hit in found.hits}
                for name, hit in shown.items():
                    now = self.living.get((searched, name))
                    assert now is not None, f"{name!r} was deleted, or belongs to another brand"
                    assert now.visibility in VISIBLE_TO[audience], f"{name!r} is internal"
                    assert all(scored.passage.text == now.body for scored in hit.passages)
                due = searched == brand and process is self.world.acting and not self.behind
                if due and self.living.get((brand, article.id)) == article:
                    assert (article.id in shown) == (article.visibility in VISIBLE_TO[audience])


async def _searched(process: Process, question: str) -> list[tuple[BrandId, Audience, Results]]:
    asked = [(brand, audience) for brand in BRANDS for audience in AUDIENCES]
    found = await asyncio.gather(*(process.index.search(Query(question, *scope)) for scope in asked))
    return [(*scope, results) for scope, results in zip(asked, found, strict=True)]


async def test_what_is_deleted_internal_or_anothers_is_never_found(process: Process, database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("INSERT INTO brands (id, name, created_at) VALUES ('other', 'Other', now())"))
    world = World(asyncio.get_running_loop(), database, process, process.again())
    machine = type("Bound", (Histories,), {"world": world})
    few = settings(max_examples=ROUND, stateful_step_count=STEPS, suppress_health_check=[HealthCheck.too_slow])

    while world.operations < OPERATIONS:
        await asyncio.to_thread(run_state_machine_as_test, machine, settings=few)


def _word(number: int) -> str:
    """Return a word that no other number has, in letters that a tokenizer keeps together."""
    digits = []
    for _ in range(5):
        number, digit = divmod(number, len(LETTERS))
        digits.append(LETTERS[digit])
    return "q" + "o".join(digits)
