"""Articles, questions and vectors out of a seed: of any number, and the same ones every time.

Words are as unevenly used as those of a language, each article has a few that are its own, and vectors come in
clusters: an index that is quick here is quick on real ones.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.random import Generator

from domain.articles import Article, Passage
from domain.ids import ArticleId, PassageId
from embedding.embedder import Vectors

SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "i", "o", "u", "an", "er", "ol")]
WORDS = 20_000
OWN_WORDS = 12
SECTIONS = 4
SECTION_WORDS = 85
SECTIONS_OF_PASSAGE = 6
CLUSTERS = 2000
SPREAD = 0.8


def articles(count: int) -> Iterator[Article]:
    """Yield articles of four sections, each about a passage long."""
    for number in range(count):
        dice = np.random.default_rng([1, number])
        sections = [f"## {_title(number, dice)}\n\n{_text(number, dice, SECTION_WORDS)}" for _ in range(SECTIONS)]
        yield Article(ArticleId(f"article-{number}"), _title(number, dice), "\n\n".join(sections))


def passages(count: int) -> Iterator[Passage]:
    """Yield passages as they would be cut, a few of each article."""
    for row in range(count):
        number = row // SECTIONS_OF_PASSAGE
        article, dice = ArticleId(f"article-{number}"), np.random.default_rng([2, row])
        text = _text(number, dice, SECTION_WORDS)
        yield Passage(PassageId(f"{article}#{row:010x}"), article, _title(number, dice), None, (), text, 0, len(text))


def questions(count: int, of: int) -> Iterator[str]:
    """Yield one-line questions, each about one of so many articles."""
    for row in range(count):
        dice = np.random.default_rng([3, row])
        yield f"How do I {' '.join(_words(int(dice.integers(of)), dice, 7))}?"


def vectors(count: int, dimension: int, seed: int) -> Vectors:
    """Return vectors of length one in clusters; other seeds give others from the same clusters."""
    dice = np.random.default_rng([4, seed])
    found = _centres(dimension)[dice.integers(0, CLUSTERS, count)]
    found = found + SPREAD * dice.standard_normal((count, dimension), np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def _title(number: int, dice: Generator) -> str:
    return " ".join(_words(number, dice, 4)).capitalize()


def _text(number: int, dice: Generator, words: int) -> str:
    said = _words(number, dice, words)
    return " ".join(f"{' '.join(said[at : at + 12]).capitalize()}." for at in range(0, len(said), 12))


def _words(number: int, dice: Generator, count: int) -> list[str]:
    """Return words of an article: mostly common ones, every fourth one of its own."""
    ranks = np.minimum(dice.zipf(1.2, count), WORDS) - 1
    own = (number * 7919 + dice.integers(0, OWN_WORDS, count) * 104_729) % WORDS
    words = _vocabulary()
    return [words[rank] for rank in np.where(dice.random(count) < 0.25, own, ranks)]


@cache
def _vocabulary() -> list[str]:
    size = len(SYLLABLES)
    return [SYLLABLES[n % size] + SYLLABLES[n // size % size] + SYLLABLES[(n * 31) % size] for n in range(WORDS)]


@cache
def _centres(dimension: int) -> Vectors:
    return np.random.default_rng(4).standard_normal((CLUSTERS, dimension), np.float32)
