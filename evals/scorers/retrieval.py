"""Is the right article found, and how near to the top?"""

import math

from evals.examples import AbstentionRow, Kind, RetrievalRow
from evals.results import Case
from evals.scorers.readings import ranking
from evals.scorers.scorer import Scorer, each, family, rank

KINDS: tuple[Kind, ...] = ("retrieval", "abstention")


def hit(written: str) -> Scorer:
    """Ask whether any right article is among the first k."""
    k = rank(written)
    return Scorer(
        f"hit@{k}",
        f"How often is a right article among the first {k}?",
        "share",
        "higher",
        each(lambda case: float(not relevant(case).isdisjoint(ranking(case)[:k])) if relevant(case) else None),
    )


def recall(written: str) -> Scorer:
    """Ask what share of the right articles is among the first k."""
    k = rank(written)
    return Scorer(
        f"recall@{k}",
        f"What share of the right articles is among the first {k}?",
        "share",
        "higher",
        each(
            lambda case: len(relevant(case) & set(ranking(case)[:k])) / len(relevant(case)) if relevant(case) else None
        ),
    )


def mrr(written: str) -> Scorer:
    """Ask for one over the rank of the first right article, zero beyond k."""
    k = rank(written)
    return Scorer(
        f"mrr@{k}",
        f"What is one over the rank of the first right article, within {k}?",
        "score",
        "higher",
        each(lambda case: _reciprocal_rank(case, k) if relevant(case) else None),
    )


def ndcg(written: str) -> Scorer:
    """Ask how near the order of the first k is to the best order there could be."""
    k = rank(written)
    return Scorer(
        f"ndcg@{k}",
        f"How near is the order of the first {k} to the best one?",
        "score",
        "higher",
        each(lambda case: _gain(case, k) if relevant(case) else None),
    )


def relevant(case: Case) -> set[str]:
    """Return the articles that answer the question."""
    row = case.example.row
    return set(row.relevant) if isinstance(row, RetrievalRow | AbstentionRow) else set()


def _reciprocal_rank(case: Case, k: int) -> float:
    places = [place for place, article in enumerate(ranking(case)[:k], start=1) if article in relevant(case)]
    return 1 / places[0] if places else 0.0


def _gain(case: Case, k: int) -> float:
    gained = sum(1 / math.log2(place + 1) for place, one in enumerate(ranking(case)[:k], 1) if one in relevant(case))
    best = sum(1 / math.log2(place + 1) for place in range(1, min(k, len(relevant(case))) + 1))
    return gained / best


FAMILIES = (
    family("hit", KINDS, hit, "a rank such as 5"),
    family("recall", KINDS, recall, "a rank such as 10"),
    family("mrr", KINDS, mrr, "a rank such as 10"),
    family("ndcg", KINDS, ndcg, "a rank such as 10"),
)
