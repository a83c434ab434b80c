"""Search the help center: embed, ask both indexes, let the store say what is live, rank."""

import asyncio
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol, TypeVar, TypeVarTuple

from domain.articles import VISIBLE_TO, Audience, Passage, Visibility
from domain.ids import ArticleId, BrandId, PassageId
from domain.search import Answerability, Hit, Query, Results, Vote
from embedding.embedder import Embedder, Vectors
from engines import language
from kb_index import follow_ups, ranking, reranking
from kb_index.follow_ups import Context
from kb_index.learned import NOTHING, Learned
from kb_index.lexical import Lexical
from kb_index.ranking import Candidate, Signals
from kb_index.vectors import VectorStore

DENSE_CANDIDATES = 200
LEXICAL_CANDIDATES = 400
LEXICAL_ONLY = 60
LOOKS = 2  # a second one where something that was to be shown has just gone

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Index(Protocol):
    """Where passages are found."""

    async def search(self, query: Query) -> Results:
        """Return the articles that bear on a question, best first; what the audience may not see is not there."""
        ...


class PassageStore(Protocol):
    """The store of record: it has the last word on what exists, for whom and in which words."""

    async def candidates(
        self, brand: BrandId, audience: Audience, passages: Collection[PassageId]
    ) -> Sequence[Candidate]:
        """Return those of the passages that this audience may see now, without their words."""
        ...

    async def live(
        self, brand: BrandId, audience: Audience, passages: Collection[PassageId]
    ) -> Mapping[PassageId, Passage]:
        """Return those of the passages that this audience may see now: what is shown is in these words."""
        ...

    async def translated(
        self, brand: BrandId, audience: Audience, families: Collection[ArticleId], language: str
    ) -> Sequence[Candidate]:
        """Return the passages, in a language, of the articles of these families that this audience may see now."""
        ...

    async def indexed(self, brand: BrandId, audience: Audience) -> int:
        """Return how many articles this audience may see now."""
        ...


@dataclass(frozen=True)
class Shelf:
    """The two indexes of one brand and visibility; both only suggest ids."""

    vectors: VectorStore
    lexical: Lexical


class Shelves:
    """Every shelf there is, opened at first use and kept; call it in the pool."""

    def __init__(self, opener: Callable[[BrandId, Visibility], Shelf]) -> None:
        self._opener = opener
        self._open: dict[tuple[BrandId, Visibility], Shelf] = {}
        self._opening = threading.Lock()

    def __call__(self, brand: BrandId, visibility: Visibility) -> Shelf:
        """Return the shelf, empty if it is new."""
        with self._opening:
            if (brand, visibility) not in self._open:
                self._open[brand, visibility] = self._opener(brand, visibility)
            return self._open[brand, visibility]


