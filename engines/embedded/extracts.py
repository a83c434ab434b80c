"""Take out of passages the part that answers an ask: whole lists, whole sentences, in their order, verbatim."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from domain.search import Evidence
from domain.text import Span, folded, plain, spans
from embedding.embedder import Embedder
from engines.embedded.asks import focus
from engines.embedded.wording import content

PASSAGES_READ = 6  # passages looked into for one ask
UNITS_COMPARED = 16  # units embedded for one ask, the likeliest by their words
UNITS_TAKEN = 3
ALMOST_AS_GOOD = 0.82  # a further unit of the same article is taken when its score is this share of the best one's
STEPS_ENOUGH = 0.7  # the same for numbered steps, when the customer asks how
STEPS_BONUS = 0.06  # for numbered steps when the customer asks how
KIND_BONUS = 0.08  # for a figure of the kind that is asked for

_HOW = re.compile(
    r"\b(?:how (?:do|can|to|should|would)|what (?:do|should) i do|where (?:do|can) i|steps|set ?up|como (?:puedo|se|hago)|"
    r"wie (?:kann|mache|komme|richte|andere|lade|setze|bekomme|kundige)|comment)\b"
)
_AMOUNT = r"\d[\d.,]*\s?(?:eur|usd|gbp|chf|€|\$|£|%|euros?|dollars?|cents?)|[€$£]\s?\d"
_TIME = (
    r"\d+[\w ]{0,12}\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|dias?|horas?|minutos?|semanas?|mes(?:es)?|anos?|"
    r"tagen?|stunden?|minuten?|wochen?|monaten?|jahren?)\b"
)
_FIGURES = (
    (
        re.compile(
            r"\b(?:how much|costs?|prices?|fees?|charge|cuanto (?:cuesta|vale)|precio|was kostet|kosten|preis|gebuhr\w*)\b"
        ),
        re.compile(_AMOUNT),
    ),
    (
        re.compile(r"\b(?:how (?:long|soon|quickly|fast|late)|when|cuanto (?:tiempo|tarda)|cuando|wie lange|wann)\b"),
        re.compile(_TIME),
    ),
    (
        re.compile(r"\b(?:how many|limits?|maximum|max|at most|cuant[ao]s|limite|wie viele|hochstens)\b"),
        re.compile(r"\d"),
    ),
)
_DANGLING = re.compile(
    r"^(?:this|that|these|those|it|they|he|she|however|but|then|also|instead|otherwise|both|such|there|"
    r"esto|eso|este|esta|estos|sin embargo|pero|dies(?:e[rs]?)?|das|sie|es|aber|jedoch)\b"
)
_CONDITION = re.compile(
    r"^(?:however|but|unless|except|otherwise|note|only|this does not|if (?:you|the|your|not)|please note|after that|"
    r"sin embargo|pero|salvo|excepto|allerdings|jedoch|ausser|wenn|nur)\b"
)
_POINTER = re.compile(
    r"^(?:see (?:also )?|for more|learn more|read more|related|more information|to learn more|for details|for further|also see|"
    r"mas informacion|consulte|vease|mehr dazu|weitere informationen|siehe)|\blearn more\.?$"
)


@dataclass(frozen=True)
class Unit:
    """What is taken or left as a whole: one sentence, a list with its lead-in, or a table row with its header."""

    evidence: int
    parts: tuple[Span, ...]
    shape: Literal["sentence", "list", "row"]

    @property
    def text(self) -> str:
        """Return the unit as it reads, in one line."""
        return " ".join(plain(part.text) for part in self.parts)


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
    question = focus(ask)
    wanted = set(content(question)) or set(content(ask))
    likely = [(unit, found) for number, found in _likeliest(evidence) for unit in units(number, found)]
    likely.sort(key=lambda pair: -(_lexical(wanted, *pair) + pair[1].dense))
    if not likely:
        return None
    read = likely[:UNITS_COMPARED]
    vectors = embedder.embed_passages([f"{heading(found)}\n{unit.text}" for unit, found in read])
    cosines = vectors @ embedder.embed_queries([ask, question]).mean(axis=0)
    candidates = [
        _Candidate(unit, found, _score(question, wanted, unit, found, float(cosine)))
        for (unit, found), cosine in zip(read, cosines, strict=True)
    ]
    best = max(candidates, key=lambda candidate: candidate.score)
    chosen = _completed(_companions(question, best, candidates))
    return Extract(chosen, _answerability(wanted, chosen, best.found, float(max(cosines))))


def _score(question: str, wanted: set[str], unit: Unit, found: Evidence, cosine: float) -> float:
    """Mix how close unit and passage are, the words they share, and whether the unit is of the kind asked for."""
    heard = folded(question)
    kind = any(asks.search(heard) and answers.search(folded(unit.text)) for asks, answers in _FIGURES)
    bonus = KIND_BONUS * kind + STEPS_BONUS * (_steps(unit) and bool(_HOW.search(heard)))
    return 0.55 * cosine + 0.25 * found.dense + 0.2 * _lexical(wanted, unit, found) + bonus


def _steps(unit: Unit) -> bool:
    return unit.shape == "list" and unit.parts[-1].kind == "step"


def _companions(question: str, best: _Candidate, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the best candidate with others of its article that are almost as good, in the article's order."""
    article = best.found.passage.article
    others = [
        candidate
        for candidate in sorted(candidates, key=lambda candidate: -candidate.score)
        if candidate is not best and candidate.found.passage.article == article
    ]
    almost = [other for other in others if other.score >= ALMOST_AS_GOOD * best.score]
    enough = STEPS_ENOUGH if _HOW.search(folded(question)) and not _steps(best.unit) else ALMOST_AS_GOOD
    steps = [other for other in others if _steps(other.unit) and other.score >= enough * best.score][:1]
    rest = [other for other in almost if other.unit.shape != "list"][: UNITS_TAKEN - 1 - len(steps)]
    taken = {candidate.place: candidate for candidate in (best, *steps, *rest)}
    return [taken[place] for place in sorted(taken)]


