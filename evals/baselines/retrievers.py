"""Plain retrieval: BM25 alone, dense alone, and both fused by equal weight."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from embedding.embedder import Embedder
from evals.baselines.lexical import BM25
from evals.corpora import Corpus
from evals.examples import Example
from evals.runner import SystemFailed
from evals.statistics import Array
from evals.systems import versions

DEPTH = 10
RRF = 60
Rank = Callable[[str], Array]


class Lexical:
    """Scores whole articles by BM25."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    @cached_property
    def _index(self) -> BM25:
        return BM25([f"{article.title}\n{article.body}" for article in self._corpus.articles])

    def __call__(self, question: str) -> Array:
        """Return one score per article."""
        return self._index.scores(question)


class Dense:
    """Scores whole articles, as far as the embedder reads, by cosine."""

    def __init__(self, corpus: Corpus, embedder: Embedder) -> None:
        self._corpus = corpus
        self._embedder = embedder

    @cached_property
    def _vectors(self) -> Array:
        texts = [f"{article.title}\n{article.body}" for article in self._corpus.articles]
        return self._embedder.embed_passages(texts).astype(np.float64)

    def __call__(self, question: str) -> Array:
        """Return one score per article."""
        scores: Array = self._vectors @ self._embedder.embed_queries([question])[0].astype(np.float64)
        return scores


def fused(*ranks: Rank) -> Rank:
    """Fuse rankings by reciprocal rank, all with the same weight."""

    def scores(question: str) -> Array:
        orders = [np.argsort(np.argsort(-rank(question), kind="stable")) for rank in ranks]
        total: Array = np.sum([1 / (RRF + 1 + order) for order in orders], axis=0)
        return total

    return scores


class Retriever:
    """Answers retrieval and abstention examples with the best articles by some score, last turn only."""

    def __init__(self, name: str, corpus: Corpus, rank: Rank, version: str) -> None:
        self.name = name
        self.id = f"{name} {versions.of(*versions.PLAIN)} {version}"
        self._articles = corpus.articles
        self._rank = rank
        self._turn = asyncio.Lock()
        self._ready = False

    async def prepare(self) -> None:
        """Index the articles."""
        if not self._ready:
            async with self._turn:
                await asyncio.to_thread(self._rank, "ready")
                self._ready = True

    async def run(self, example: Example) -> dict[str, Any]:
        """Return a search document."""
        if example.row.kind not in ("retrieval", "abstention"):
            raise SystemFailed(f"{self.name} finds articles; it cannot answer {example.row.kind} examples")
        async with self._turn:
            scores = await asyncio.to_thread(self._rank, example.row.question)
        best = np.argsort(-scores, kind="stable")[:DEPTH]
        found = [self._found(int(place), float(scores[place])) for place in best if scores[place] > 0]
        return {"query": example.row.question, "results": found}

    def _found(self, place: int, score: float) -> dict[str, Any]:
        article = self._articles[place]
        return {"article": article.id, "title": article.title, "url": article.url, "score": round(score, 6)}