class KnowledgeIndex:
    """The index behind every search, served or one-shot: the parts differ, the way is one."""

    def __init__(
        self, embedder: Embedder, shelves: Shelves, store: PassageStore, pool: Executor, learned: Learned = NOTHING
    ) -> None:
        self._embedder = embedder
        self._shelves = shelves
        self._store = store
        self._pool = pool
        self._learned = learned

    async def search(self, query: Query) -> Results:
        """Return the articles that bear on a question, best first.

        Raises IndexUnavailable when the store of vectors does not answer.
        """
        if not await self._store.indexed(query.brand, query.audience) or not query.text.strip():
            return await self._results(query)
        vector, signals, votes = await self._found(query)
        for _ in range(LOOKS):
            candidates, signals, spoken = await self._seen(query, vector, signals)
            ranked = await self._run(ranking.rank, candidates, signals, spoken, self._depth(query), votes)
            shown = {rated.id for it in ranked for rated in it.passages}
            live = await self._store.live(query.brand, query.audience, shown)
            if live.keys() == shown:
                break
        hits = ranking.hits(ranked, live)
        if not (self._learned.judge or self._learned.reranker):
            return await self._results(query, hits)
        return await self._results(query, *await self._run(self._read, query, candidates, signals, hits))

    async def _results(
        self, query: Query, hits: tuple[Hit, ...] = (), answerability: Answerability | None = None
    ) -> Results:
        indexed = await self._store.indexed(query.brand, query.audience)
        return Results(query.text, hits, indexed, answerability)

    async def _seen(
        self, query: Query, vector: Vectors, signals: Signals
    ) -> tuple[list[Candidate], Signals, str | None]:
        """Return what may be shown, what is known of it, and the language to show it in."""
        candidates = await self._candidates(query, signals)
        languages = sorted({it.language for it in candidates})
        spoken = query.language
        if not spoken and len(languages) > 1:
            spoken = await self._run(language.detect, query.text, languages)
        if spoken and (known := await self._translated(query, spoken, candidates)):
            candidates = [*candidates, *known]
            signals = await self._run(self._with_cosines, query, vector, signals, [it.id for it in known])
        return candidates, signals, spoken

    async def _candidates(self, query: Query, signals: Signals) -> list[Candidate]:
        """Return what may be shown of what the indexes suggest."""
        ids = {*signals.cosines, *signals.passages}
        found = await self._store.candidates(query.brand, query.audience, ids)
        gone = {it.family for it in found if it.article in query.without} | query.without
        return [it for it in found if it.family not in gone]

    async def _translated(self, query: Query, spoken: str, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """Return what the articles found are in the customer's language, where only a translation was found."""
        families = {it.family for it in candidates} - {it.family for it in candidates if it.language == spoken}
        if not families:
            return ()
        return await self._store.translated(query.brand, query.audience, families, spoken)

    async def _found(self, query: Query) -> tuple[Vectors, Signals, Mapping[ArticleId, Vote]]:
        """Return the vector searched with, and what the indexes and the memory say.

        The memory hears the question's own vector: it compares questions, which no adapter has moved.
        """
        before, asked = await self._run(self._asked, query)
        vector = self._learned.adapters.adapt(query.brand, asked) if self._learned.adapters else asked
        signals = self._run(self._signals, query, before, vector)
        if self._learned.memory is None:
            return vector, await signals, {}
        return vector, *await asyncio.gather(signals, self._learned.memory.votes(query, asked))

    def _read(
        self, query: Query, candidates: Sequence[Candidate], signals: Signals, hits: tuple[Hit, ...]
    ) -> tuple[tuple[Hit, ...], Answerability | None]:
        """Return the hits as a reader orders them, and whether they answer the question."""
        judge, reranker = self._learned.judge, self._learned.reranker
        answerability = judge.judge(query, candidates, signals, hits[: query.limit]) if judge else None
        read = reranker.rerank(query.text, hits) if reranker else hits
        return read[: query.limit], answerability

    def _depth(self, query: Query) -> int:
        """Return how many articles are ranked: as many as a reranker reads, where there is one."""
        return max(query.limit, reranking.READ) if self._learned.reranker else query.limit

    def _signals(self, query: Query, before: Context, vector: Vectors) -> Signals:
        """Ask both indexes of every shelf the audience may see."""
        cosines: dict[PassageId, float] = {}
        passages: dict[PassageId, float] = {}
        articles: dict[ArticleId, float] = {}
        floors = []
        for visibility in VISIBLE_TO[query.audience]:
            shelf = self._shelves(query.brand, visibility)
            near = dict(shelf.vectors.query(vector, DENSE_CANDIDATES))
            matches = shelf.lexical.query(query.text, LEXICAL_CANDIDATES, before)
            worded = _best(matches.passages, LEXICAL_ONLY)
            far = shelf.vectors.cosines(vector, [name for name in worded if name not in near])
            cosines.update({**near, **far})
            passages.update({name: score for name, score in matches.passages.items() if name in near or name in far})
            articles.update(matches.articles)
            floors.append(min(near.values(), default=0.0))
        return Signals(cosines, passages, articles, max(floors))

    def _with_cosines(self, query: Query, vector: Vectors, signals: Signals, ids: Sequence[PassageId]) -> Signals:
        """Return the signals with the cosines of passages that neither index suggested."""
        shelves = [self._shelves(query.brand, visibility) for visibility in VISIBLE_TO[query.audience]]
        more = [shelf.vectors.cosines(vector, ids) for shelf in shelves]
        return replace(signals, cosines={**signals.cosines, **dict(chain.from_iterable(it.items() for it in more))})

    def _asked(self, query: Query) -> tuple[Context, Vectors]:
        """Return what was said before a question as far as it bears on it, and the vector of both.

        It does where it brings a passage nearer than the question alone comes to any: else the topic has changed.
        """
        before = follow_ups.context(query)
        rows = self._embedder.embed_queries([query.text, *(said for said, _ in before)])
        alone, joined = follow_ups.together(rows[:1], ()), follow_ups.together(rows, before)
        if before and self._nearest(query, joined) > self._nearest(query, alone):
            return before, joined
        return (), alone

    def _nearest(self, query: Query, vector: Vectors) -> float:
        """Return the cosine of the nearest passage on the shelves the audience may see."""
        shelves = [self._shelves(query.brand, visibility) for visibility in VISIBLE_TO[query.audience]]
        return max((cosine for shelf in shelves for _, cosine in shelf.vectors.query(vector, 1)), default=-1.0)

    async def _run(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)


def _best(scores: Mapping[PassageId, float], count: int) -> Sequence[PassageId]:
    return sorted(scores, key=lambda name: (-scores[name], name))[:count]
