"""A plain judge that learns from ratings: a linear fit of every dimension over TF-IDF."""

import asyncio
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from evals.baselines.lexical import Tfidf
from evals.examples import Example, RatingRow
from evals.runner import SystemFailed
from evals.statistics import Array
from evals.systems import versions

EPOCHS = 10
RATE = 0.5


class Linear:
    """Least squares fitted by plain gradient steps, one text at a time, in a fixed shuffled order."""

    def __init__(self, texts: Sequence[str], targets: Sequence[float], seed: int = 0) -> None:
        self._tfidf = Tfidf(texts)
        self._weights: Array = np.zeros(self._tfidf.dimension)
        self._mean = float(np.mean(targets))
        self._scale = float(np.std(targets)) or 1.0
        vectors = [self._tfidf.vector(text) for text in texts]
        rng = np.random.default_rng(seed)
        for epoch in range(EPOCHS):
            for place in rng.permutation(len(texts)):
                places, weights = vectors[place]
                gap = float(weights @ self._weights[places]) - (targets[place] - self._mean) / self._scale
                self._weights[places] -= RATE / (1 + epoch) * gap * weights

    def __call__(self, text: str) -> float:
        """Return what the text would be rated."""
        places, weights = self._tfidf.vector(text)
        return self._mean + self._scale * float(weights @ self._weights[places])


class Rater:
    """Answers rating examples with what people would say of the words alone, question and context unread."""

    name = "tfidf-linear"
    id = f"{name} {versions.of(*versions.PLAIN)}"

    def __init__(self, train: Sequence[Example]) -> None:
        self._train = [example.row for example in train if isinstance(example.row, RatingRow)]
        self._turn = asyncio.Lock()

    @cached_property
    def _heads(self) -> dict[str, Linear]:
        if not self._train:
            raise SystemFailed(f"{self.name} has nothing to learn from: give the suite train or folds")
        names = sorted({name for row in self._train for name in row.ratings})
        return {name: self._head(name) for name in names}

    def _head(self, dimension: str) -> Linear:
        rated = [(row.answer, row.ratings[dimension]) for row in self._train if row.ratings.get(dimension)]
        return Linear([answer for answer, _ in rated], [float(np.mean(ratings)) for _, ratings in rated])

    async def prepare(self) -> None:
        """Fit a head for every dimension."""
        async with self._turn:
            await asyncio.to_thread(lambda: self._heads)

    async def run(self, example: Example) -> dict[str, Any]:
        """Return a score for every dimension that people rated."""
        row = example.row
        if row.kind != "ratings":
            raise SystemFailed(f"{self.name} judges rated answers; it cannot answer {row.kind} examples")
        return {"scores": {name: self._heads[name](row.answer) for name in row.ratings if name in self._heads}}
