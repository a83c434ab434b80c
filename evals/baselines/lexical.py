"""BM25 over whole articles, and TF-IDF vectors."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from domain.text import words
from evals.statistics import Array

K1 = 1.2
B = 0.75


class BM25:
    """Scores texts by the words they share with a question, rare words and short texts counting more."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._size = len(texts)
        postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        counted = [Counter(words(text)) for text in texts]
        average = sum(counts.total() for counts in counted) / max(1, self._size) or 1.0
        for place, counts in enumerate(counted):
            length = 1 - B + B * counts.total() / average
            for word, count in counts.items():
                postings[word].append((place, count * (K1 + 1) / (count + K1 * length)))
        self._postings = {word: _weighted(found, self._size) for word, found in postings.items()}

    def scores(self, question: str) -> Array:
        """Return one score per text."""
        total = np.zeros(self._size)
        for word, times in Counter(words(question)).items():
            if word in self._postings:
                places, weights = self._postings[word]
                total[places] += times * weights
        return total


def _weighted(found: list[tuple[int, float]], size: int) -> tuple[NDArray[np.int64], Array]:
    rarity = math.log(1 + (size - len(found) + 0.5) / (len(found) + 0.5))
    return np.array([place for place, _ in found]), rarity * np.array([weight for _, weight in found])


Sparse = tuple[NDArray[np.int64], Array]


class Tfidf:
    """Turns texts into sparse vectors of length one over the words and word pairs of some training texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        seen = Counter(term for text in texts for term in set(_terms(text)))
        self._places = {term: place for place, term in enumerate(sorted(seen))}
        self._rarity = np.array([math.log((1 + len(texts)) / (1 + seen[term])) + 1 for term in self._places])

    @property
    def dimension(self) -> int:
        """Return how many terms there are."""
        return len(self._places)

    def vector(self, text: str) -> Sparse:
        """Return places and weights of the known terms of a text."""
        counts = Counter(place for term in _terms(text) if (place := self._places.get(term)) is not None)
        places = np.array(sorted(counts), dtype=np.int64)
        weights = np.array([1 + math.log(counts[place]) for place in sorted(counts)]) * self._rarity[places]
        return places, weights / (float(np.linalg.norm(weights)) or 1.0)


def _terms(text: str) -> list[str]:
    single = words(text)
    return single + [f"{first} {second}" for first, second in pairwise(single)]
