"""Failures: the examples that went wrong, the gravest first, each with its reason and what it rested on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evals import results
from evals.results import Case
from evals.scorers import ranks
from evals.scorers.readings import broken_rules, flagged, passed, ranking
from evals.statistics import Array

FAR = 0.5


@dataclass(frozen=True)
class Piece:
    """Something a result rests on: an article, a passage, a marked sentence."""

    title: str
    text: str


@dataclass(frozen=True)
class Failure:
    """An example that went wrong; `weight` 0..1 orders failures, the gravest first."""

    example: str
    reason: str
    asked: str
    expected: str
    given: str
    evidence: tuple[Piece, ...]
    weight: float


def failures(cases: Sequence[Case]) -> list[Failure]:
    """Return the failures among cases, the gravest first, then in the order of the cases."""
    found = [one for case in cases if (one := failure(case))]
    return sorted([*found, *_disagreements(cases)], key=lambda one: -one.weight)


def failure(case: Case) -> Failure | None:
    """Return why a case went wrong, None for one that went well or has no such line."""
    if case.document is None:
        return _told(case, f"the system failed: {case.result.error}", 1.0)
    if case.example.row.kind == "given":
        return _weak(case)
    return _told(case, *_reason(case)) if passed(case) is False else None


def _reason(case: Case) -> tuple[str, float]:
    match case.document:
        case results.Search():
            return _not_found(case)
        case results.Intent(label=label, confidence=confidence):
            return f"taken for {label!r}, {confidence:.0%} sure", confidence
        case results.Judgement(score=score):
            said = "positive" if flagged(case) else "negative"
            return f"called {said} with a score of {score:.2f}", min(1.0, abs(score - 0.5) * 2)
        case results.Decided(outcome=outcome):
            return "; ".join(broken_rules(case)), 0.9 if outcome == "answered" else 0.4
    return "went wrong", 0.0


def _not_found(case: Case) -> tuple[str, float]:
    row = case.example.row
    sought = set(row.relevant) if row.kind in ("retrieval", "abstention") else set()
    place = next((place for place, article in enumerate(ranking(case), 1) if article in sought), None)
    return (f"the first right article stands at {place}", 0.5) if place else ("no right article was found", 0.7)


def _weak(case: Case) -> Failure | None:
    checked = case.read(results.Checked)
    marks = {"completeness": checked.completeness, **checked.tone} if checked else {}
    low = {name: mark for name, mark in marks.items() if mark < FAR}
    if not low:
        return None
    return _told(case, ", ".join(f"{name} {mark:.2f}" for name, mark in low.items()), 1 - min(low.values()))


def _disagreements(cases: Sequence[Case]) -> list[Failure]:
    """Return the rated answers that a judge ranks far from where people do."""
    found: dict[int, tuple[float, str]] = {}
    for dimension in _dimensions(cases):
        rated = [(place, pair) for place, case in enumerate(cases) if (pair := _pair(case, dimension))]
        if len(rated) < 2:
            continue
        gaps = _rank_gaps(np.array([pair for _, pair in rated]))
        for (place, (judged, people)), gap in zip(rated, gaps, strict=True):
            if abs(gap) >= FAR and abs(gap) > found.get(place, (0.0, ""))[0]:
                said = f"{dimension} judged {judged:.2f}, rated {people:.2f}: {abs(gap):.0%} of the ranks apart"
                found[place] = abs(gap), said
    return [_told(cases[place], reason, weight) for place, (weight, reason) in found.items()]


def _dimensions(cases: Sequence[Case]) -> list[str]:
    return sorted({name for case in cases if case.example.row.kind == "ratings" for name in case.example.row.ratings})


def _pair(case: Case, dimension: str) -> tuple[float, float] | None:
    row, scores = case.example.row, case.read(results.Scores)
    if row.kind != "ratings" or not scores or dimension not in scores.scores or not row.ratings.get(dimension):
        return None
    return scores.scores[dimension], float(np.mean(row.ratings[dimension]))


def _rank_gaps(rows: Array) -> list[float]:
    judged, people = ranks.average_ranks(rows[:, 0]), ranks.average_ranks(rows[:, 1])
    return [float(gap) for gap in (judged - people) / len(rows)]


def _told(case: Case, reason: str, weight: float) -> Failure:
    row = case.example.row.model_dump(mode="json")
    asked = row.get("question") or row.get("text") or row.get("answer") or ""
    document = case.result.document or {}
    return Failure(case.example.id, reason, asked, _expected(row), _given(document), _evidence(row, document), weight)


def _expected(row: dict[str, Any]) -> str:
    names = ("label", "relevant", "outcome", "priority", "must_include", "must_not_include", "ratings")
    said = {name: row[name] for name in names if row.get(name)}
    return "; ".join(f"{name.replace('_', ' ')}: {_plainly(value)}" for name, value in said.items())


def _plainly(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plainly(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(" or ".join(map(str, part)) if isinstance(part, list) else str(part) for part in value)
    return str(value)


def _given(document: dict[str, Any]) -> str:
    reply = document.get("reply") or {}
    named = (f"{name}: {document[name]}" for name in ("outcome", "label", "score") if document.get(name) is not None)
    return "; ".join([*named, *([reply["text"]] if reply.get("text") else [])])


def _evidence(row: dict[str, Any], document: dict[str, Any]) -> tuple[Piece, ...]:
    readers: dict[str, Callable[[dict[str, Any]], Piece]] = {
        "evidence": lambda one: Piece(str(one.get("title", one.get("article", ""))), str(one.get("text", ""))),
        "results": lambda one: Piece(str(one.get("title") or one.get("article", "")), f"score {one.get('score')}"),
        "marks": lambda one: Piece(
            f"{one.get('part', '')} {one.get('score', '')}".strip(), str(one.get("sentence", ""))
        ),
    }
    found = [reader(one) for name, reader in readers.items() for one in (document.get(name) or [])[:5]]
    context = [Piece("context", row["context"])] if row.get("context") else []
    reasons = [Piece("reason", str(one)) for one in document.get("reasons") or []]
    return (*found, *context, *reasons)
