"""Are the positive cases told from the others, and at what price in false alarms?"""

import math

import numpy as np

from evals import results
from evals.examples import Kind
from evals.results import Case
from evals.scorers.ranks import auroc
from evals.scorers.readings import degree, flagged
from evals.scorers.scorer import Observation, Scorer, each, family, share, single
from evals.statistics import Array

TOLD_APART: tuple[Kind, ...] = ("retrieval", "abstention", "intents", "grounding", "safety", "ratings", "replies")
FLAGGED: tuple[Kind, ...] = ("retrieval", "abstention", "grounding", "safety")


def leaning(case: Case) -> Observation:
    """Observe (degree, positive) of a case that is positive or negative."""
    how_far = _rated(case) if case.example.row.kind == "ratings" else degree(case)
    return None if how_far is None or case.example.positive is None else (how_far, float(case.example.positive))


def _rated(case: Case) -> float | None:
    scores = case.read(results.Scores)
    return float(np.mean(list(scores.scores.values()))) if scores and scores.scores else None


def _called(case: Case) -> Observation:
    said = flagged(case)
    return None if case.example.positive is None else (float(bool(said)), float(case.example.positive))


def precision(rows: Array) -> float:
    """Return the share of true cases among those called positive."""
    called = rows[:, 0] > 0.5
    return float(rows[called, 1].mean()) if called.any() else math.nan


def recall(rows: Array) -> float:
    """Return the share of positive cases that were called so."""
    positive = rows[:, 1] > 0.5
    return float(rows[positive, 0].mean()) if positive.any() else math.nan


def false_alarms(rows: Array) -> float:
    """Return the share of negative cases that were called positive."""
    negative = rows[:, 1] < 0.5
    return float(rows[negative, 0].mean()) if negative.any() else math.nan


def caught(written: str) -> Scorer:
    """Ask what share of the negative cases falls below the line that keeps so many of the positive ones."""
    keep = share(written)

    def value(rows: Array) -> float:
        positive = np.sort(rows[rows[:, 1] > 0.5, 0])
        negative = rows[rows[:, 1] < 0.5, 0]
        if not len(positive) or not len(negative):
            return math.nan
        line = positive[len(positive) - math.ceil(keep * len(positive))]
        return float((negative < line).mean())

    return Scorer(
        f"caught@{keep:g}",
        f"What share of the negative cases is caught while {keep:.0%} of the positive ones are kept?",
        "share",
        "higher",
        each(leaning),
        value,
    )


def _span_counts(case: Case, kind: str) -> Observation:
    """Observe (right claims, claims, spans found, spans): a claim is right when it overlaps a span of its kind."""
    row, judgement = case.example.row, case.read(results.Judgement)
    if row.kind != "safety":
        return None
    spans = [span for span in row.spans if kind in ("", span[0])]
    claims = [span for span in (judgement.spans if judgement else ()) if kind in ("", span[0])]
    right = sum(any(_overlap(claim, span) for span in row.spans) for claim in claims)
    found = sum(any(_overlap(claim, span) for claim in claims) for span in spans)
    return float(right), float(len(claims)), float(found), float(len(spans))


def _overlap(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _ratio(part: int, whole: int, rows: Array) -> float:
    total = rows[:, whole].sum()
    return float(rows[:, part].sum() / total) if total else math.nan


def span_precision(kind: str) -> Scorer:
    """Ask how many of the places a system named hold personal data of that kind."""
    return Scorer(
        f"span_precision@{kind}",
        f"Of the places called {kind}, how many are?",
        "share",
        "higher",
        each(lambda case: _span_counts(case, kind)),
        lambda rows: _ratio(0, 1, rows),
    )


def span_recall(kind: str) -> Scorer:
    """Ask how many of the places that hold personal data of that kind a system named."""
    return Scorer(
        f"span_recall@{kind}",
        f"Of the places that are {kind}, how many are found?",
        "share",
        "higher",
        each(lambda case: _span_counts(case, kind)),
        lambda rows: _ratio(2, 3, rows),
    )


AUROC = Scorer(
    "auroc",
    "How often does a positive case score above a negative one?",
    "score",
    "higher",
    each(leaning),
    auroc,
)
PRECISION = Scorer("precision", "Of the cases flagged, how many are?", "share", "higher", each(_called), precision)
RECALL = Scorer("recall", "Of the positive cases, how many are flagged?", "share", "higher", each(_called), recall)
FALSE_ALARMS = Scorer(
    "false_alarms", "Of the negative cases, how many are flagged?", "share", "lower", each(_called), false_alarms
)
FAMILIES = (
    single(AUROC, TOLD_APART),
    family("caught", TOLD_APART, caught, "a share such as 0.9"),
    single(PRECISION, FLAGGED),
    single(RECALL, FLAGGED),
    single(FALSE_ALARMS, FLAGGED),
    family("span_precision", ("safety",), span_precision, "a kind of span such as CREDIT_CARD"),
    family("span_recall", ("safety",), span_recall, "a kind of span such as CREDIT_CARD"),
)
