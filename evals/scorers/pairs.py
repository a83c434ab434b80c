"""Which of two replies is better?"""

from evals.results import Case, Scores
from evals.scorers.scorer import Scorer, each, single


def _preferred(case: Case) -> float | None:
    read = case.read(Scores)
    return float(read.scores["better"] > read.scores["worse"]) if read and len(read.scores) == 2 else None


FAMILIES = (
    single(
        Scorer(
            "preferred", "How often does the better reply of a pair score higher?", "share", "higher", each(_preferred)
        ),
        ("pairs",),
    ),
)
