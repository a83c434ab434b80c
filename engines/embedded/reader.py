"""Read units of text against an ask piece by piece: a mean of a whole text hides the one word that decides.

Every piece of the ask meets the piece of a unit that is likest in its place, and pieces that few units hold count most.
Nothing is learned here: the vectors are those of the packaged embedder, the weights those of the units read.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from embedding import tokens
from embedding.embedder import Embedder, Vectors
from embedding.tokens import TokenEmbedder, Tokens

REMEMBERED = 1024  # texts; about 45 MB


@dataclass(frozen=True)
class Likeness:
    """How near a unit is to an ask: the cosine of the wholes, and how well its own words meet those of the ask.

    `met` is told against the other units read with it: 0 is as well as they do on average.
    """

    cosine: float
    met: float


@dataclass(frozen=True, eq=False)
class _Read:
    """A text as it is compared: its pieces, where they start, a row of length one for each, and the text's own."""

    pieces: tuple[str, ...]
    starts: tuple[int, ...]
    rows: NDArray[np.float16]
    whole: Vectors


def compare(ask: str, question: str, units: Sequence[tuple[str, str]], embedder: Embedder) -> list[Likeness]:
    """Return how near each unit, a heading and a text, is to an ask and the question it puts.

    An embedder that gives no vectors of tokens tells the cosines only.
    """
    texts = [f"{heading}\n{text}" for heading, text in units]
    asked = embedder.embed_queries([ask, question]).mean(axis=0)
    door = tokens.door(embedder)
    if door is None:
        return [Likeness(float(row @ asked), 0.0) for row in embedder.embed_passages(texts)]
    read = [_read(door, text) for text in texts]
    met = _met(_read(door, ask), read, [len(heading) for heading, _ in units])
    return [Likeness(float(one.whole @ asked), share) for one, share in zip(read, met, strict=True)]


def _met(ask: _Read, units: Sequence[_Read], headed: Sequence[int]) -> list[float]:
    weights = _weights(ask, units)
    shares = [_share(ask, unit, start, weights) for unit, start in zip(units, headed, strict=True)]
    usual = sum(shares) / len(shares) if shares else 0.0
    return [share - usual for share in shares]


def _weights(ask: _Read, units: Sequence[_Read]) -> NDArray[np.float64]:
    """Weigh the pieces of an ask by how few of the units hold them; marks of punctuation count nothing."""
    having = Counter(piece for unit in units for piece in set(unit.pieces))
    rare = [math.log((len(units) + 1) / (having[piece] + 0.5)) * _tells(piece) for piece in ask.pieces]
    return np.array(rare, np.float64)


def _share(ask: _Read, unit: _Read, start: int, weights: NDArray[np.float64]) -> float:
    """Return the weighted mean, over the pieces of an ask, of the cosine of the likest piece of a unit's own words."""
    own = [place for place, at in enumerate(unit.starts) if at >= start] or list(range(len(unit.starts)))
    if not own or not weights.sum() > 0:
        return 0.0
    near = ask.rows.astype(np.float32) @ unit.rows[own].astype(np.float32).T
    return float(near.max(axis=1) @ weights / weights.sum())


def _tells(piece: str) -> bool:
    return piece.isalnum()


@lru_cache(maxsize=REMEMBERED)
def _read(door: TokenEmbedder, text: str) -> _Read:
    (found,) = door.embed_tokens([text])
    pieces = tuple(text[start:end].casefold() for start, end in found.spans)
    return _Read(pieces, tuple(start for start, _ in found.spans), _even(found), found.whole)


def _even(found: Tokens) -> NDArray[np.float16]:
    lengths = np.linalg.norm(found.vectors, axis=1, keepdims=True)
    return np.asarray(found.vectors / np.maximum(lengths, 1e-6), np.float16)
