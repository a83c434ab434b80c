"""What a scorer is: one question about a set of cases, answered with a number and its error."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evals.examples import Kind
from evals.results import Case
from evals.statistics import Array, Statistic

Unit = Literal["share", "score", "correlation", "ms", "calls", "tokens", "money"]
Observation = float | tuple[float, ...] | None


@dataclass(frozen=True)
class Scorer:
    """One question; `observe` reads a row of numbers from every case, `value` makes one number of them.

    A row of NaN means that the question does not apply to the case. Without `value` the number is the mean of the one
    column. A judged scorer rests on somebody's opinion, the others on rules and labels alone.
    """

    name: str
    question: str
    unit: Unit
    better: Literal["higher", "lower"]
    observe: Callable[[Sequence[Case]], Array]
    value: Statistic | None = None
    judged: bool = False


@dataclass(frozen=True)
class Family:
    """Scorers of one make: `hit` makes `hit@1` and `hit@5`; `takes` says what follows the sign, None for nothing."""

    name: str
    kinds: frozenset[Kind]
    make: Callable[[str], Scorer]
    takes: str | None = None
    sign: str = "@"


def family(name: str, kinds: Sequence[Kind], make: Callable[[str], Scorer], takes: str | None = None) -> Family:
    """Put a maker under a name for some kinds of suite."""
    return Family(name, frozenset(kinds), make, takes)


def single(scorer: Scorer, kinds: Sequence[Kind]) -> Family:
    """Make a family of a scorer that takes nothing."""
    return Family(scorer.name, frozenset(kinds), lambda _: scorer)


def each(read: Callable[[Case], Observation]) -> Callable[[Sequence[Case]], Array]:
    """Observe case by case; None means that the question does not apply."""

    def observe(cases: Sequence[Case]) -> Array:
        observed = [read(case) for case in cases]
        rows = [one if isinstance(one, tuple) else (one,) for one in observed if one is not None]
        width = len(rows[0]) if rows else 1
        nothing = (math.nan,) * width
        filled = [nothing if one is None else one if isinstance(one, tuple) else (one,) for one in observed]
        return np.array(filled, dtype=np.float64).reshape(len(cases), width)

    return observe


def rank(written: str) -> int:
    """Read a rank such as 5; raises ValueError."""
    if not written.isdigit() or int(written) < 1:
        raise ValueError(f"{written!r} is not a rank such as 5")
    return int(written)


def share(written: str) -> float:
    """Read a share such as 0.95; raises ValueError."""
    number = float(written)
    if not 0 < number <= 1:
        raise ValueError(f"{written!r} is not a share such as 0.95")
    return number
