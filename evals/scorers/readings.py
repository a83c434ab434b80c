"""What a case says, whatever its kind: how far a system leaned to yes, what it believed, whether it did well."""

import re

from domain.text import folded, plain
from evals import results
from evals.results import Case


def ranking(case: Case) -> list[str]:
    """Return the articles found, best first, each once; none where the system failed."""
    search = case.read(results.Search)
    return list(dict.fromkeys(found.article for found in search.results)) if search else []


def degree(case: Case) -> float | None:
    """Return how far the system leaned to *positive*: answerable, in scope, supported, an attack."""
    match case.document:
        case results.Search(answerability=float(answerability)):
            return answerability
        case results.Search(results=found):
            return found[0].score if found else 0.0
        case results.Intent(in_scope=in_scope, confidence=confidence):
            return confidence if in_scope is None else in_scope
        case results.Judgement(score=score):
            return score
        case results.Decided(outcome=outcome, confidence=confidence):
            return 0.0 if outcome == "handed_over" else 1.0 if confidence is None else confidence
    return None


def flagged(case: Case) -> bool | None:
    """Say whether the system called the case positive, at its own line or at one half."""
    match case.document:
        case results.Judgement(flagged=bool(said)) | results.Search(answerable=bool(said)):
            return said
        case results.Judgement(score=score):
            return score >= 0.5
    return None


def belief(case: Case) -> tuple[float, float] | None:
    """Return the probability a system stated and whether (1 or 0) it came true, None where it stated none."""
    match case.document:
        case results.Search(answerability=float(stated), calibrated=True) | results.Judgement(score=stated) if (
            0 <= stated <= 1
        ):
            return None if case.example.positive is None else (stated, float(case.example.positive))
        case results.Intent(confidence=stated) if case.example.positive:
            return stated, float(labelled_right(case))
        case results.Decided(confidence=float(stated), outcome="answered" | "suggested"):
            return stated, float(not broken_by_reply(case))
    return None


def labelled_right(case: Case) -> bool:
    """Say whether the intent is the one a person gave; a failed system is wrong."""
    intent = case.read(results.Intent)
    return bool(intent and case.example.row.kind == "intents" and intent.label == case.example.row.label)


def passed(case: Case) -> bool | None:
    """Say whether the case went well as a support lead would see it, None where the kind has no such line."""
    row, positive = case.example.row, case.example.positive
    match row.kind:
        case "retrieval" | "abstention":
            return not set(row.relevant).isdisjoint(ranking(case)[:5]) if row.relevant else None
        case "intents":
            return labelled_right(case) if positive else None
        case "grounding" | "safety":
            return None if positive is None else flagged(case) is positive
        case "replies":
            return not broken_rules(case)
    return None


def broken_rules(case: Case) -> list[str]:
    """Return in words every rule of a reply's example that the decision breaks."""
    row, decided = case.example.row, case.read(results.Decided)
    broken = broken_by_reply(case)
    if row.kind == "replies" and decided and row.priority and decided.triage.priority not in row.priority:
        broken.append(f"has priority {decided.triage.priority}, expected {' or '.join(row.priority)}")
    return broken


def broken_by_reply(case: Case) -> list[str]:
    """Return in words every rule that the reply and the outcome break: what the customer would notice."""
    row, decided = case.example.row, case.read(results.Decided)
    if row.kind != "replies":
        return []
    if decided is None:
        return [f"failed: {case.result.error or 'no decision'}"]
    broken = [f"lacks {' or '.join(repr(one) for one in options)}" for options in missing(case)]
    broken += [f"says {word!r}" for word in row.must_not_include if says(decided.text, word)]
    if row.outcome and decided.outcome not in row.outcome:
        broken.append(f"is {decided.outcome}, expected {' or '.join(row.outcome)}")
    return broken


def missing(case: Case) -> list[tuple[str, ...]]:
    """Return what the reply must include and does not."""
    row, decided = case.example.row, case.read(results.Decided)
    if row.kind != "replies":
        return []
    text = decided.text if decided else ""
    return [options for options in row.must_include if not any(says(text, one) for one in options)]


def says(text: str, words: str) -> bool:
    """Say whether a text holds some words, from the start of a word: "cancelled" holds "cancel", "issue" no "sue".

    Case, accents, Markdown and line breaks do not count; a figure must end where it ends, so "14" is not in "140".
    """
    sought = folded(plain(words))
    edge = r"(?![\d%])(?![.,]\d)" if sought[-1:].isdigit() else ""
    return re.search(rf"(?<!\w)(?<!\d[.,]){re.escape(sought)}{edge}", folded(plain(text))) is not None
