"""Gates: the lines below which a version may not go live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.scores import Score
from evals.suites import Gate


@dataclass(frozen=True)
class GateResult:
    """Whether a score keeps to its line; `value` is None where there was nothing to measure, which does not pass."""

    scorer: str
    slice: str | None
    value: float | None
    line: str
    passed: bool
    reason: str


def judge(gates: Mapping[str, Gate], scores: Sequence[Score]) -> tuple[GateResult, ...]:
    """Hold every gate against its score."""
    return tuple(_judge(name, gate, scores) for name, gate in gates.items())


def _judge(name: str, gate: Gate, scores: Sequence[Score]) -> GateResult:
    found = next((one for one in scores if one.scorer == name and one.slice == gate.slice), None)
    low, high = gate.min, gate.max
    line = " and ".join(f"at {end} {limit:g}" for end, limit in (("least", low), ("most", high)) if limit is not None)
    where = f"{name} on {gate.slice}" if gate.slice else name
    if found is None:
        return GateResult(name, gate.slice, None, line, False, f"{where}: nothing to measure, wanted {line}")
    passed = (low is None or found.value >= low) and (high is None or found.value <= high)
    spread = f" ± {found.error:.3f}" if found.error is not None else ""
    said = f"{where}: {found.value:.3f}{spread} of {found.n} examples, {'as' if passed else 'but'} wanted {line}"
    return GateResult(name, gate.slice, found.value, line, passed, said)
