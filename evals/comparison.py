"""Two runs side by side: what moved, by how much, whether that could be noise, and which examples got worse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from evals import failures, scores, statistics
from evals.results import Case
from evals.runs import Run
from evals.scorers import registry
from evals.scorers.readings import passed
from evals.scorers.scorer import Scorer
from evals.scores import Observed
from evals.statistics import Change

Finding = Literal["better", "worse", "no difference seen"]


class NotComparable(Exception):
    """Two runs have nothing in common that could be compared."""


@dataclass(frozen=True)
class Difference:
    """How one score moved, whole or on a slice, over the examples that both runs hold."""

    scorer: str
    slice: str | None
    change: Change
    finding: Finding


@dataclass(frozen=True)
class Flip:
    """An example that went well in one run and not in the other: why not, and both documents."""

    example: str
    repeat: int
    asked: str
    reason: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True)
class Comparison:
    """What changed between two runs of a suite; `unpaired` counts examples that only one of them holds as it is."""

    suite: str
    before: str
    after: str
    paired: int
    unpaired: int
    differences: tuple[Difference, ...]
    regressions: tuple[Flip, ...]
    improvements: tuple[Flip, ...]


def compare(before: Run, after: Run) -> Comparison:
    """Compare two runs example by example; raises NotComparable when they share none."""
    pairs = _pairs(before, after)
    if before.kind != after.kind or not pairs:
        raise NotComparable(
            f"no example of {before.suite!r} ({before.system}) is in {after.suite!r} ({after.system}); "
            "compare two runs of one suite"
        )
    old, new = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    scorers = registry.chosen(after.kind, [name for name in after.scorers if not name.startswith("latency")])
    differences = [one for scorer in scorers for one in _differences(scorer, old, new, after.seed)]
    everything = {*_keys(before.cases), *_keys(after.cases)}
    return Comparison(
        after.suite, before.system, after.system, len(pairs), len(everything) - len(pairs), tuple(differences),
        tuple(_flips(pairs, worse=True)), tuple(_flips(pairs, worse=False)),
    )  # fmt: skip


def _pairs(before: Run, after: Run) -> list[tuple[Case, Case]]:
    """Return the cases of both runs over the same example with the same grading, in the order of the later run."""
    earlier = {_key(case): case for case in before.cases}
    return [(earlier[_key(case)], case) for case in after.cases if _key(case) in earlier]


def _key(case: Case) -> tuple[str, int, str]:
    return case.example.id, case.result.repeat, case.example.row.model_dump_json()


def _keys(cases: Sequence[Case]) -> list[tuple[str, int, str]]:
    return [_key(case) for case in cases]


def _differences(scorer: Scorer, old: Sequence[Case], new: Sequence[Case], seed: int) -> list[Difference]:
    before, after = scores.observe(scorer, old), scores.observe(scorer, new)
    found = [_difference(scorer, None, before, after, seed)]
    for name, mask in scores.slice_masks(new).items():
        found.append(_difference(scorer, name, before.where(mask), after.where(mask), seed))
    return [one for one in found if one is not None]


def _difference(scorer: Scorer, name: str | None, before: Observed, after: Observed, seed: int) -> Difference | None:
    known = ~(np.isnan(before.rows).any(axis=1) | np.isnan(after.rows).any(axis=1))
    old, new = before.where(known), after.where(known)
    if not len(new.rows):
        return None
    change = _change(scorer, old, new, seed)
    if np.isnan([change.change, change.error]).any():
        return None
    return Difference(scorer.name, name, change, _finding(change, scorer))


def _change(scorer: Scorer, old: Observed, new: Observed, seed: int) -> Change:
    if scorer.value is None:
        return statistics.mean_change(scores.by_example(old), scores.by_example(new), seed)
    return statistics.paired_change(old.rows, new.rows, scorer.value, new.groups, seed)


def _finding(change: Change, scorer: Scorer) -> Finding:
    if not (change.low > 0 or change.high < 0):
        return "no difference seen"
    return "better" if (change.change > 0) == (scorer.better == "higher") else "worse"


def _flips(pairs: Sequence[tuple[Case, Case]], *, worse: bool) -> list[Flip]:
    return [
        _flip(old, new, new if worse else old)
        for old, new in pairs
        if passed(old) is worse and passed(new) is (not worse)
    ]


def _flip(old: Case, new: Case, wrong: Case) -> Flip:
    failure = failures.failure(wrong)
    asked, reason = (failure.asked, failure.reason) if failure else ("", "")
    return Flip(new.example.id, new.result.repeat, asked, reason, old.result.document, new.result.document)
