"""How many contradictions between articles are found: sentences copied into a related article, with another figure.

What is planted is chosen by a rule of its own, not by what the search for conflicts can read. Reworded means that many
words apart from the figure's own are left out or put differently. Whatever else is found in the untouched help center
counts as a false alarm, though some of it is true.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from domain.articles import Article
from domain.ids import ArticleId
from domain.text import plain, spans, words
from embedding.embedder import Embedder
from kb_index import edits
from kb_index.conflicts import Conflict, conflicts
from kb_index.contents import Contents
from kb_index.edits import Edit

RELATED = 8  # articles nearest to one, of which one is contradicted by
LEFT_OUT = (0.0, 0.2, 0.4)  # of the words, at each degree of rewording
KEPT = 0.6  # of a sentence's words, by which it is recognised in a quote
_MARKUP = re.compile(r"^(`{3,}|~{3,}).*?(?:^\1|\Z)|<[^<>]+>", re.DOTALL | re.MULTILINE)
_FIGURE = re.compile(r"(?<![\w.,:/#€$£-])[1-9]\d{0,3}(?=[\s-]?(?:%|[a-z]{3,}))|(?<=[€$£])[1-9]\d*(?![.,\d])")
_NO_UNIT = re.compile(r"-?\s?(?:bit|and|from|with|the|or)\b")
_NAME = re.compile(r"(?:[A-Z][\w-]*|step|version|error|port|pin|[xX])\s$")
_ANOTHER_WORD = {
    "can": "may", "must": "has to", "need": "require", "use": "employ", "select": "choose", "choose": "pick",
    "click": "press", "delete": "remove", "remove": "delete", "receive": "get", "get": "receive", "create": "make",
    "change": "alter", "show": "display", "send": "mail", "buy": "purchase", "order": "purchase", "start": "begin",
    "end": "finish", "maximum": "largest", "minimum": "smallest", "default": "usual", "also": "too", "full": "whole",
    "contact": "write to", "automatically": "by itself", "available": "there", "download": "fetch", "enter": "type",
}  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """A sentence of one article that contradicts another article."""

    original: ArticleId
    into: ArticleId
    sentence: str


@dataclass(frozen=True)
class Degree:
    """How many of the planted contradictions are found, and how many stand as far up the list as they should.

    `left_out` says how much of each sentence is missing.
    """

    left_out: float
    planted: int
    found: float
    found_se: float
    on_top: float


@dataclass(frozen=True)
class Result:
    """What is found in a help center as it is, and once it contradicts itself."""

    articles: int
    alarms: int
    alarms_of_100_articles: float
    degrees: tuple[Degree, ...]


def measure(contents: Contents, embedder: Embedder, seeds: Sequence[int], count: int) -> Result:
    """Plant so many contradictions with each seed, at each degree, and look for them."""
    untouched = {_between(found) for found in conflicts(contents)}
    degrees = tuple(_degree(contents, embedder, seeds, count, share) for share in LEFT_OUT)
    alarms = len(untouched)
    return Result(len(contents.articles), alarms, round(100 * alarms / len(contents.articles), 2), degrees)


def _degree(contents: Contents, embedder: Embedder, seeds: Sequence[int], count: int, left_out: float) -> Degree:
    total = hits = on_top = 0
    for seed in seeds:
        edited, planted = plant(contents, embedder, Random(seed), count, left_out)
        known = {frozenset((it.original, it.into)): it for it in planted}
        ranked = sorted(conflicts(edited), key=lambda found: -found.strength)
        right = [_is(found, known.get(_between(found))) for found in ranked]
        total, hits, on_top = total + len(planted), hits + sum(right), on_top + sum(right[: len(planted)])
    share = hits / max(total, 1)
    error = math.sqrt(share * (1 - share) / max(total, 1))
    return Degree(left_out, total, round(share, 3), round(error, 3), round(on_top / max(total, 1), 3))


def _between(found: Conflict) -> frozenset[ArticleId]:
    return frozenset((found.one.passage.article, found.other.passage.article))


def _is(found: Conflict, planted: Planted | None) -> bool:
    """Say whether a conflict quotes the planted sentence in the article it was planted in."""
    if planted is None:
        return False
    wanted = set(words(planted.sentence))
    quotes = (set(words(it.quote)) for it in (found.one, found.other) if it.passage.article == planted.into)
    return any(len(wanted & quote) >= KEPT * len(wanted) for quote in quotes)


def plant(
    contents: Contents, embedder: Embedder, dice: Random, count: int, left_out: float
) -> tuple[Contents, list[Planted]]:
    """Return the contents with contradictions, and these; an article takes part in one only."""
    articles = {article.id: article for article in contents.articles}
    related = _related(contents)
    sites = list(_sites(contents))
    dice.shuffle(sites)
    planted: list[Planted] = []
    used: set[ArticleId] = set()
    for original, sentence, place in sites:
        near = [name for name in related[original] if name not in used][:RELATED]
        if len(planted) < count and original not in used and near:
            into = dice.choice(near)
            said = _reworded(sentence, place, dice, left_out)
            articles[into] = _with(articles[into], said, dice)
            planted.append(Planted(original, into, said))
            used |= {original, into}
    changed = tuple(articles[it.into] for it in planted)
    return edits.published(contents, Edit(changed), embedder), planted


def _sites(contents: Contents) -> Iterator[tuple[ArticleId, str, re.Match[str]]]:
    """Yield sentences of public English articles with just one figure that counts or measures something."""
    for passage in contents.passages:
        if passage.language != "en" or passage.visibility != "public":
            continue
        for span in spans(_MARKUP.sub(" ", passage.text)):
            said = plain(span.text)
            places = list(_FIGURE.finditer(said))
            whole = span.kind not in ("heading", "row") and said.endswith((".", "!", "?")) and "`" not in span.text
            if whole and len(places) == 1 and 7 <= len(said.split()) <= 40 and _counts(said, places[0]):
                yield passage.article, said, places[0]


def _counts(said: str, place: re.Match[str]) -> bool:
    year = re.fullmatch(r"(?:19|20)\d\d", place.group())
    return not (year or _NAME.search(said[: place.start()]) or _NO_UNIT.match(said[place.end() :]))


def _related(contents: Contents) -> dict[ArticleId, list[ArticleId]]:
    """Return the other articles for each, the nearest first."""
    rows: dict[ArticleId, list[int]] = {}
    for row, passage in enumerate(contents.passages):
        if passage.language == "en" and passage.visibility == "public":
            rows.setdefault(passage.article, []).append(row)
    names = list(rows)
    means = np.stack([contents.vectors[rows[name]].mean(0) for name in names])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    order = np.argsort(-(means @ means.T), axis=1, kind="stable")
    return {name: [names[at] for at in near if names[at] != name] for name, near in zip(names, order, strict=True)}


def _reworded(sentence: str, place: re.Match[str], dice: Random, left_out: float) -> str:
    """Return the sentence with another figure, and other words but beside it."""
    number = int(place.group())
    others = {2 * number, number + (1 if number < 10 else 5), max(1, number // 2), 3 * number} - {number}
    given = str(dice.choice(sorted(others)))
    before, after = sentence[: place.start()].split(" "), sentence[place.end() :].split(" ")
    first, last = _thinned(before[:-2], dice, left_out), _thinned(after[2:], dice, left_out)
    return " ".join([*first, f"{' '.join(before[-2:])}{given}{' '.join(after[:2])}", *last])


def _thinned(told: Sequence[str], dice: Random, left_out: float) -> list[str]:
    if not left_out:
        return list(told)
    return [_ANOTHER_WORD.get(word.lower(), word) for word in told if dice.random() >= left_out]


def _with(article: Article, sentence: str, dice: Random) -> Article:
    """Return the article with a paragraph more, behind one of its own."""
    paragraphs = article.body.split("\n\n")
    texts = [at for at, paragraph in enumerate(paragraphs, 1) if paragraph[:1].isalpha()] or [len(paragraphs)]
    at = dice.choice(texts)
    return replace(article, body="\n\n".join([*paragraphs[:at], sentence, *paragraphs[at:]]))
