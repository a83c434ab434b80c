"""Take out of passages the part that answers an ask: the right figure, whole steps, verbatim and in their order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.ids import ArticleId
from domain.search import Evidence
from domain.text import folded
from embedding.embedder import Embedder
from engines.embedded.aptness import Wanted
from engines.embedded.asks import asks_how
from engines.embedded.units import Unit, continues, heading, units

PASSAGES_READ = 8  # passages looked into for one ask
UNITS_COMPARED = 10  # units embedded for one ask, the likeliest by what is known before
WORDS_COMPARED = 40  # of a unit: what a procedure is about shows in its first steps
UNITS_TAKEN = 3
SHORT_LIST, SHORT_LIST_WORDS = 6, 90  # a list up to this size is quoted whole
SHORT_PARAGRAPH = 40  # words: a paragraph up to this size is quoted whole
WORDS_TAKEN = 150  # from which no further unit is added
ALMOST_AS_GOOD = 0.88  # a further unit of the same article is taken when its score is this share of the best one's
GOOD_ENOUGH, GAINED = 0.75, 0.1  # or a lower one, when it says at least this share of what is asked that was left out
STEPS_ENOUGH = 0.7  # the same for numbered steps, when the customer asks how

_ASIDE = re.compile(
    r"> (?:related (?:articles|pages|content|topics)|see also|table of contents|further reading|learn more|still need help\??|"
    r"in this article|articulos relacionados|"
    r"verwandte (?:artikel|themen)|siehe auch)$"
)
_DANGLING = re.compile(
    r"^(?:this|that|these|those|it|they|he|she|however|but|then|also|instead|otherwise|both|such|there|"
    r"esto|eso|este|esta|estos|sin embargo|pero|dies(?:e[rs]?)?|das|sie|es|aber|jedoch)\b"
)
_CONDITION = re.compile(
    r"^(?:however|but|unless|except|otherwise|note|only|this does not|if (?:you|the|your|not)|please note|after that|"
    r"sin embargo|pero|salvo|excepto|allerdings|jedoch|ausser|wenn|nur)\b"
)


@dataclass(frozen=True)
class Extract:
    """The units that answer an ask, in the article's order, and how sure it is that they do, 0..1."""

    units: tuple[Unit, ...]
    score: float


@dataclass(frozen=True)
class _Candidate:
    unit: Unit
    found: Evidence
    score: float

    @property
    def place(self) -> int:
        return self.found.passage.start + self.unit.parts[0].start


def find(ask: str, evidence: Sequence[tuple[int, Evidence]], embedder: Embedder) -> Extract | None:
    """Return the best extract for an ask from its numbered evidence, None when there is nothing to take."""
    likely = [(unit, found) for number, found in _likeliest(evidence) for unit in units(number, found)]
    if not likely:
        return None
    wanted = Wanted.of(ask, [f"{heading(found)} {unit.text}" for unit, found in likely])
    articles = _articles(evidence)
    read = sorted(likely, key=lambda pair: -_unread(wanted, pair[0], pair[1], articles))[:UNITS_COMPARED]
    vectors = embedder.embed_passages([_compared(unit, found) for unit, found in read])
    cosines = vectors @ embedder.embed_queries([ask, wanted.question]).mean(axis=0)
    candidates = [
        _Candidate(unit, found, wanted.apt(unit, found, articles[found.passage.article], float(cosine)))
        for (unit, found), cosine in zip(read, cosines, strict=True)
    ]
    best = max(candidates, key=lambda candidate: candidate.score)
    chosen = _completed(_companions(wanted, best, candidates))
    return Extract(chosen, _answerability(wanted, chosen, best.found, float(max(cosines))))


def _unread(wanted: Wanted, unit: Unit, found: Evidence, articles: dict[ArticleId, float]) -> float:
    """Return how apt a unit seems before it is embedded: its passage's cosine stands in for its own."""
    return wanted.apt(unit, found, articles[found.passage.article], found.dense)


def _articles(evidence: Sequence[tuple[int, Evidence]]) -> dict[ArticleId, float]:
    best: dict[ArticleId, float] = {}
    for _, found in evidence:
        best[found.passage.article] = max(best.get(found.passage.article, 0.0), found.score)
    return best


def _compared(unit: Unit, found: Evidence) -> str:
    return f"{heading(found)}\n{' '.join(unit.text.split()[:WORDS_COMPARED])}"


def _likeliest(evidence: Sequence[tuple[int, Evidence]]) -> list[tuple[int, Evidence]]:
    telling = [(number, found) for number, found in evidence if not _ASIDE.search(folded(heading(found)))]
    return sorted(telling, key=lambda numbered: -(numbered[1].dense + 0.3 * numbered[1].score))[:PASSAGES_READ]


