"""`deskhand eval`: run suites, make a first one, measure the judges."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

import services
import settings
from cli.loop import run
from cli.refusal import Refusal
from cli.watching import Watch
from evals import comparison, evaluation, runs, suites, tables
from evals import judges as trust
from evals import lines as answering
from evals.comparison import Comparison
from evals.errors import SuiteError
from evals.evaluation import Evaluated, Plan
from evals.reports import html, junit, markdown
from evals.reports import json as documents
from evals.reports import tables as measured
from evals.reports.report import Report, Section, report, written
from evals.reports.report import spread as interval
from evals.results import ResultInvalid
from evals.runs import Run
from kb_index import fitting

BELOW_A_GATE = 1
WORST_SHOWN = 5
FAULTS = (SuiteError, ResultInvalid, runs.RunUnreadable, comparison.NotComparable)


@dataclass(frozen=True)
class Asked:
    """What was typed: suites, systems, slices as `field=value`, and how much of each."""

    suites: Sequence[str]
    systems: Sequence[str]
    slices: Sequence[str]
    limit: int | None
    workers: int
    kb: Path | None

    @property
    def plan(self) -> Plan:
        """Return what to run; raises Refusal for a slice that is none."""
        paths = [path for name in self.suites for path in evaluation.find(name)]
        return Plan(
            tuple(dict.fromkeys(paths)),
            tuple(self.systems),
            tuple(_slice(one) for one in self.slices),
            self.limit,
            self.workers,
            self.kb,
        )


@dataclass(frozen=True)
class Written:
    """Where to write what came out, None for not at all."""

    report: Path | None
    markdown: Path | None
    junit: Path | None
    save: Path | None
    measurements: Path | None

    def write(self, found: Evaluated, told: Report) -> None:
        """Write everything that was asked for; raises Refusal for a place that cannot be written."""
        try:
            for path, render in ((self.report, html), (self.markdown, markdown), (self.junit, junit)):
                if path:
                    path.write_text(render.render(told), "utf-8")
            if self.save:
                runs.write(self.save, *found.runs)
            if self.measurements:
                measured.put(self.measurements, found.runs)
        except OSError as error:
            raise Refusal(f"{str(error.filename)!r} cannot be written: {error.strerror}") from error


def run_suites(asked: Asked, written: Written, baseline: Path | None, as_json: bool, **passed: object) -> None:
    """Run suites and print what came out; the exit code is 1 when a gate does not hold."""
    try:
        earlier = runs.read(baseline) if baseline else ()
        found = _evaluated(asked.plan, passed)
        changed = tuple(evaluation.compared(earlier, found.runs)) if baseline else ()
    except FAULTS as error:
        raise Refusal(str(error)) from error
    told = report(found.runs, found.skipped, changed, found.beside)
    written.write(found, told)
    if as_json:
        sys.stdout.write(documents.render(told) + "\n")
    else:
        _print(told, changed)
    if not told.passed:
        raise typer.Exit(BELOW_A_GATE)


def first_suite(table: Path, folder: Path | None) -> None:
    """Make a first suite from a table, and say what to do with it."""
    try:
        made = tables.start(table, folder)
    except SuiteError as error:
        raise Refusal(str(error)) from error
    typer.echo(str(made))
    typer.echo(f"Read it over and set its gates, then: deskhand eval {made}", err=True)


def judges(wanted: Sequence[str], limit: int | None, as_json: bool, **passed: object) -> None:
    """Print how far each judge agrees with people."""
    try:
        named = [path for name in wanted for path in evaluation.find(name)]
        paths = named or [path for path in evaluation.find(str(evaluation.SHIPPED)) if _rated(path)]
        found = _evaluated(Plan(tuple(paths), limit=limit), passed)
    except FAULTS as error:
        raise Refusal(str(error)) from error
    agreements = trust.agreements(found.runs)
    for skipped in found.skipped:
        typer.echo(f"skipped {skipped.name}: {skipped.reason}", err=True)
    if as_json:
        sys.stdout.write(json.dumps([asdict(one) for one in agreements], ensure_ascii=False, indent=1) + "\n")
        return
    table = Table("suite", "judge", "dimension", "agrees", "±", "one person", "trust it", box=None, pad_edge=False)
    for one in agreements:
        people = "–" if one.people is None else f"{one.people.value:.2f}"
        spread = "–" if one.judged.error is None else f"{one.judged.error:.2f}"
        table.add_row(one.suite, one.judge, one.dimension, f"{one.judged.value:.2f}", spread, people, one.trust)
    Console().print(table)


def lines(wanted: Sequence[str], keep: float, as_json: bool, **passed: object) -> None:
    """Print how well questions that are answered are told from others, and the line between what was fitted."""
    read = settings.read(**passed)
    try:
        paths = [path for name in wanted for path in evaluation.find(name)]
        with services.open_tools(read) as tools:
            found = [run(answering.fit(path, tools, keep)) for path in paths]
    except FAULTS as error:
        raise Refusal(str(error)) from error
    if as_json:
        between = fitting.mean([one.line for one in found], "other help centers")
        document = {"suites": [asdict(one) for one in found], "mean": asdict(between)}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
        return
    table = Table("suite", "questions", "auroc", "kept", "caught", "threshold", box=None, pad_edge=False)
    for one in found:
        told = one.report
        row = (f"{value:.3f}" for value in (told.auroc, told.kept, told.caught, one.line.threshold))
        table.add_row(one.suite, str(told.examples), *row)
    Console().print(table)


def _rated(path: Path) -> bool:
    return suites.read(path).kind == "ratings"


def _slice(written: str) -> tuple[str, str]:
    field, sign, value = written.partition("=")
    if not (field and sign):
        raise Refusal(f"--slice is {written!r}; it is field=value, such as --slice language=en")
    return field, value


def _evaluated(plan: Plan, passed: dict[str, object]) -> Evaluated:
    read = settings.read(**passed)
    watch = Watch()

    async def work() -> Evaluated:
        with services.open_tools(read) as tools:
            return await evaluation.evaluate(plan, tools, watch.run, watch.index)

    try:
        return run(work(), lambda: "stopped; what was done is kept. Run the same command again to go on.")
    finally:
        watch.end()


def _print(told: Report, changed: Sequence[Comparison]) -> None:
    console = Console()
    for section in told.sections:
        _print_run(section, console)
    for one in told.skipped:
        console.print(f"skipped {one.name}: {one.reason}", markup=False, highlight=False, soft_wrap=True)
    for found in changed:
        _print_change(found, console)
    console.print(told.verdict, style="bold" if told.passed else "bold red", highlight=False)


def _print_run(section: Section, console: Console) -> None:
    made: Run = section.run
    console.print(f"\n{made.suite} · {made.system} · {len(made.examples)} examples", style="bold", highlight=False)
    table = Table("", "score", "±", "95 %", "n", box=None, pad_edge=False)
    for score in section.overall:
        name = f"{score.scorer} (judged)" if score.judged else score.scorer
        error = written(score.error, score.unit)
        table.add_row(name, written(score.value, score.unit), error, interval(score), str(score.n))
    console.print(table)
    for gate in made.gates:
        console.print(
            f"{'✓' if gate.passed else '✗'} {gate.reason}", style="" if gate.passed else "red", highlight=False
        )
    for failure in section.failures[:WORST_SHOWN]:
        asked = " ".join(failure.asked.split())[:80]
        console.print(f"  {failure.example} {asked!r}: {failure.reason}", markup=False, highlight=False, soft_wrap=True)
    if len(section.failures) > WORST_SHOWN:
        console.print(f"  and {len(section.failures) - WORST_SHOWN} more; --report writes all of them")


def _print_change(found: Comparison, console: Console) -> None:
    console.print(f"\n{found.suite}: {found.after} against {found.before}, {found.paired} examples", style="bold")
    table = Table("", "before", "after", "change", "95 %", "detectable", "", box=None, pad_edge=False)
    for one in found.differences:
        if one.slice is None:
            change = one.change
            bounds = f"{change.low:+.3f} to {change.high:+.3f}"
            numbers = f"{change.before:.3f}", f"{change.after:.3f}", f"{change.change:+.3f}"
            table.add_row(one.scorer, *numbers, bounds, f"{change.detectable:.3f}", one.finding)
    console.print(table)
    for flip in found.regressions[:WORST_SHOWN]:
        console.print(f"  worse: {flip.example}: {flip.reason}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"{len(found.regressions)} got worse, {len(found.improvements)} got better.", highlight=False)
