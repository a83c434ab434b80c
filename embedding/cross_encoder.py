"""Any cross-encoder that sentence-transformers can load; needs the extra `models`."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from embedding.embedder import EmbedderError
from embedding.sentence_transformer import identity

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

PAIRS = 8
ArrayT = TypeVar("ArrayT")
HEADS = ("ForSequenceClassification", "ForCausalLM")


class CrossEncoderReader:
    """A model that reads a question and a text together, by its name or the path of its folder; loaded when made."""

    def __init__(self, name_or_path: str) -> None:
        self._model = _load(name_or_path)
        self._turn = threading.Lock()
        self._id = identity(name_or_path)

    @property
    def id(self) -> str:
        """Name the model; the weights in a folder are part of the name."""
        return self._id

    def read(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return for each text how likely it answers the question, 0..1 as the model sees it."""
        pairs = [(question, text) for text in texts]
        if not pairs:
            return []
        with self._turn:
            found = self._model.predict(pairs, batch_size=PAIRS, show_progress_bar=False, activation_fn=_logits)
        logits = np.asarray(found, np.float64)
        return [float(probability) for probability in 1 / (1 + np.exp(-logits))]


def _logits(found: ArrayT) -> ArrayT:
    """Return what the model says as it is: some models bring a sigmoid of their own and some do not."""
    return found


def _load(name_or_path: str) -> "CrossEncoder":
    if name_or_path.startswith(("/", ".")) and not Path(name_or_path).is_dir():
        raise EmbedderError(
            f"There is no folder {name_or_path!r} to load a reranker from: mend the path, or name none."
        )
    try:
        from sentence_transformers import CrossEncoder
    except ImportError as exc:
        raise EmbedderError(
            f"The reranker {name_or_path!r} needs sentence-transformers: install the extra 'models' (make models)."
        ) from exc
    try:
        model: CrossEncoder = CrossEncoder(name_or_path, device="cpu", local_files_only=Path(name_or_path).is_dir())
    except (OSError, ValueError) as exc:
        raise EmbedderError(
            f"The reranker {name_or_path!r} cannot be loaded: give the path of its folder, or a name that can be "
            "fetched, or none."
        ) from exc
    heads = (model.config.architectures if model.config else None) or ()
    if model.num_labels != 1 or not any(name.endswith(HEADS) for name in heads):
        # The library gives a model without the right head a random one, and says so in a log only.
        raise EmbedderError(
            f"The model {name_or_path!r} is no reranker: it was saved as {', '.join(heads) or 'something unnamed'} "
            f"and gives {model.num_labels} numbers a pair. Name a cross-encoder that gives one."
        )
    return model
