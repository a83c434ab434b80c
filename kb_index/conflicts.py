"""Find articles that contradict each other in a figure: the same subject, another number, date or limit.

Statements are compared kind by kind (duration, money, date, a counted thing), by the words that they and the headings
above them share, the rarer the more telling. Measured with contradictions planted in real help centers.
"""

import math
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.articles import Visibility
from domain.ids import ArticleId
from embedding.embedder import Vectors
from kb_index import figures, statements
from kb_index.contents import Contents
from kb_index.figures import Figure
from kb_index.statements import Statement

DISAGREEING = 0.2
NEAR = 0.3
ABOVE = 0.4  # how much a word of the headings tells beside one of the statement
LEAST_SHARED = 2
DOUBT = 10.0  # what shared words must tell so that a disagreement counts half
APART = 4.0  # times as much: beyond it the figures hardly measure the same thing
ANOTHER_BOUND = 0.75  # where one is a limit and the other is none
BUCKETS = 1024
ROWS_AT_ONCE = 1000
_POINTS = frozenset({"date", "day of the year", "clock"})


@dataclass(frozen=True)
class Conflict:
    """Two statements, of different articles, whose figures disagree: `strength` is 0..1."""

    one: Statement
    other: Statement
    figures: tuple[Figure, Figure]
    strength: float


def conflicts(contents: Contents) -> Iterator[Conflict]:
    """Yield the worst disagreement of every two articles of one language and visibility, translations aside."""
    telling = statements.rarity(statements.content(passage.embedded_text) for passage in contents.passages)
    family = {article.id: article.translation_of or article.id for article in contents.articles}
    rows = {passage.id: row for row, passage in enumerate(contents.passages)}
    said = [found for passage in contents.passages for found in statements.statements(passage)]
    worst: dict[tuple[ArticleId, ArticleId], Conflict] = {}
    for one, other in _near(said, telling):
        key = one.passage.article, other.passage.article
        if family[key[0]] != family[key[1]] and (apart := _furthest(one, other)):
            cosine = contents.vectors[rows[one.passage.id]] @ contents.vectors[rows[other.passage.id]]
            found = Conflict(one, other, apart, _strength(one, other, apart, telling, float(cosine)))
            if found.strength >= max(DISAGREEING, worst[key].strength if key in worst else 0.0):
                worst[key] = found
    yield from worst.values()


def _near(said: Sequence[Statement], telling: Mapping[str, float]) -> Iterator[tuple[Statement, Statement]]:
    """Yield the statements with figures of one kind that share enough words, each two once."""
    sketches = _sketches(said, telling)
    groups: dict[tuple[str, Visibility, str], list[int]] = defaultdict(list)
    for row, found in enumerate(said):
        for kind in sorted({kind for figure in found.figures for kind in figure.kinds}):
            groups[found.passage.language, found.passage.visibility, kind].append(row)
    met: set[tuple[int, int]] = set()
    for rows in groups.values():
        met |= {(rows[one], rows[other]) for one, other in _alike(sketches[rows])}
    return ((said[one], said[other]) for one, other in sorted(met))


def _sketches(said: Sequence[Statement], telling: Mapping[str, float]) -> Vectors:
    """Return a vector for each statement, of length one: its words hashed into a fixed number of places."""
    rows = np.zeros((len(said), BUCKETS), np.float32)
    for row, found in zip(rows, said, strict=True):
        for word in found.words | found.above:
            digest = zlib.crc32(word.encode())
            sign = 1 if digest & BUCKETS else -1
            row[digest % BUCKETS] += sign * telling.get(word, 0.0) * (1 if word in found.words else ABOVE)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def _alike(sketches: Vectors) -> Iterator[tuple[int, int]]:
    for start in range(0, len(sketches), ROWS_AT_ONCE):
        cosines = sketches[start : start + ROWS_AT_ONCE] @ sketches[start:].T
        for one, other in np.argwhere(np.triu(cosines, 1) >= NEAR):
            yield start + int(one), start + int(other)


def _furthest(one: Statement, other: Statement) -> tuple[Figure, Figure] | None:
    """Return two figures of a kind in which nothing agrees, the nearest to each other; None where there are none."""
    pairs = [(a, b) for a in one.figures for b in other.figures if figures.comparable(a, b)]
    agreed = {kind for a, b in pairs if figures.agree(a, b) for kind in a.kinds & b.kinds}
    apart = [(a, b) for a, b in pairs if not agreed & a.kinds & b.kinds]
    return min(apart, key=lambda pair: _times(*pair), default=None)


def _strength(
    one: Statement, other: Statement, apart: tuple[Figure, Figure], telling: Mapping[str, float], cosine: float
) -> float:
    """Return how surely two statements are about one thing, 0..1: short ones need passages that are near as well."""
    shared = one.words & other.words
    if len(shared) < LEAST_SHARED or _differ_in_names(one, other):
        return 0.0
    weights = [sum(telling.get(word, 0.0) ** 2 for word in words) for words in (shared, one.words, other.words)]
    alike = weights[0] / max(math.sqrt(weights[1] * weights[2]), 1e-9)
    told = statements.weight(shared, telling)
    sure = told / (told + DOUBT)
    bound = 1.0 if apart[0].bound == apart[1].bound else ANOTHER_BOUND
    return alike * sure * min(1.0, max(0.0, cosine) + sure) * bound * min(1.0, APART / _times(*apart))


def _differ_in_names(one: Statement, other: Statement) -> bool:
    """Say whether each names something that the other does not know of, such as another plan or product."""
    return all(it.names - its.names - its.words - its.above for it, its in ((one, other), (other, one)))


def _times(one: Figure, other: Figure) -> float:
    """Return how many times the one figure is the other; dates and times of day are never far apart."""
    if one.kinds & other.kinds & _POINTS:
        return 1.0
    lower, higher = sorted((one, other), key=lambda figure: figure.low)
    return max(higher.low, 1e-9) / max(lower.high, 1e-9)
