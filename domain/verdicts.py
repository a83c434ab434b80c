"""What the checker finds in a draft."""

from dataclasses import dataclass
from typing import Literal

Check = Literal[
    "citation",
    "support",
    "figures",
    "negation",
    "names",
    "links",
    "visibility",
    "secret",
    "promise",
    "language",
    "open_ask",
    "tone",
    "clarity",
    "empty",
]


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a draft; `sentence` is its place in the draft, None when the whole draft is meant."""

    check: Check
    message: str
    sentence: int | None = None


@dataclass(frozen=True)
class Verdict:
    """How good a draft is: each score 0..1, higher is better, and the faults that keep it from passing."""

    grounding: float
    completeness: float
    tone: float
    policy: float
    faults: tuple[Fault, ...] = ()
    clarity: float = 1.0

    @property
    def passes(self) -> bool:
        """Say whether nothing was found that keeps the draft from a customer."""
        return not self.faults
