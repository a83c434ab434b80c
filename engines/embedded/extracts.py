"""Take out of passages the part that answers an ask: the right figure, whole steps, verbatim and in their order."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.search import Evidence
from domain.text import folded
from embedding.embedder import Embedder
from engines.embedded.asks import asks_how, focus
from engines.embedded.units import Unit, heading, units
from engines.embedded.wording import content

PASSAGES_READ = 8  # passages looked into for one ask
UNITS_COMPARED = 10  # units embedded for one ask, the likeliest by what is known before
WORDS_COMPARED = 40  # of a unit: what a procedure is about shows in its first steps
UNITS_TAKEN = 3
SHORT_LIST, SHORT_LIST_WORDS = 6, 90  # a list up to this size is quoted whole
WORDS_TAKEN = 150  # from which no further unit is added
ALMOST_AS_GOOD = 0.82  # a further unit of the same article is taken when its score is this share of the best one's
STEPS_ENOUGH = 0.7  # the same for numbered steps, when the customer asks how
STEPS_BONUS = 0.06  # for numbered steps when the customer asks how
KIND_BONUS = 0.08  # for a figure of the kind that is asked for
CONTRARY = 0.05  # taken off what stands under a heading that denies what the question affirms, or the other way round

_DENIAL = re.compile(r"\b(?:not|no|never|cannot|can t|without|nicht|kein\w*|ohne|sin|nunca|pas|sans|nao|sem)\b|n't\b")
_AMOUNT = r"\d[\d.,]*\s?(?:eur|usd|gbp|chf|€|\$|£|%|euros?|dollars?|cents?)|[€$£]\s?\d"
_TIME = (
    r"\d+[\w ]{0,12}\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|dias?|horas?|minutos?|semanas?|mes(?:es)?|anos?|"
    r"tagen?|stunden?|minuten?|wochen?|monaten?|jahren?)\b"
)
_FIGURES = tuple(
    (re.compile(rf"\b(?:{asks})\b"), re.compile(answers))
    for asks, answers in (
        (
            "how much|costs?|prices?|fees?|charge|cuanto (?:cuesta|vale)|precio|was kostet|kosten|preis|gebuhr\\w*",
            _AMOUNT,
        ),
        (
            "how (?:long|soon|quickly|fast|late|many (?:days|weeks|hours))|when|deadline|cuanto (?:tiempo|tarda)|cuando|wie lange|wann",
            _TIME,
        ),
        ("how many|limits?|maximum|max|at most|cuant[ao]s|limite|wie viele|hochstens", r"\d"),
    )
)
_ASIDE = re.compile(
    r"> (?:related (?:articles|pages|content|topics)|see also|table of contents|further reading|articulos relacionados|"
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
class Wanted:
    """The words of an ask, each with its weight: rare ones count more, those outside the question half."""

    weights: dict[str, float]

    @classmethod
    def of(cls, ask: str, question: str, texts: Sequence[str]) -> "Wanted":
        """Weigh the words of an ask by how few of the texts have them; a story's words count only where one has."""
        said = [set(content(text)) for text in texts]
        asked = set(content(question))
        weights = {}
        for word in sorted(asked | set(content(ask))):
            having = sum(word in words for words in said)
            if word in asked or having:
                weights[word] = math.log((len(said) + 1) / (having + 0.5)) * (1.0 if word in asked else 0.5)
        return cls(weights)

    def share(self, text: str, around: str) -> float:
        """Return the weight of the words that a text says, 0..1; what only its heading says counts half."""
        here, above = set(content(text)), set(content(around))
        total = sum(self.weights.values())
        met = sum(weight * (1.0 if word in here else 0.5 * (word in above)) for word, weight in self.weights.items())
        return met / total if total else 0.0


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
    question = focus(ask)
    wanted = Wanted.of(ask, question, [f"{heading(found)} {unit.text}" for unit, found in likely])
    likely.sort(key=lambda pair: -_score(question, wanted, pair[0], pair[1], pair[1].dense))
    read = likely[:UNITS_COMPARED]
    vectors = embedder.embed_passages([_compared(unit, found) for unit, found in read])
    cosines = vectors @ embedder.embed_queries([ask, question]).mean(axis=0)
    candidates = [
        _Candidate(unit, found, _score(question, wanted, unit, found, float(cosine)))
        for (unit, found), cosine in zip(read, cosines, strict=True)
    ]
    best = max(candidates, key=lambda candidate: candidate.score)
    chosen = _completed(_companions(question, best, candidates))
    return Extract(chosen, _answerability(wanted, chosen, best.found, float(max(cosines))))


