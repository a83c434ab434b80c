"""Any model that sentence-transformers can load; needs the extra `models`."""

import hashlib
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embedding.embedder import EmbedderError, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 16


class SentenceTransformerEmbedder:
    """An embedder by the name of a model or the path of its folder, loaded when it is made."""

    def __init__(self, name_or_path: str) -> None:
        self._model = load_model(name_or_path)
        self._turn = threading.Lock()
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise EmbedderError(f"The model {name_or_path!r} does not say how many dimensions its vectors have.")
        self._dimension = dimension
        self._id = identity(name_or_path)

    @property
    def id(self) -> str:
        """Name the model; the weights in a folder are part of the name, so that a model tuned anew is another one."""
        return self._id

    @property
    def dimension(self) -> int:
        """Return how many numbers a vector has."""
        return self._dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one row per question, with the model's own prompt for questions where it has one."""
        with self._turn:
            return self._rows(self._model.encode_query(list(texts), batch_size=BATCH, normalize_embeddings=True))

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one row per passage, with the model's own prompt for documents where it has one."""
        with self._turn:
            return self._rows(self._model.encode_document(list(texts), batch_size=BATCH, normalize_embeddings=True))

    def _rows(self, encoded: object) -> Vectors:
        return np.asarray(encoded, dtype=np.float32).reshape(-1, self._dimension)


def load_model(name_or_path: str) -> "SentenceTransformer":
    """Return a model by its name or the path of its folder.

    Raises EmbedderError when it cannot be loaded, or the extra is not installed.
    """
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as exc:
        raise EmbedderError(
            f"The embedder {name_or_path!r} needs sentence-transformers: install the extra 'models' (make models)."
        ) from exc
    try:
        return SentenceTransformer(name_or_path, device="cpu", local_files_only=Path(name_or_path).is_dir())
    except (OSError, ValueError) as exc:
        raise EmbedderError(
            f"The model {name_or_path!r} cannot be loaded: give the path of its folder, or a name that can be fetched."
        ) from exc


def identity(name_or_path: str) -> str:
    """Return the id of a model: its name, or that of its folder with a hash of the weights in it."""
    folder = Path(name_or_path)
    digest = hashlib.sha256(b"" if folder.is_dir() else name_or_path.encode())
    for weights in sorted([*folder.rglob("*.safetensors"), *folder.rglob("*.bin")]) if folder.is_dir() else []:
        with weights.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    slug = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-") or "model"
    return f"st-{slug}-{digest.hexdigest()[:8]}"
