"""The door to what a model makes of a text piece by piece, which not every embedder has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from embedding.embedder import Embedder, Vectors
from embedding.remembering import Remembering


@dataclass(frozen=True, eq=False)
class Tokens:
    """A text as a model reads it: a row of `vectors`, of any length, and a span (start, end) for each piece of a word.

    `whole` is the text's own vector of length one, the same as `embed_passages` gives.
    """

    text: str
    vectors: Vectors
    spans: tuple[tuple[int, int], ...]
    whole: Vectors


@runtime_checkable
class TokenEmbedder(Protocol):
    """An embedder that also gives the vectors of tokens; it can be a key of what is remembered."""

    def __hash__(self) -> int: ...

    def embed_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the tokens of each text, as far as the model sees it: 256 of them, marks of begin and end left out."""
        ...


def door(embedder: Embedder) -> TokenEmbedder | None:
    """Return what gives the vectors of tokens for an embedder, None where it cannot; they are not remembered."""
    inner = embedder.inner if isinstance(embedder, Remembering) else embedder
    return inner if isinstance(inner, TokenEmbedder) else None
