"""How texts are spelt: their words and letter groups, weighed by rarity, as short rows of numbers.

Beside a vector of meaning it tells `EMI` from `EMR`, and reads misspellings and names that no model knows.
Nothing is kept of the texts but counts by hash.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from domain.text import words

Floats = NDArray[np.float32]

BUCKETS = 1 << 18  # in which groups are counted for their rarity
WIDTH = 2048  # of a row: groups share its columns, with signs that let them cancel out
LONGEST = 300  # words of a text that are read
LETTERS = (3, 4, 5)


@dataclass(frozen=True)
class Spelling:
    """What is rare among some texts, by hash."""

    rarity: Floats

    def rows(self, texts: Sequence[str]) -> Floats:
        """Return a row of length one for each text."""
        rows = np.zeros((len(texts), WIDTH), np.float32)
        for row, text in zip(rows, texts, strict=True):
            buckets, counts = _counted(text)
            sign = np.where(buckets >> 11 & 1, 1.0, -1.0)
            np.add.at(row, buckets % WIDTH, sign * (1 + np.log(counts)) * self.rarity[buckets])
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)


def learn(texts: Sequence[str]) -> Spelling:
    """Return which groups of letters are rare among these texts."""
    seen = np.zeros(BUCKETS, np.float32)
    for text in texts:
        seen[_counted(text)[0]] += 1
    return Spelling(np.asarray(np.log((1 + len(texts)) / (1 + seen)) + 1, np.float32))


def _counted(text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    hashes = [crc32(group.encode()) % BUCKETS for group in _groups(words(text)[:LONGEST])]
    buckets, counts = np.unique(np.array(hashes or [0], np.int64), return_counts=True)
    return buckets, counts


def _groups(said: Sequence[str]) -> Iterator[str]:
    """Yield the words, their pairs, and every few letters in a row."""
    yield from (f"w{word}" for word in said)
    yield from (f"p{one} {other}" for one, other in pairwise(said))
    line = f" {' '.join(said)} "
    for length in LETTERS:
        yield from (line[start : start + length] for start in range(len(line) - length + 1))
