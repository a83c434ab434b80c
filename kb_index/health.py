"""What is wrong with a help center, without a model: what contradicts, repeats, leads nowhere or is out of date."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from domain.articles import Article, Passage
from domain.ids import ArticleId
from embedding.embedder import Vectors
from kb_index import links, statements
from kb_index.contents import Contents

Kind = Literal["conflict", "broken_link", "duplicate", "stale"]

REVIEWED_WITHIN = timedelta(days=730)
NEAR = 0.5
DISAGREEING = 0.2
SAME = 0.8
SAME_WORDS = 0.45
REPEATED = 0.5
FEWEST_WORDS = 12
ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Finding:
    """Something to mend: `severity` 0..1, the articles it is in with a quote of each, and what to do about it."""

    kind: Kind
    severity: float
    articles: tuple[ArticleId, ...]
    quotes: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class _Pair:
    """Two passages in one language and visibility, of articles that do not translate each other."""

    one: Passage
    other: Passage
    cosine: float


def examine(contents: Contents, now: datetime, reviewed_within: timedelta = REVIEWED_WITHIN) -> tuple[Finding, ...]:
    """Return what is to be mended, the most severe first; stale articles are those not edited for so long."""
    pairs = list(_pairs(contents))
    found = [
        *_conflicts(contents, pairs),
        *_duplicates(contents, pairs),
        *_broken_links(contents.articles),
        *_stale(contents.articles, now, reviewed_within),
    ]
    return tuple(sorted(found, key=lambda finding: (-finding.severity, finding.kind, finding.articles)))


def _pairs(contents: Contents) -> Iterator[_Pair]:
    """Yield the passages that are near each other, each pair once."""
    family = {article.id: article.translation_of or article.id for article in contents.articles}
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, passage in enumerate(contents.passages):
        groups[passage.language, passage.visibility].append(row)
    for rows in groups.values():
        for one, other, cosine in _near(contents.vectors[rows]):
            pair = _Pair(contents.passages[rows[one]], contents.passages[rows[other]], cosine)
            if family[pair.one.article] != family[pair.other.article]:
                yield pair


def _near(vectors: Vectors) -> Iterator[tuple[int, int, float]]:
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        cosines = vectors[start : start + ROWS_AT_ONCE] @ vectors[start:].T
        for one, other in np.argwhere(np.triu(cosines, 1) >= NEAR):
            yield start + int(one), start + int(other), float(cosines[one, other])


def _conflicts(contents: Contents, pairs: Sequence[_Pair]) -> Iterator[Finding]:
    """Yield the worst disagreement in figures of every two public articles."""
    public = [passage for passage in contents.passages if passage.visibility == "public"]
    stated = {passage.id: said for passage in public if (said := statements.statements(passage))}
    telling = statements.rarity(statements.content(passage.text) for passage in contents.passages)
    worst: dict[tuple[ArticleId, ArticleId], Finding] = {}
    for pair in pairs:
        if pair.one.id in stated and pair.other.id in stated:
            found = statements.furthest(stated[pair.one.id], stated[pair.other.id], telling)
            if found and found[0] >= DISAGREEING:
                finding = _conflict(pair, *found)
                key = (pair.one.article, pair.other.article)
                worst[key] = max(worst.get(key, finding), finding, key=lambda finding: finding.severity)
    yield from worst.values()


def _conflict(pair: _Pair, strength: float, one: statements.Statement, other: statements.Statement) -> Finding:
    unit = next(unit for unit in one.values if unit in other.values)
    values = [", ".join(sorted(said.values[unit])) for said in (one, other)]
    return Finding(
        "conflict",
        round(0.4 + strength, 3),
        (pair.one.article, pair.other.article),
        (one.quote, other.quote),
        f"{unit}: {values[0]} in {pair.one.article!r}, {values[1]} in {pair.other.article!r}. "
        "If both are about one thing, correct the wrong one.",
    )


def _duplicates(contents: Contents, pairs: Sequence[_Pair]) -> Iterator[Finding]:
    """Yield every two articles of which the shorter is mostly found in the other too."""
    said = {passage.id: statements.content(passage.text) for passage in contents.passages}
    sizes: dict[ArticleId, int] = defaultdict(int)
    for passage in contents.passages:
        sizes[passage.article] += len(said[passage.id])
    alike: dict[tuple[ArticleId, ArticleId], list[_Pair]] = defaultdict(list)
    for pair in pairs:
        one, other = said[pair.one.id], said[pair.other.id]
        if pair.cosine >= SAME and len(one & other) >= SAME_WORDS * len(one | other):
            alike[pair.one.article, pair.other.article].append(pair)
    for (first, second), same in alike.items():
        shorter = min((first, second), key=lambda name: (sizes[name], name))
        copied = {p.id: len(said[p.id]) for pair in same for p in (pair.one, pair.other) if p.article == shorter}
        share = sum(copied.values()) / max(sizes[shorter], 1)
        if share >= REPEATED and sum(copied.values()) >= FEWEST_WORDS:
            yield _duplicate(max(same, key=lambda pair: pair.cosine), share)


def _duplicate(pair: _Pair, share: float) -> Finding:
    first, second = pair.one.article, pair.other.article
    return Finding(
        "duplicate",
        round(0.3 + 0.5 * share * pair.cosine, 3),
        (first, second),
        (pair.one.text, pair.other.text),
        f"{first!r} and {second!r} say much the same ({share:.0%} of the shorter): keep one and link to it.",
    )


def _broken_links(articles: Sequence[Article]) -> Iterator[Finding]:
    for link in links.broken(articles):
        why = "is internal, so customers cannot open it" if link.hidden else "is no article"
        message = f"{link.article.id!r} links to {link.target!r}, which {why}: correct or remove the link."
        yield Finding("broken_link", 0.6, (link.article.id,), (link.quote,), message)


def _stale(articles: Sequence[Article], now: datetime, reviewed_within: timedelta) -> Iterator[Finding]:
    for article in articles:
        if article.updated_at and (age := now - article.updated_at) > reviewed_within:
            yield Finding(
                "stale",
                round(0.5 * (1 - reviewed_within / age), 3),
                (article.id,),
                (),
                f"{article.id!r} was last edited on {article.updated_at.date()}, {age.days} days ago: "
                "read it again, then correct or remove it.",
            )
