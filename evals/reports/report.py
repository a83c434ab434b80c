"""What a report says, whatever it is written as."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from evals import failures, results
from evals.comparison import Comparison
from evals.failures import Failure
from evals.runs import Run
from evals.scorers import calibration
from evals.scorers.classification import pairs
from evals.scores import Score
from evals.suites import Skipped

CLASSES = 12


@dataclass(frozen=True)
class Confusion:
    """How often each label was taken for which: `counts[i][j]`, rows as people labelled, columns as the system did."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Section:
    """One run as a report shows it."""

    run: Run

    @cached_property
    def overall(self) -> tuple[Score, ...]:
        """Return the scores over all examples."""
        return tuple(score for score in self.run.scores if score.slice is None)

    @cached_property
    def headline(self) -> Score | None:
        """Return the score that stands for the run: that of the first gate, else the first there is."""
        gated = self.run.score(self.run.gates[0].scorer, self.run.gates[0].slice) if self.run.gates else None
        return gated or next(iter(self.overall), None)

    @cached_property
    def slices(self) -> tuple[Score, ...]:
        """Return the headline score by slice."""
        name = self.headline.scorer if self.headline else None
        return tuple(score for score in self.run.scores if score.slice is not None and score.scorer == name)

    @cached_property
    def failures(self) -> list[Failure]:
        """Return the examples that went wrong, the gravest first."""
        return failures.failures(self.run.cases)

    @cached_property
    def reliability(self) -> list[calibration.Bin]:
        """Return stated against true probabilities, empty where the system states none."""
        return calibration.reliability(calibration.beliefs(self.run.cases))

    @cached_property
    def risk_coverage(self) -> list[calibration.Point]:
        """Return the table a threshold is chosen from, empty where the system states no probabilities."""
        beliefs = calibration.beliefs(self.run.cases)
        return calibration.risk_coverage(beliefs) if len(beliefs) else []

    @cached_property
    def confusion(self) -> Confusion | None:
        """Return the labels most often mistaken, or the outcomes; None where there is nothing to confuse."""
        found = [pair for pair in pairs(self.run.cases) if pair] or list(self._outcomes())
        return confusion(found) if found else None

    def _outcomes(self) -> list[tuple[str, str]]:
        decided = [(case.example.row, case.read(results.Decided)) for case in self.run.cases]
        return [
            (row.outcome[0], document.outcome)
            for row, document in decided
            if row.kind == "replies" and row.outcome and document
        ]


@dataclass(frozen=True)
class Report:
    """Runs, the suites that were skipped, what changed against a baseline, and systems beside each other."""

    sections: tuple[Section, ...]
    skipped: tuple[Skipped, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    beside: tuple[Comparison, ...] = ()

    @property
    def passed(self) -> bool:
        """Say whether every gate of every run holds."""
        return all(section.run.passed for section in self.sections)

    @property
    def verdict(self) -> str:
        """Say in one sentence whether this version may go live."""
        gates = [gate for section in self.sections for gate in section.run.gates]
        failed = sum(not gate.passed for gate in gates)
        if not gates:
            return "No gate is set: the numbers below are for reading, nothing decides on them."
        if failed:
            return f"Not yet: {failed} of {len(gates)} gates {'does' if failed == 1 else 'do'} not hold."
        return f"May go live: {'the gate holds' if len(gates) == 1 else f'all {len(gates)} gates hold'}."


def report(
    runs: Sequence[Run],
    skipped: Sequence[Skipped] = (),
    comparisons: Sequence[Comparison] = (),
    beside: Sequence[Comparison] = (),
) -> Report:
    """Gather what a report says."""
    return Report(tuple(Section(run) for run in runs), tuple(skipped), tuple(comparisons), tuple(beside))


def confusion(found: Sequence[tuple[str, str]]) -> Confusion:
    """Count label pairs; beyond twelve labels only those with the most mistakes are kept."""
    mistakes = Counter(label for pair in found if pair[0] != pair[1] for label in pair)
    labels = sorted({label for pair in found for label in pair}, key=lambda label: (-mistakes[label], label))
    kept = tuple(sorted(labels[:CLASSES]))
    counted = Counter(found)
    return Confusion(kept, tuple(tuple(counted[truth, given] for given in kept) for truth in kept))


def written(value: float | None, unit: str) -> str:
    """Write a number in its unit, a dash for none."""
    if value is None:
        return "–"
    match unit:
        case "share":
            return f"{value:.1%}"
        case "ms":
            return f"{value:,.0f} ms" if value >= 10 else f"{value:.2f} ms"
        case "calls" | "tokens":
            return f"{value:,.1f}"
    return f"{value:.3f}"


def spread(score: Score) -> str:
    """Write the interval that holds a score with 95 % confidence."""
    if score.low is None or score.high is None:
        return "–"
    return f"{written(score.low, score.unit)} to {written(score.high, score.unit)}"