def _compared(unit: Unit, found: Evidence) -> str:
    return f"{heading(found)}\n{' '.join(unit.text.split()[:WORDS_COMPARED])}"


def _likeliest(evidence: Sequence[tuple[int, Evidence]]) -> list[tuple[int, Evidence]]:
    telling = [(number, found) for number, found in evidence if not _ASIDE.search(folded(heading(found)))]
    return sorted(telling, key=lambda numbered: -(numbered[1].dense + 0.3 * numbered[1].score))[:PASSAGES_READ]


def _score(question: str, wanted: Wanted, unit: Unit, found: Evidence, cosine: float) -> float:
    """Mix how close unit and passage are, the words they share, and whether the unit is of the kind asked for."""
    heard = folded(question)
    kind = any(asks.search(heard) and answers.search(folded(unit.text)) for asks, answers in _FIGURES)
    bonus = KIND_BONUS * kind + STEPS_BONUS * (unit.shape == "steps" and asks_how(question))
    denied = bool(_DENIAL.search(folded(heading(found)))) != bool(_DENIAL.search(heard))
    return 0.5 * cosine + 0.2 * found.dense + 0.3 * wanted.share(unit.text, heading(found)) + bonus - CONTRARY * denied


def _companions(question: str, best: _Candidate, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the best candidate with others of its article that are almost as good, in the article's order."""
    article = best.found.passage.article
    others = [
        candidate
        for candidate in sorted(candidates, key=lambda candidate: -candidate.score)
        if candidate is not best and candidate.found.passage.article == article
    ]
    how = best.unit.shape != "steps" and asks_how(question)
    enough = STEPS_ENOUGH if how else ALMOST_AS_GOOD
    steps = [other for other in others if other.unit.shape == "steps" and other.score >= enough * best.score][:1]
    almost = [other for other in others if other.score >= ALMOST_AS_GOOD * best.score]
    rest = [other for other in almost if other.unit.shape != "steps"][: UNITS_TAKEN - 1 - len(steps)]
    taken: dict[int, _Candidate] = {}
    for candidate in (best, *steps, *rest):
        if not taken or sum(len(kept.unit.text.split()) for kept in taken.values()) < WORDS_TAKEN:
            taken[candidate.place] = candidate
    return [taken[place] for place in sorted(taken)]


def _completed(chosen: Sequence[_Candidate]) -> tuple[Unit, ...]:
    """Return the chosen units with the neighbours without which a sentence hangs in the air or loses its condition."""
    complete: dict[tuple[int, int], Unit] = {}
    for candidate in chosen:
        around = units(candidate.unit.evidence, candidate.found)
        at = around.index(candidate.unit)
        before = around[at - 1] if at and _DANGLING.match(folded(candidate.unit.text)) else None
        after = around[at + 1] if at + 1 < len(around) and _CONDITION.match(folded(around[at + 1].text)) else None
        completing = [unit for unit in (before, after) if unit and unit.shape == "sentence"]
        for unit in (*completing, *_list(candidate.unit, around)):
            complete[candidate.found.passage.start, unit.parts[0].start] = unit
    return tuple(complete[place] for place in sorted(complete))


def _list(unit: Unit, around: Sequence[Unit]) -> list[Unit]:
    """Return a bullet with the rest of its list, when that is short: half a list says something else than all of it."""
    members = [other for other in around if other.shape == "bullet" and other.lead == unit.lead]
    short = len(members) <= SHORT_LIST and sum(len(other.text.split()) for other in members) <= SHORT_LIST_WORDS
    return members if unit.shape == "bullet" and short else [unit]


def _answerability(wanted: Wanted, chosen: tuple[Unit, ...], source: Evidence, cosine: float) -> float:
    coverage = wanted.share(" ".join(unit.text for unit in chosen), heading(source))
    return round(float(np.clip(0.4 * source.dense + 0.35 * cosine + 0.25 * coverage, 0, 1)), 4)
