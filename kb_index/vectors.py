"""Where vectors are kept and the nearest ones found: the port, and the exact one in memory."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from domain.ids import PassageId
from embedding.embedder import Vectors


class VectorStore(Protocol):
    """Vectors of one brand, visibility and embedder, by passage; it only suggests ids.

    Every call may wait: make it in the pool. Raises IndexUnavailable when the store does not answer.
    """

    def upsert(self, ids: Sequence[PassageId], vectors: Vectors) -> None:
        """Keep a vector for each id, in the place of an earlier one."""
        ...

    def delete(self, ids: Sequence[PassageId]) -> None:
        """Forget these ids; one that is unknown does no harm."""
        ...

    def query(self, vector: Vectors, k: int) -> list[tuple[PassageId, float]]:
        """Return the `k` nearest ids with their cosine, the nearest first."""
        ...

    def cosines(self, vector: Vectors, ids: Sequence[PassageId]) -> Mapping[PassageId, float]:
        """Return the cosine of each of these ids that is known."""
        ...

    def ids(self) -> set[PassageId]:
        """Return every id that is kept."""
        ...

    def count(self) -> int:
        """Return how many vectors are kept."""
        ...

    def sound(self) -> bool:
        """Say whether what is kept is also found; a store that is not must be cleared and filled again."""
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...


class ExactVectors:
    """Vectors in memory, every one compared: what other stores are measured by."""

    def __init__(self, ids: Sequence[PassageId] = (), vectors: Vectors | None = None) -> None:
        self._keep(ids, vectors)

    @classmethod
    def open(cls, file: Path, ids: Sequence[PassageId]) -> "ExactVectors":
        """Return the vectors of a .npy file, one row an id, read when they are needed."""
        return cls(ids, np.load(file, mmap_mode="r"))

    def upsert(self, ids: Sequence[PassageId], vectors: Vectors) -> None:
        """Keep a vector for each id, in the place of an earlier one."""
        kept = {**self._by_id(), **dict(zip(ids, vectors, strict=True))}
        self._keep(list(kept), np.stack(list(kept.values())) if kept else None)

    def delete(self, ids: Sequence[PassageId]) -> None:
        """Forget these ids; one that is unknown does no harm."""
        gone = set(ids)
        kept = {name: vector for name, vector in self._by_id().items() if name not in gone}
        self._keep(list(kept), np.stack(list(kept.values())) if kept else None)

    def query(self, vector: Vectors, k: int) -> list[tuple[PassageId, float]]:
        """Return the `k` nearest ids with their cosine, the nearest first."""
        ids, _, vectors = self._held
        if not ids:
            return []
        cosines = vectors @ vector
        nearest = np.argpartition(-cosines, min(k, len(ids)) - 1)[:k]
        return sorted(((ids[row], float(cosines[row])) for row in nearest), key=lambda found: (-found[1], found[0]))

    def cosines(self, vector: Vectors, ids: Sequence[PassageId]) -> Mapping[PassageId, float]:
        """Return the cosine of each of these ids that is known."""
        _, rows, vectors = self._held
        known = [name for name in ids if name in rows]
        found = vectors[[rows[name] for name in known]] @ vector if known else ()
        return {name: float(cosine) for name, cosine in zip(known, found, strict=True)}

    def ids(self) -> set[PassageId]:
        """Return every id that is kept."""
        return set(self._held[0])

    def count(self) -> int:
        """Return how many vectors are kept."""
        return len(self._held[0])

    def sound(self) -> bool:
        """Say that what is kept is found, as it always is."""
        return True

    def clear(self) -> None:
        """Forget everything."""
        self._keep((), None)

    def _by_id(self) -> dict[PassageId, Vectors]:
        ids, _, vectors = self._held
        return dict(zip(ids, vectors, strict=True))

    def _keep(self, ids: Sequence[PassageId], vectors: Vectors | None) -> None:
        """Put everything in place at once, so that a search in another thread sees all of it or nothing."""
        rows = {name: row for row, name in enumerate(ids)}
        self._held = (list(ids), rows, np.empty((0, 0), np.float32) if vectors is None else vectors)
