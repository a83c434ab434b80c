"""What does it cost, how long does it take, and how often does it fail?"""

from collections.abc import Callable
from typing import get_args

import numpy as np

from evals import results
from evals.examples import Kind
from evals.results import Case, Usage
from evals.scorers.scorer import Observation, Scorer, Unit, each, family, share, single
from evals.statistics import Array

EVERY: tuple[Kind, ...] = get_args(Kind)


def _spent(read: Callable[[Usage], float | None]) -> Callable[[Case], Observation]:
    def observe(case: Case) -> Observation:
        decided = case.read(results.Decided)
        return read(decided.usage) if decided else None

    return observe


def latency(written: str) -> Scorer:
    """Ask within how many milliseconds such a share of the examples is done, as timed by the runner."""
    part = share(written)

    def value(rows: Array) -> float:
        return float(np.quantile(rows[:, 0], part))

    return Scorer(
        f"latency@{part:g}",
        f"Within how many milliseconds are {part:.0%} of the examples done?",
        "ms",
        "lower",
        each(lambda case: case.result.ms),
        value,
    )


def _mean(name: str, question: str, unit: Unit, read: Callable[[Usage], float | None]) -> Scorer:
    return Scorer(name, question, unit, "lower", each(_spent(read)))


FAILED = Scorer(
    "failed", "How often did the system fail?", "share", "lower", each(lambda case: float(case.document is None))
)
FAMILIES = (
    single(FAILED, EVERY),
    family("latency", EVERY, latency, "a share such as 0.95"),
    single(_mean("calls", "How many model calls does a turn take?", "calls", lambda u: u.model_calls), ("replies",)),
    single(
        _mean("prompt_tokens", "How many tokens does a turn send to a model?", "tokens", lambda u: u.prompt_tokens),
        ("replies",),
    ),
    single(
        _mean("completion_tokens", "How many tokens does a model write?", "tokens", lambda u: u.completion_tokens),
        ("replies",),
    ),
    single(_mean("cost", "What does a turn cost?", "money", lambda u: u.cost), ("replies",)),
)