def _completed(chosen: Sequence[_Candidate]) -> tuple[Unit, ...]:
    """Return the chosen units with the neighbours without which a sentence hangs in the air or loses its condition."""
    complete: dict[tuple[int, int], Unit] = {}
    for candidate in chosen:
        around = units(candidate.unit.evidence, candidate.found)
        at = around.index(candidate.unit)
        before = around[at - 1] if at and _DANGLING.match(folded(candidate.unit.text)) else None
        after = around[at + 1] if at + 1 < len(around) and _CONDITION.match(folded(around[at + 1].text)) else None
        for unit in (before, candidate.unit, after):
            if unit and (unit is candidate.unit or unit.shape == "sentence"):
                complete[candidate.found.passage.start, unit.parts[0].start] = unit
    return tuple(complete[place] for place in sorted(complete))


def units(number: int, found: Evidence) -> list[Unit]:
    """Cut a passage into its units, headings and mere pointers to other pages left out."""
    cut: list[Unit] = []
    header: Span | None = None
    for span in spans(found.passage.text):
        before = cut[-1] if cut else None
        if span.kind == "heading" or _POINTER.search(folded(plain(span.text))):
            header = None
        elif span.kind in ("step", "bullet") and before and _takes(before, span):
            cut[-1] = Unit(number, (*before.parts, span), "list")
        elif span.kind == "row" and header is None:
            header = span
        elif span.kind == "row" and header is not None:
            cut.append(Unit(number, (header, span), "row"))
        else:
            cut.append(Unit(number, (span,), "list" if span.kind in ("step", "bullet") else "sentence"))
    return [unit for unit in cut if not _hangs(unit)]


def _takes(before: Unit, item: Span) -> bool:
    """Say whether a list item belongs to the unit before it: the list so far, or its lead-in."""
    last = before.parts[-1]
    return last.kind == item.kind or (last.kind == "sentence" and last.text.rstrip().endswith(":"))


def _hangs(unit: Unit) -> bool:
    return len(unit.parts) == 1 and unit.text.rstrip().endswith(":")


def _likeliest(evidence: Sequence[tuple[int, Evidence]]) -> list[tuple[int, Evidence]]:
    return sorted(evidence, key=lambda numbered: -(numbered[1].dense + 0.3 * numbered[1].score))[:PASSAGES_READ]


def heading(found: Evidence) -> str:
    """Return the path of headings above a passage, its article's title first."""
    return " > ".join((found.passage.title, *found.passage.heading_path))


def _lexical(wanted: set[str], unit: Unit, found: Evidence) -> float:
    """Return the share of the ask's words that the unit says, or half as much where only its heading does."""
    if not wanted:
        return 0.0
    here = set(content(unit.text))
    around = set(content(heading(found)))
    return (len(wanted & here) + 0.5 * len((wanted & around) - here)) / len(wanted)


def _answerability(wanted: set[str], chosen: tuple[Unit, ...], source: Evidence, cosine: float) -> float:
    said = {word for unit in chosen for word in content(unit.text)} | set(content(heading(source)))
    coverage = len(wanted & said) / len(wanted) if wanted else 0.0
    return round(float(np.clip(0.4 * source.dense + 0.35 * cosine + 0.25 * coverage, 0, 1)), 4)
