"""How sure the gate may be: a probability learned from graded examples, and the threshold an accepted error allows.

Nothing here knows what the features mean; they come by name from whoever measured them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

STEP = 5  # examples between two thresholds that are tried


@dataclass(frozen=True)
class Weight:
    """What a feature says: its `weight` in the log odds once `middle` is taken off and it is divided by `spread`."""

    weight: float
    middle: float
    spread: float


@dataclass(frozen=True)
class Graded:
    """One graded example that was held out: how sure the gate was, and whether sending it would have been right."""

    probability: float
    right: bool
    intent: str = ""


@dataclass(frozen=True)
class Threshold:
    """The least probability that is sent, and what was seen of it: of `sent` examples `wrong` were wrong.

    `bound` is what the share of wrong ones among those sent stays under, with the confidence asked for; `holds` says
    whether that is the accepted error or less.
    """

    least: float
    sent: int
    wrong: int
    bound: float
    holds: bool


@dataclass(frozen=True)
class Calibration:
    """What was learned from graded examples of one engine and embedder.

    `held_out` were not used to fit the weights; `answerable` of the examples behind them could be answered. `words` is
    the longest turn among nearly all of them: what is longer is unlike anything this was learned from.
    """

    engine: str
    embedder: str
    learned_from: Literal["demo", "own"]
    offset: float
    weights: Mapping[str, Weight]
    held_out: tuple[Graded, ...]
    answerable: int
    words: int
    suite: str = ""
    report: Mapping[str, float] = field(default_factory=dict)

    def probability(self, features: Mapping[str, float]) -> float:
        """Return the probability that sending a draft with these features would be right."""
        odds = self.offset
        for name, known in self.weights.items():
            odds += known.weight * (features.get(name, known.middle) - known.middle) / known.spread
        return round(1 / (1 + math.exp(-max(-30.0, min(30.0, odds)))), 4)

    def threshold(self, accepted: float, confidence: float) -> Threshold | None:
        """Return the threshold for an accepted share of wrong replies among those sent, None without any example.

        Where the examples do not reach it, the threshold with the best bound is returned, and does not hold.
        """
        return _threshold(self.surest_first, accepted, confidence)

    @cached_property
    def surest_first(self) -> tuple[tuple[float, bool], ...]:
        """Return the probabilities of the held out examples with whether each was right, the surest first."""
        return tuple(sorted(((one.probability, one.right) for one in self.held_out), key=lambda pair: -pair[0]))


@lru_cache(maxsize=64)
def _threshold(held_out: Sequence[tuple[float, bool]], accepted: float, confidence: float) -> Threshold | None:
    """Try thresholds from the strictest on, in an order fixed by the scores alone, and stop at the first that fails.

    So the chance to be wrong about the last that held is the one accepted, however many were tried (fixed-sequence
    testing; the bound is Clopper and Pearson's).
    """
    fewest = needed(accepted, confidence)
    held: Threshold | None = None
    for sent in _sizes(held_out, fewest):
        tried = at(held_out, sent, accepted, confidence)
        if not tried.holds:
            break
        held = tried
    if held:
        return held
    everything = [at(held_out, sent, accepted, confidence) for sent in _sizes(held_out, STEP)]
    return min(everything, key=lambda one: (one.bound, -one.sent), default=None)


def at(held_out: Sequence[tuple[float, bool]], sent: int, accepted: float, confidence: float) -> Threshold:
    """Return what sending the surest `sent` of examples, sorted by their probability, would have meant."""
    wrong = sum(not right for _, right in held_out[:sent])
    bound = upper(wrong, sent, confidence)
    return Threshold(held_out[sent - 1][0], sent, wrong, round(bound, 4), bound <= accepted)


def _sizes(held_out: Sequence[tuple[float, bool]], first: int) -> list[int]:
    """Return how many examples are sent at each threshold: equal probabilities are sent together."""
    sizes = []
    wanted = first
    for place in range(len(held_out)):
        last_of_its_kind = place + 1 == len(held_out) or held_out[place + 1][0] < held_out[place][0]
        if last_of_its_kind and place + 1 >= wanted:
            sizes.append(place + 1)
            wanted = place + 1 + STEP
    return sizes


def needed(accepted: float, confidence: float, wrong: int = 0) -> int:
    """Return how many examples must be sent, `wrong` of them wrong, for their bound to be the accepted error."""
    low, high = wrong + 1, wrong + 2
    while upper(wrong, high, confidence) > accepted:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if upper(wrong, middle, confidence) <= accepted else (middle + 1, high)
    return low


def upper(wrong: int, sent: int, confidence: float) -> float:
    """Return Clopper and Pearson's one-sided bound: the largest share under which so few wrong ones are no surprise."""
    if sent == 0 or wrong >= sent:
        return 1.0
    low, high = wrong / sent, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, sent, middle) > 1 - confidence else (low, middle)
    return high


def _at_most(wrong: int, sent: int, share: float) -> float:
    """Return the chance to see no more than so many wrong ones, each one wrong with this chance."""
    if share in (0.0, 1.0):
        return 1.0 - share
    logs = (
        math.lgamma(sent + 1)
        - math.lgamma(seen + 1)
        - math.lgamma(sent - seen + 1)
        + seen * math.log(share)
        + (sent - seen) * math.log1p(-share)
        for seen in range(wrong + 1)
    )
    return min(1.0, sum(math.exp(term) for term in logs))
