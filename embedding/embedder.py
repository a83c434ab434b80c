"""The port every embedder stands behind."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Anything that turns texts into vectors of length one."""

    @property
    def id(self) -> str:
        """Name the model and its build, such as `minilm-int8-a1b2c3d4`: vectors of another id do not compare."""
        ...

    @property
    def dimension(self) -> int:
        """Return how many numbers a vector has."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one row per question."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one row per passage."""
        ...


class EmbedderError(Exception):
    """An embedder or reranker cannot be loaded; the message says what to install or configure."""
