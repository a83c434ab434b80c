"""Runs: what a system gave for every example of a suite, with scores and gates, whole in one JSON document."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from evals import gates, results, scores
from evals.examples import Example, Kind, digest
from evals.gates import GateResult
from evals.results import Case, Result
from evals.scorers import registry
from evals.scores import Score
from evals.suites import Suite


class RunUnreadable(Exception):
    """A file is not a run; the message names it and what to do."""


@dataclass(frozen=True)
class Run:
    """One system over one suite; `digest` is that of the suite, and results come in the order of its examples."""

    suite: str
    kind: Kind
    digest: str
    system: str
    seed: int
    repeats: int
    scorers: tuple[str, ...]
    examples: tuple[Example, ...]
    results: tuple[Result, ...]
    scores: tuple[Score, ...] = ()
    gates: tuple[GateResult, ...] = ()

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Return every example beside what the system gave, repeat by repeat."""
        examples = {example.id: example for example in self.examples}
        return tuple(results.case(examples[result.example], result) for result in self.results)

    @property
    def fingerprint(self) -> str:
        """Return a short hash of the results, times aside: equal fingerprints mean equal results."""
        return digest([[one.example, one.repeat, one.document, one.error] for one in self.results])

    @property
    def passed(self) -> bool:
        """Say whether every gate holds."""
        return all(gate.passed for gate in self.gates)

    def score(self, scorer: str, slice: str | None = None) -> Score | None:
        """Return one score, None where it applies to no example."""
        return next((one for one in self.scores if (one.scorer, one.slice) == (scorer, slice)), None)


RUNS = TypeAdapter(tuple[Run, ...])


def scored(suite: Suite, system: str, given: tuple[Result, ...]) -> Run:
    """Make a run of results: score them and hold the gates against the scores."""
    run = Run(
        suite.file.name, suite.file.kind, suite.digest, system, suite.file.seed, suite.file.repeats,
        tuple(scorer.name for scorer in suite.scorers), suite.examples, given,
    )  # fmt: skip
    found = scores.score(run.cases, suite.scorers, suite.file.seed)
    return replace(run, scores=found, gates=gates.judge(suite.file.gates, found))


def rescored(run: Run, names: tuple[str, ...]) -> Run:
    """Score the results of a run by other scorers, its gates aside."""
    found = scores.score(run.cases, registry.chosen(run.kind, names), run.seed)
    return replace(run, scorers=names, scores=found, gates=())


def write(path: Path, *runs: Run) -> None:
    """Write runs as one JSON document."""
    path.write_bytes(RUNS.dump_json(runs, indent=1) + b"\n")


def read(path: Path) -> tuple[Run, ...]:
    """Read the runs of a JSON document; raises RunUnreadable."""
    try:
        return RUNS.validate_json(path.read_bytes())
    except FileNotFoundError as exc:
        raise RunUnreadable(f"no run at {str(path)!r}; write one first and give its path") from exc
    except (OSError, ValidationError) as exc:
        raise RunUnreadable(f"{path}: not a run of this version: {exc}; run the suite again") from exc
