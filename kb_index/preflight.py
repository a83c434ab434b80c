"""What an edit changes before it is published: the questions that would find something else, those that matter first.

The help center as it is and as it would be are both indexed in memory, so nothing is stored, nobody else notices, and
what is told of a question is what its search returns once the edit is published.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.articles import VISIBLE_TO, Passage, Visibility
from domain.ids import ArticleId, BrandId
from domain.search import Asked, Hit, Query, Vote
from embedding.embedder import Embedder, Vectors
from kb_index import edits
from kb_index.adapters import Adapter, BrandAdapters
from kb_index.addresses import Addresses
from kb_index.contents import Contents
from kb_index.edits import Edit
from kb_index.fits import InUse
from kb_index.index import Index, KnowledgeIndex, Shelf, Shelves
from kb_index.learned import NOTHING, Learned, Reranker
from kb_index.lexical import Lexical
from kb_index.memory import Copy, Tickets
from kb_index.one_shot import FolderPassages, Kept
from kb_index.postgres_fits import PostgresFits
from kb_index.postgres_memory import PostgresMemory
from kb_index.vectors import ExactVectors

FIRST = 5  # articles of a question that are compared
READ = 4  # passages of each, as many as the hub reads
AT_ONCE = 4

Kind = Literal["worse", "moved", "better", "reordered", "reworded"]
ORDER: tuple[Kind, ...] = ("worse", "moved", "better", "reordered", "reworded")
LOOK = ("worse", "moved")


@dataclass(frozen=True)
class Effect:
    """What an edit changes for one question: the articles found, and the passages that go and that come.

    An article known to be right is found later (worse) or earlier (better); another article comes first (moved); the
    first stays and others change (reordered); the same articles are found with other words (reworded).
    """

    asked: Asked
    kind: Kind
    before: tuple[ArticleId, ...]
    after: tuple[ArticleId, ...]
    gone: tuple[Passage, ...]
    come: tuple[Passage, ...]


class Recalling:
    """The ticket memory with its links leading to the articles of certain contents."""

    def __init__(self, tickets: Tickets) -> None:
        self._tickets = tickets

    async def votes(self, query: Query, vector: Vectors) -> Mapping[ArticleId, Vote]:
        """Return the votes of the tickets most similar to a question."""
        return self._tickets.votes(vector, query.asked_at) if len(self._tickets) else {}


class Preflight:
    """A help center in memory, as it is, to try edits on; `memory` and `learned` are what its search uses beside it."""

    def __init__(
        self,
        contents: Contents,
        embedder: Embedder,
        pool: Executor,
        memory: Copy | None = None,
        learned: Learned = NOTHING,
    ) -> None:
        self.contents = contents
        self._embedder = embedder
        self._pool = pool
        self._memory = memory
        self._learned = learned

    async def effects(
        self, edit: Edit, questions: Sequence[Asked], tell: Callable[[int], None] = lambda _: None
    ) -> list[Effect]:
        """Return the questions that would find something else, those that matter most first.

        `tell` hears how many questions are compared.
        """
        run = asyncio.get_running_loop().run_in_executor
        edited = await run(self._pool, edits.published, self.contents, edit, self._embedder)
        before = await run(self._pool, self.index, self.contents)
        after = await run(self._pool, self.index, edited)
        return await compare(before, after, questions, tell)

    def index(self, contents: Contents) -> Index:
        """Return the index that searches just these contents; the memory votes for what lives in them."""
        learned = self._learned
        if self._memory:
            there = Addresses((article.id, article.url) for article in contents.articles)
            learned = replace(learned, memory=Recalling(self._memory.tickets(there)))
        shelves = Shelves(lambda _, visibility: _shelf(contents, visibility))
        kept = {visibility: _kept(contents, visibility) for visibility in VISIBLE_TO["teammate"]}
        return KnowledgeIndex(self._embedder, shelves, FolderPassages(kept), self._pool, learned)


def _shelf(contents: Contents, visibility: Visibility) -> Shelf:
    rows = [row for row, passage in enumerate(contents.passages) if passage.visibility == visibility]
    shelf = Shelf(ExactVectors([contents.passages[row].id for row in rows], contents.vectors[rows]), Lexical())
    shelf.lexical.put(contents.passages[row] for row in rows)
    return shelf


def _kept(contents: Contents, visibility: Visibility) -> list[Kept]:
    families = {article.id: ArticleId(article.translation_of or article.id) for article in contents.articles}
    here = (passage for passage in contents.passages if passage.visibility == visibility)
    return [Kept(passage, families[passage.article]) for passage in here]


async def of_brand(
    engine: AsyncEngine,
    brand: BrandId,
    contents: Contents,
    embedder: Embedder,
    pool: Executor,
    newest: int,
    reranker: Reranker | None = None,
) -> tuple[Preflight, list[Asked]]:
    """Return a brand's contents to try edits on, with all that was learned of it, and the newest remembered questions.

    A question is asked again as it would be today.
    """
    memory = PostgresMemory(engine, embedder, pool, pool)
    adapters = InUse(PostgresFits(engine), embedder.id, "adapter", Adapter.load)
    await adapters.catch_up()
    learned = Learned(adapters=BrandAdapters(adapters), reranker=reranker)
    tickets = [
        Asked(one.ticket, "ticket", Query(one.question, brand), frozenset(one.articles))
        for one in await memory.newest(brand, newest)
    ]
    return Preflight(contents, embedder, pool, await memory.copy(brand), learned), tickets


async def compare(
    before: Index, after: Index, questions: Sequence[Asked], tell: Callable[[int], None] = lambda _: None
) -> list[Effect]:
    """Return the questions for which the two indexes find something else, those that matter most first.

    `tell` hears how many questions are compared.
    """
    effects: list[Effect] = []
    for start in range(0, len(questions), AT_ONCE):
        few = questions[start : start + AT_ONCE]
        found = await asyncio.gather(*(_compared(before, after, asked) for asked in few))
        effects.extend(effect for effect in found if effect)
        tell(start + len(few))
    return sorted(effects, key=lambda effect: (ORDER.index(effect.kind), -_extent(effect), effect.asked.id))


async def _compared(before: Index, after: Index, asked: Asked) -> Effect | None:
    query = replace(asked.query, limit=FIRST)
    then, now = (found.hits for found in await asyncio.gather(before.search(query), after.search(query)))
    names = tuple(hit.article for hit in then), tuple(hit.article for hit in now)
    shown, next_shown = _shown(then), _shown(now)
    gone = tuple(passage for name, passage in shown.items() if name not in next_shown)
    come = tuple(passage for name, passage in next_shown.items() if name not in shown)
    kind = _kind(asked, *names, reworded=bool(gone or come))
    return Effect(asked, kind, *names, gone, come) if kind else None


def _shown(hits: Sequence[Hit]) -> dict[str, Passage]:
    return {scored.passage.id: scored.passage for hit in hits for scored in hit.passages[:READ]}


def _kind(asked: Asked, before: Sequence[ArticleId], after: Sequence[ArticleId], reworded: bool) -> Kind | None:
    gained = _place(before, asked.right) - _place(after, asked.right)
    if gained:
        return "better" if gained > 0 else "worse"
    if before[:1] != after[:1] and not asked.right:
        return "moved"
    return "reordered" if list(before) != list(after) else "reworded" if reworded else None


def _place(found: Sequence[ArticleId], right: frozenset[ArticleId]) -> int:
    """Return where the first right article stands, from 0; `FIRST` where none does."""
    return next((place for place, name in enumerate(found) if name in right), FIRST)


def _extent(effect: Effect) -> int:
    """Return how much of what is found changes."""
    if effect.kind in ("worse", "better"):
        return abs(_place(effect.before, effect.asked.right) - _place(effect.after, effect.asked.right))
    if effect.kind == "moved":
        return _place(effect.after, frozenset(effect.before[:1]))
    return len({*effect.before} ^ {*effect.after}) or len(effect.gone)
