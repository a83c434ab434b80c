"""Plain intent classifiers over TF-IDF: the nearest centroid, and logistic regression."""

import asyncio
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.baselines.lexical import Sparse, Tfidf
from evals.examples import Example
from evals.runner import SystemFailed
from evals.statistics import Array
from evals.systems import versions

EPOCHS = 12
RATE = 4.0
SHARPNESS = 10.0


class Centroids:
    """The mean vector of every label's texts; a text is likeliest what it lies nearest to."""

    def __init__(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        self.labels = sorted(set(labels))
        self._tfidf = Tfidf(texts)
        means = np.zeros((self._tfidf.dimension, len(self.labels)))
        for text, label in zip(texts, labels, strict=True):
            places, weights = self._tfidf.vector(text)
            means[places, self.labels.index(label)] += weights
        lengths = np.linalg.norm(means, axis=0)
        self._means: Array = means / np.where(lengths > 0, lengths, 1)

    def probabilities(self, text: str) -> tuple[Array, float]:
        """Return one probability per label, and the cosine with the nearest as the degree of being in scope."""
        places, weights = self._tfidf.vector(text)
        cosines: Array = weights @ self._means[places]
        return _softmax(SHARPNESS * cosines), float(cosines.max())


class Logistic:
    """Logistic regression fitted by plain gradient steps, one text at a time, in a fixed shuffled order."""

    def __init__(self, texts: Sequence[str], labels: Sequence[str], seed: int = 0) -> None:
        self.labels = sorted(set(labels))
        self._tfidf = Tfidf(texts)
        self._weights = np.zeros((self._tfidf.dimension, len(self.labels)))
        self._bias = np.zeros(len(self.labels))
        vectors = [self._tfidf.vector(text) for text in texts]
        targets = np.array([self.labels.index(label) for label in labels])
        self._fit(vectors, targets, np.random.default_rng(seed))

    def probabilities(self, text: str) -> tuple[Array, float]:
        """Return one probability per label, and the largest as the degree of being in scope."""
        found = self._probabilities(self._tfidf.vector(text))
        return found, float(found.max())

    def _probabilities(self, vector: Sparse) -> Array:
        places, weights = vector
        logits: Array = weights @ self._weights[places] + self._bias
        return _softmax(logits)

    def _fit(self, vectors: Sequence[Sparse], targets: NDArray[np.int64], rng: np.random.Generator) -> None:
        for epoch in range(EPOCHS):
            rate = RATE / (1 + epoch)
            for place in rng.permutation(len(vectors)):
                gap = self._probabilities(vectors[place])
                gap[targets[place]] -= 1
                places, weights = vectors[place]
                self._weights[places] -= rate * np.outer(weights, gap)
                self._bias -= 0.1 * rate * gap


def _softmax(logits: Array) -> Array:
    raised: Array = np.exp(logits - logits.max())
    shares: Array = raised / raised.sum()
    return shares


class Classifier:
    """Answers intent examples with a head fitted on the training rows that are in scope."""

    def __init__(self, name: str, head: type[Centroids] | type[Logistic], train: Sequence[Example]) -> None:
        self.name = name
        self.id = f"{name} {versions.of(*versions.PLAIN)}"
        self._make = head
        self._train = [example.row for example in train if example.positive]
        self._turn = asyncio.Lock()

    @cached_property
    def _head(self) -> Centroids | Logistic:
        rows = [row for row in self._train if row.kind == "intents"]
        if not rows:
            raise SystemFailed(f"{self.name} has nothing to learn from: give the suite train or folds")
        return self._make([row.text for row in rows], [row.label for row in rows])

    async def prepare(self) -> None:
        """Fit the head."""
        async with self._turn:
            await asyncio.to_thread(lambda: self._head)

    async def run(self, example: Example) -> dict[str, Any]:
        """Return the likeliest intent."""
        if example.row.kind != "intents":
            raise SystemFailed(f"{self.name} names intents; it cannot answer {example.row.kind} examples")
        async with self._turn:
            return await asyncio.to_thread(self._classified, example.row.text)

    def _classified(self, text: str) -> dict[str, Any]:
        probabilities, in_scope = self._head.probabilities(text)
        best = int(probabilities.argmax())
        stated = min(1.0, float(probabilities[best]))
        return {"label": self._head.labels[best], "confidence": stated, "in_scope": in_scope}
