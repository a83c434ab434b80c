"""Find articles that repeat each other, also an internal one whose words customers can read in a public one."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from domain.articles import Passage
from domain.ids import ArticleId
from embedding.embedder import Vectors
from kb_index import statements
from kb_index.contents import Contents

NEAR = 0.8
SAME_WORDS = 0.45
REPEATED = 0.5  # of an article, by which it is called a copy
LEAKED = 0.3
FEWEST_WORDS = 12
ROWS_AT_ONCE = 1000
_LINK = re.compile(r"!?\[[^\]]*\]\([^)]*\)")
_NUMBER = re.compile(r"[\w.-]*\d[\w.-]*")


@dataclass(frozen=True)
class Copy:
    """Two articles and what they have in common: the `share` of the `smaller` one's words, and the nearest passages.

    Of an internal and a public article the internal one counts as the smaller. `cosine` is that of the passages.
    """

    smaller: ArticleId
    larger: ArticleId
    share: float
    passages: tuple[Passage, Passage]
    cosine: float

    @property
    def leaks(self) -> bool:
        """Say whether customers can read what an internal article says."""
        return self.passages[0].visibility != self.passages[1].visibility


@dataclass(frozen=True)
class _Pair:
    one: Passage
    other: Passage
    cosine: float


class _Series:
    """Tells articles that are alike because they are a series, such as release notes or one page a product."""

    def __init__(self, contents: Contents) -> None:
        self._numbers = {article.id: set(_NUMBER.findall(article.title)) for article in contents.articles}
        self._bodies = {article.id: article.body for article in contents.articles}

    def __call__(self, one: ArticleId, other: ArticleId) -> bool:
        """Say whether each has a number or a model in its title of which the other says nothing."""
        return self._alone(one, other) and self._alone(other, one)

    def _alone(self, one: ArticleId, other: ArticleId) -> bool:
        return any(it not in self._bodies[other] for it in self._numbers[one] - self._numbers[other])


def copies(contents: Contents) -> Iterator[Copy]:
    """Yield every two articles of one language of which one is mostly found in the other too, translations aside."""
    said = {passage.id: statements.content(_LINK.sub(" ", passage.text)) for passage in contents.passages}
    apart = _Series(contents)
    sizes: dict[ArticleId, int] = defaultdict(int)
    for passage in contents.passages:
        sizes[passage.article] += len(said[passage.id])
    alike: dict[tuple[ArticleId, ArticleId], list[_Pair]] = defaultdict(list)
    for pair in _pairs(contents):
        one, other = said[pair.one.id], said[pair.other.id]
        if len(one & other) >= SAME_WORDS * len(one | other) and not apart(pair.one.article, pair.other.article):
            alike[pair.one.article, pair.other.article].append(pair)
    for same in alike.values():
        best = _ordered(max(same, key=lambda pair: pair.cosine), sizes)
        smaller = best.one.article
        copied = {p.id: len(said[p.id]) for pair in same for p in (pair.one, pair.other) if p.article == smaller}
        share = sum(copied.values()) / max(sizes[smaller], 1)
        least = REPEATED if best.one.visibility == best.other.visibility else LEAKED
        if share >= least and sum(copied.values()) >= FEWEST_WORDS:
            yield Copy(smaller, best.other.article, share, (best.one, best.other), best.cosine)


def _ordered(pair: _Pair, sizes: dict[ArticleId, int]) -> _Pair:
    """Return a pair with the passage of the smaller article first, or the internal one."""

    def order(passage: Passage) -> tuple[bool, int, str]:
        return passage.visibility == "public", sizes[passage.article], passage.article

    one, other = sorted((pair.one, pair.other), key=order)
    return _Pair(one, other, pair.cosine)


def _pairs(contents: Contents) -> Iterator[_Pair]:
    """Yield the passages of one language that are near each other, each two once."""
    family = {article.id: article.translation_of or article.id for article in contents.articles}
    languages: dict[str, list[int]] = defaultdict(list)
    for row, passage in enumerate(contents.passages):
        languages[passage.language].append(row)
    for rows in languages.values():
        for one, other, cosine in _near(contents.vectors[rows]):
            pair = _Pair(contents.passages[rows[one]], contents.passages[rows[other]], cosine)
            if family[pair.one.article] != family[pair.other.article]:
                yield pair


def _near(vectors: Vectors) -> Iterator[tuple[int, int, float]]:
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        cosines = vectors[start : start + ROWS_AT_ONCE] @ vectors[start:].T
        for one, other in np.argwhere(np.triu(cosines, 1) >= NEAR):
            yield start + int(one), start + int(other), float(cosines[one, other])