def _companions(wanted: Wanted, best: _Candidate, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the best candidate with others of its article that are almost as good or say what it leaves out, in order."""
    taken = [best]
    for other in _others(wanted, best, candidates):
        enough = len(taken) == UNITS_TAKEN or sum(len(kept.unit.text.split()) for kept in taken) >= WORDS_TAKEN
        if not enough and _adds(wanted, other, taken):
            taken.append(other)
    return sorted(taken, key=lambda candidate: candidate.place)


def _others(wanted: Wanted, best: _Candidate, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Return what else the best one's article says, the likeliest first; who asks how is told the steps before all."""
    article = best.found.passage.article
    how = best.unit.shape != "steps" and asks_how(wanted.question)
    others = [one for one in candidates if one is not best and one.found.passage.article == article]
    others.sort(key=lambda candidate: -candidate.score)
    steps = [one for one in others if one.unit.shape == "steps"][:1]
    first = [one for one in steps if how and one.score >= STEPS_ENOUGH * best.score]
    return [*first, *(one for one in others if one not in first)]


def _adds(wanted: Wanted, other: _Candidate, taken: Sequence[_Candidate]) -> bool:
    """Say whether a unit belongs beside those taken: nearly as apt, or apt enough and with more of what is asked."""
    best = taken[0]
    if other.unit.shape == "steps":
        how = best.unit.shape != "steps" and asks_how(wanted.question)
        return other.score >= (STEPS_ENOUGH if how else ALMOST_AS_GOOD) * best.score
    told = best.unit.shape == "steps" and asks_how(wanted.question)
    if not told and other.score >= ALMOST_AS_GOOD * best.score:
        return True
    said = " ".join(candidate.unit.text for candidate in taken)
    above = heading(best.found)
    gained = wanted.share(f"{said} {other.unit.text}", above) - wanted.share(said, above)
    return other.score >= GOOD_ENOUGH * best.score and gained >= GAINED


def _completed(chosen: Sequence[_Candidate]) -> tuple[Unit, ...]:
    """Return the chosen units with the neighbours without which a sentence hangs in the air or loses its condition."""
    complete: dict[tuple[int, int], Unit] = {}
    for candidate in chosen:
        around = units(candidate.unit.evidence, candidate.found)
        at = around.index(candidate.unit)
        before = around[at - 1] if at and _DANGLING.match(folded(candidate.unit.text)) else None
        after = around[at + 1] if at + 1 < len(around) and _CONDITION.match(folded(around[at + 1].text)) else None
        completing = [unit for unit in (before, after) if unit and unit.shape == "sentence"]
        for unit in (
            *completing,
            *_paragraph(candidate, around),
            *_steps(candidate, around),
            *_list(candidate.unit, around),
        ):
            complete[candidate.found.passage.start, unit.parts[0].start] = unit
    return tuple(complete[place] for place in sorted(complete))


def _paragraph(candidate: _Candidate, around: Sequence[Unit]) -> list[Unit]:
    """Return the sentences of a sentence's paragraph when that is short: what an author says in one breath."""
    text = candidate.found.passage.text
    said = [unit for unit in around if unit.shape == "sentence"]
    if candidate.unit not in said:
        return []
    at = said.index(candidate.unit)
    starts = [number for number in range(len(said)) if not number or _apart(text, said[number - 1], said[number])]
    first = max(start for start in starts if start <= at)
    last = min((start for start in starts if start > at), default=len(said))
    whole = said[first:last]
    return whole if sum(len(unit.text.split()) for unit in whole) <= SHORT_PARAGRAPH else []


def _apart(text: str, one: Unit, other: Unit) -> bool:
    between = text[one.parts[0].end : other.parts[0].start]
    return bool(between.strip()) or between.count("\n") > 1


def _steps(candidate: _Candidate, around: Sequence[Unit]) -> Sequence[Unit]:
    """Return the whole procedure that steps are part of, with what stands between them."""
    starts = [
        number for number, unit in enumerate(around) if unit.shape == "steps" and not continues(unit, candidate.found)
    ]
    at = around.index(candidate.unit)
    first = max((start for start in starts if start <= at), default=at)
    following = min((start for start in starts if start > at), default=len(around))
    own = [number for number in range(first, following) if around[number].shape == "steps"]
    return around[first : own[-1] + 1] if candidate.unit.shape == "steps" else ()


def _list(unit: Unit, around: Sequence[Unit]) -> list[Unit]:
    """Return a bullet with the rest of its list, when that is short: half a list says something else than all of it."""
    members = [other for other in around if other.shape == "bullet" and other.lead == unit.lead]
    short = len(members) <= SHORT_LIST and sum(len(other.text.split()) for other in members) <= SHORT_LIST_WORDS
    return members if unit.shape == "bullet" and short else [unit]


def _answerability(wanted: Wanted, chosen: tuple[Unit, ...], source: Evidence, cosine: float) -> float:
    coverage = wanted.share(" ".join(unit.text for unit in chosen), heading(source))
    return round(float(np.clip(0.4 * source.dense + 0.35 * cosine + 0.25 * coverage, 0, 1)), 4)
