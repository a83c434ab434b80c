"""Is the intent the one a person gave? Rows out of scope are left to detection."""

from collections.abc import Sequence

import numpy as np

from evals import results
from evals.results import Case
from evals.scorers.readings import labelled_right
from evals.scorers.scorer import Scorer, each, single
from evals.statistics import Array

FAILED = "\0failed"


def pairs(cases: Sequence[Case]) -> list[tuple[str, str] | None]:
    """Return (label, intent given) of each case in scope, None for the others."""
    return [_pair(case) for case in cases]


def _pair(case: Case) -> tuple[str, str] | None:
    row, intent = case.example.row, case.read(results.Intent)
    if row.kind != "intents" or not case.example.positive:
        return None
    return row.label, intent.label if intent else FAILED


def coded(cases: Sequence[Case]) -> Array:
    """Observe labels as numbers in the order of their names: (n, 2), the person's and the system's."""
    found = pairs(cases)
    names = sorted({name for pair in found if pair for name in pair})
    codes = {name: float(code) for code, name in enumerate(names)}
    return np.array([[codes[name] for name in pair] if pair else [np.nan, np.nan] for pair in found]).reshape(-1, 2)


def macro_f1(rows: Array) -> float:
    """Average the F1 of every label that a person or the system gave, each label counting alike."""
    truth, given = rows[:, 0].astype(int), rows[:, 1].astype(int)
    size = int(rows.max()) + 1
    right = np.bincount(truth[truth == given], minlength=size)
    named = np.bincount(truth, minlength=size) + np.bincount(given, minlength=size)
    return float((2 * right[named > 0] / named[named > 0]).mean())


ACCURACY = Scorer(
    "accuracy",
    "Of the texts in scope, how many get the intent a person gave them?",
    "share",
    "higher",
    each(lambda case: float(labelled_right(case)) if case.example.positive else None),
)
MACRO_F1 = Scorer(
    "macro_f1",
    "How good is the F1 of an intent on average, rare intents counting as much as common ones?",
    "score",
    "higher",
    coded,
    macro_f1,
)
FAMILIES = (single(ACCURACY, ("intents",)), single(MACRO_F1, ("intents",)))
