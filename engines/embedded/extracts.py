"""Take out of passages the part that answers an ask: whole lists, whole sentences, in their order, verbatim."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.search import Evidence
from domain.text import Span, folded, plain, spans
from embedding.embedder import Embedder
from engines.embedded.wording import content

PASSAGES_READ = 4  # passages looked into for one ask
UNITS_COMPARED = 10  # units embedded for one ask, the likeliest by their words
SENTENCES_TAKEN = 3
ALMOST_AS_GOOD = 0.8  # a further sentence is taken when its score is this share of the best one's

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
    shape: str  # sentence, list, row

    @property
    def text(self) -> str:
        """Return the unit as it reads, in one line."""
        return " ".join(plain(part.text) for part in self.parts)


@dataclass(frozen=True)
class Extract:
    """The units that answer an ask, and how sure it is that they do, 0..1."""

    units: tuple[Unit, ...]
    score: float


def find(ask: str, evidence: Sequence[tuple[int, Evidence]], embedder: Embedder) -> Extract | None:
    """Return the best extract for an ask from its numbered evidence, None when there is nothing to take."""
    wanted = set(content(ask))
    candidates = [
        (unit, _lexical(wanted, unit, found), found)
        for number, found in _likeliest(evidence)
        for unit in units(number, found)
    ]
    if not candidates:
        return None
    candidates.sort(key=lambda candidate: -candidate[1])
    read = candidates[:UNITS_COMPARED]
    vectors = embedder.embed_passages([f"{_heading(found)}\n{unit.text}" for unit, _, found in read])
    cosines = vectors @ embedder.embed_queries([ask])[0]
    scored = {
        id(unit): 0.55 * float(cosine) + 0.25 * found.dense + 0.2 * lexical
        for (unit, lexical, found), cosine in zip(read, cosines, strict=True)
    }
    best = max((unit for unit, _, _ in read), key=lambda unit: scored[id(unit)])
    source = next(found for unit, _, found in read if unit is best)
    chosen = _chosen(best, scored, units(best.evidence, source), [unit for unit, _, _ in read])
    return Extract(chosen, _answerability(wanted, chosen, source, float(max(cosines))))


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


def _heading(found: Evidence) -> str:
    return " > ".join((found.passage.title, *found.passage.heading_path))


def _lexical(wanted: set[str], unit: Unit, found: Evidence) -> float:
    if not wanted:
        return 0.0
    here = set(content(unit.text))
    around = set(content(_heading(found)))
    return (len(wanted & here) + 0.5 * len((wanted & around) - here)) / len(wanted)


def _chosen(best: Unit, scored: dict[int, float], passage: list[Unit], read: list[Unit]) -> tuple[Unit, ...]:
    """Return the best unit with its neighbours in the passage that complete it."""
    if best.shape == "list":
        return (best,)
    known = {unit.parts: scored[id(unit)] for unit in read}
    floor = ALMOST_AS_GOOD * known[best.parts]
    near = sorted(
        (unit for unit in passage if unit.shape == best.shape and known.get(unit.parts, 0.0) >= floor),
        key=lambda unit: -known[unit.parts],
    )[:SENTENCES_TAKEN]
    taken = {passage.index(unit) for unit in near} | {
        next(at for at, unit in enumerate(passage) if unit.parts == best.parts)
    }
    for place in sorted(taken):
        if place > 0 and passage[place].shape == "sentence" and _DANGLING.match(folded(passage[place].text)):
            taken.add(place - 1)
        following = passage[place + 1] if place + 1 < len(passage) else None
        if following and following.shape == "sentence" and _CONDITION.match(folded(following.text)):
            taken.add(place + 1)
    return tuple(passage[place] for place in sorted(taken))


def _answerability(wanted: set[str], chosen: tuple[Unit, ...], source: Evidence, cosine: float) -> float:
    said = {word for unit in chosen for word in content(unit.text)} | set(content(_heading(source)))
    coverage = len(wanted & said) / len(wanted) if wanted else 0.0
    return round(float(np.clip(0.4 * source.dense + 0.35 * cosine + 0.25 * coverage, 0, 1)), 4)
