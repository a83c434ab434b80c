"""An embedder that remembers: the same questions and sentences come again and again, and embedding is what costs."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np

from embedding.embedder import Embedder, Vectors

REMEMBERED = 20_000  # texts; 30 MB at 384 numbers each


class Remembering:
    """Wraps an embedder and keeps the vectors of the texts it saw last; thread-safe, as every embedder."""

    def __init__(self, embedder: Embedder, size: int = REMEMBERED) -> None:
        self._embedder = embedder
        self._size = size
        self._kept: OrderedDict[tuple[str, str], Vectors] = OrderedDict()
        self._lock = Lock()

    @property
    def id(self) -> str:
        """Return the wrapped embedder's id: remembering changes no vector."""
        return self._embedder.id

    @property
    def dimension(self) -> int:
        """Return how many numbers a vector has."""
        return self._embedder.dimension

    @property
    def inner(self) -> Embedder:
        """Return the wrapped embedder."""
        return self._embedder

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one row per question."""
        return self._rows("query", texts, self._embedder.embed_queries)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one row per passage."""
        return self._rows("passage", texts, self._embedder.embed_passages)

    def _rows(self, kind: str, texts: Sequence[str], embed: Callable[[Sequence[str]], Vectors]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        known = self._recalled(kind, texts)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known |= dict(zip(new, embed(new), strict=True))
            self._keep(kind, {text: known[text] for text in new})
        return np.stack([known[text] for text in texts])

    def _recalled(self, kind: str, texts: Sequence[str]) -> dict[str, Vectors]:
        with self._lock:
            found = {text: self._kept[kind, text] for text in texts if (kind, text) in self._kept}
            for text in found:
                self._kept.move_to_end((kind, text))
            return found

    def _keep(self, kind: str, vectors: dict[str, Vectors]) -> None:
        with self._lock:
            self._kept.update({(kind, text): vector for text, vector in vectors.items()})
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
