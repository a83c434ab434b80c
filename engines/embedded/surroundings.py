"""Complete what is quoted by its neighbours: what it points to, its condition, its paragraph, list or procedure."""

import re
from collections.abc import Sequence

from domain.text import folded
from engines.embedded.candidates import Candidate
from engines.embedded.units import Unit, continues, units

SHORT_LIST, SHORT_LIST_WORDS = 6, 90  # a list up to this size is quoted whole
SHORT_PARAGRAPH = 40  # words: a paragraph up to this size is quoted whole

_DANGLING = re.compile(
    r"^(?:this|that|these|those|it|they|he|she|however|but|then|also|instead|otherwise|both|such|there|"
    r"esto|eso|este|esta|estos|sin embargo|pero|dies(?:e[rs]?)?|das|sie|es|aber|jedoch)\b"
)
_CONDITION = re.compile(
    r"^(?:however|but|unless|except|otherwise|note|only|this does not|if (?:you|the|your|not)|please note|after that|"
    r"sin embargo|pero|salvo|excepto|allerdings|jedoch|ausser|wenn|nur)\b"
)


def completed(chosen: Sequence[Candidate]) -> dict[tuple[int, int], Unit]:
    """Return the chosen units with the neighbours that they need, by the place of their passage and their own in it.

    Without these a sentence hangs in the air or loses its condition, and a list or a procedure is only half told.
    """
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
    return complete


def _paragraph(candidate: Candidate, around: Sequence[Unit]) -> list[Unit]:
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


def _steps(candidate: Candidate, around: Sequence[Unit]) -> Sequence[Unit]:
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
