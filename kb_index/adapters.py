"""A linear adapter on a question's vector, learned from the articles that people accepted for such questions.

Nothing is embedded again and going back is instant. Each question is pulled towards its accepted articles and away from
their rivals, as far as a softmax over both has it wrong; ridge regression turns the pulls of all questions into one
matrix that leaves what it has no evidence for as it is. The numbers were chosen on half of two sets of real questions.
"""

import io
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from domain.ids import ArticleId, BrandId
from embedding.embedder import Vectors
from kb_index.fits import InUse

SHARPNESS = 20.0  # cosines to log odds
RIDGE = 1.0
RIVALS = 29
LOOKED_AT = 400  # passages, the nearest, among which rivals are sought


@dataclass(frozen=True)
class Adapter:
    """A matrix (d, d) that says how a question's vector (d,) is moved; its strength is in it."""

    matrix: Vectors

    def adapt(self, brand: BrandId, vector: Vectors) -> Vectors:
        """Return the vector moved, its length one; whatever brand asks, it is theirs."""
        moved = vector + vector @ self.matrix
        return np.asarray(moved / np.linalg.norm(moved), np.float32)

    def dump(self) -> bytes:
        """Return it as a .npy file."""
        file = io.BytesIO()
        np.save(file, self.matrix, allow_pickle=False)
        return file.getvalue()

    @classmethod
    def load(cls, data: bytes) -> "Adapter":
        """Return the adapter of a .npy file."""
        return cls(np.load(io.BytesIO(data), allow_pickle=False))


class BrandAdapters:
    """The adapters in use, each for its brand; what has none keeps its vector."""

    def __init__(self, in_use: InUse[Adapter]) -> None:
        self._in_use = in_use

    def adapt(self, brand: BrandId, vector: Vectors) -> Vectors:
        """Return the vector to search with, of length one; the same one where nothing was learned."""
        adapter = self._in_use.get(brand)
        return adapter.adapt(brand, vector) if adapter else vector


class Pulls:
    """What draws a question among passages: a row of `vectors` for each, `owners` naming their articles."""

    def __init__(self, owners: Sequence[ArticleId], vectors: Vectors) -> None:
        self._owners = owners
        self._vectors = vectors
        self._rows: dict[ArticleId, list[int]] = defaultdict(list)
        for row, owner in enumerate(owners):
            self._rows[owner].append(row)

    def of(self, question: Vectors, accepted: Collection[ArticleId]) -> Vectors:
        """Return the direction (d,) to the accepted articles that are here, from those it is taken to mean."""
        cosines = self._vectors @ question
        wanted = [name for name in sorted(accepted) if name in self._rows]
        near = [*wanted, *self._rivals(cosines, frozenset(accepted))]
        articles = np.stack([self._article(name, cosines) for name in near])
        share = np.zeros(len(near), np.float32)
        share[: len(wanted)] = 1 / len(wanted)
        pull = (share - _softmax(SHARPNESS * (articles @ question))) @ articles
        return np.asarray(pull, np.float32)

    def _rivals(self, cosines: Vectors, accepted: frozenset[ArticleId]) -> Iterator[ArticleId]:
        nearest = dict.fromkeys(self._owners[row] for row in np.argsort(-cosines, kind="stable")[:LOOKED_AT])
        return (name for name in list(nearest)[: RIVALS + len(accepted)] if name not in accepted)

    def _article(self, name: ArticleId, cosines: Vectors) -> Vectors:
        """Return the mean of an article's two passages nearest to the question."""
        rows = np.array(self._rows[name])
        mean: Vectors = self._vectors[rows[np.argsort(-cosines[rows], kind="stable")[:2]]].mean(axis=0)
        return mean


def learn(questions: Vectors, pulls: Vectors, strength: float) -> Adapter:
    """Return the adapter that moves questions (n, d) along their pulls (n, d), so far as they agree."""
    rows = questions.astype(np.float64)
    agreement = rows.T @ rows + RIDGE * np.eye(rows.shape[1])
    return Adapter((strength * np.linalg.solve(agreement, rows.T @ pulls)).astype(np.float32))


def _softmax(odds: Vectors) -> Vectors:
    grown = np.exp(odds - odds.max())
    return np.asarray(grown / grown.sum(), np.float32)
