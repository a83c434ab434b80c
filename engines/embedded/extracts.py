"""Take out of passages the part that answers an ask: the right figure, whole steps, verbatim and in their order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.ids import ArticleId
from domain.search import Evidence
from domain.text import folded
from embedding.embedder import Embedder
from engines.embedded import companions, premises, reader, surroundings, tables
from engines.embedded.aptness import Wanted
from engines.embedded.candidates import Candidate
from engines.embedded.reader import Likeness
from engines.embedded.units import Unit, heading, units

PASSAGES_READ = 8  # passages looked into for one ask
UNITS_COMPARED = 10  # units embedded for one ask, the likeliest by what is known before
WORDS_COMPARED = 40  # of a unit: what a procedure is about shows in its first steps
ABOUT = 0.07  # for what stands in the article that a conversation is about, whose matter is not named again

_ASIDE = re.compile(
    r"> (?:related (?:articles|pages|content|topics)|see also|table of contents|further reading|learn more|still need help\??|"
    r"in this article|articulos relacionados|"
    r"verwandte (?:artikel|themen)|siehe auch)$"
)


@dataclass(frozen=True)
class Extract:
    """The units that answer an ask, the best passage first, and how sure it is that they do, 0..1; `best` is one of them."""

    units: tuple[Unit, ...]
    score: float
    best: Unit


def find(
    ask: str,
    evidence: Sequence[tuple[int, Evidence]],
    embedder: Embedder,
    about: ArticleId | None = None,
) -> Extract | None:
    """Return the best extract for an ask from its numbered evidence, None when there is nothing to take.

    `about` is the article that a conversation is about, which a question that leans on it is likely answered by.
    """
    likely = [(unit, found) for number, found in _likeliest(evidence) for unit in units(number, found)]
    if not likely:
        return None
    wanted = Wanted.of(ask, [f"{heading(found)} {unit.text}" for unit, found in likely])
    articles = _articles(evidence)
    fits = {unit: _fit(ask, unit) + ABOUT * (found.passage.article == about) for unit, found in likely}
    read = sorted(likely, key=lambda pair: -fits[pair[0]] - _unread(wanted, pair[0], pair[1], articles))[
        :UNITS_COMPARED
    ]
    near = reader.compare(ask, wanted.question, [_compared(unit, found) for unit, found in read], embedder)
    candidates = [
        Candidate(unit, found, fits[unit] + wanted.apt(unit, found, articles[found.passage.article], likeness))
        for (unit, found), likeness in zip(read, near, strict=True)
    ]
    best = max(candidates, key=lambda candidate: candidate.score)
    chosen = _told(best, companions.chosen(ask, wanted, best, candidates))
    answers = _answerability(wanted, chosen, best.found, max(likeness.cosine for likeness in near))
    return Extract(chosen, min(1.0, answers + ABOUT * (best.found.passage.article == about)), best.unit)


def _fit(ask: str, unit: Unit) -> float:
    """Return what is added for a row that an ask names, and for a sentence that corrects what it takes for granted."""
    row = tables.Row.of(unit).fit(ask) if unit.shape == "row" else 0.0
    return row + premises.CORRECTS * (unit.shape != "steps" and premises.corrected(ask, unit.text))


def _unread(wanted: Wanted, unit: Unit, found: Evidence, articles: dict[ArticleId, float]) -> float:
    """Return how apt a unit seems before it is embedded: its passage's cosine stands in for its own."""
    return wanted.apt(unit, found, articles[found.passage.article], Likeness(found.dense, 0.0))


def _articles(evidence: Sequence[tuple[int, Evidence]]) -> dict[ArticleId, float]:
    best: dict[ArticleId, float] = {}
    for _, found in evidence:
        best[found.passage.article] = max(best.get(found.passage.article, 0.0), found.score)
    return best


def _compared(unit: Unit, found: Evidence) -> tuple[str, str]:
    return heading(found), " ".join(unit.text.split()[:WORDS_COMPARED])


def _likeliest(evidence: Sequence[tuple[int, Evidence]]) -> list[tuple[int, Evidence]]:
    telling = [(number, found) for number, found in evidence if not _ASIDE.search(folded(heading(found)))]
    return sorted(telling, key=lambda numbered: -(numbered[1].dense + 0.3 * numbered[1].score))[:PASSAGES_READ]


def _told(best: Candidate, chosen: Sequence[Candidate]) -> tuple[Unit, ...]:
    """Return what is quoted: the passage with the best unit first, each passage in its own order."""
    complete = surroundings.completed(chosen)
    first = best.found.passage.start
    return tuple(complete[place] for place in sorted(complete, key=lambda place: (place[0] != first, place)))


def _answerability(wanted: Wanted, chosen: tuple[Unit, ...], source: Evidence, cosine: float) -> float:
    coverage = wanted.share(" ".join(unit.text for unit in chosen), heading(source))
    return round(float(np.clip(0.4 * source.dense + 0.35 * cosine + 0.25 * coverage, 0, 1)), 4)
