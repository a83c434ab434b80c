"""Whole evaluations: suites by name or path, each run on its systems, compared with each other and with a baseline."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evals import comparison, runner, suites
from evals.comparison import Comparison, NotComparable
from evals.errors import DataMissing, SuiteUnreadable
from evals.runs import Run
from evals.suites import Skipped, Suite
from evals.systems import named
from evals.systems.named import OURS, Systems
from kb_index.one_shot import Tell, ignore
from services import Tools

SHIPPED = Path(__file__).parent / "suites"

Heard = Callable[[str, str, int, int], None]


def unheard(suite: str, system: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Plan:
    """What to run: suites, systems in the place of those that the suites name, and how much of each suite.

    `kb` is the corpus of suites that name none.
    """

    suites: tuple[Path, ...]
    systems: tuple[str, ...] = ()
    slices: tuple[tuple[str, str], ...] = ()
    limit: int | None = None
    workers: int = 4
    kb: Path | None = None


@dataclass(frozen=True)
class Evaluated:
    """What came out: runs in the order asked for, suites that were skipped, and each system beside the first."""

    runs: tuple[Run, ...]
    skipped: tuple[Skipped, ...]
    beside: tuple[Comparison, ...]


async def evaluate(plan: Plan, tools: Tools, heard: Heard = unheard, tell: Tell = ignore) -> Evaluated:
    """Run every suite on its systems; the gates hold for the first system of each, the others stand beside it.

    Every suite is read before the first is run. Raises SuiteError with the file, the row and the way out.
    """
    read = [suites.load(path, plan.kb) for path in plan.suites]
    chosen = [(_cut(one, plan), _systems(one, plan)) for one in read if isinstance(one, Suite)]
    systems = Systems(tools, tell)
    runs: list[Run] = []
    beside: list[Comparison] = []
    for suite, names in chosen:
        first, *others = [await _run(suite, name, systems, plan, tools, heard) for name in names]
        runs += [first, *(replace(other, gates=()) for other in others)]
        beside += [comparison.compare(other, first) for other in others]
    return Evaluated(tuple(runs), tuple(one for one in read if isinstance(one, Skipped)), tuple(beside))


def check(plan: Plan) -> None:
    """Make sure that a plan can be run; raises SuiteError, also for data that an optional suite lacks."""
    for path in plan.suites:
        suite = suites.load(path, plan.kb)
        if isinstance(suite, Skipped):
            raise DataMissing(f"suite {suite.name!r} cannot be run here: {suite.reason}")
        _systems(suite, plan)


async def _run(suite: Suite, name: str, systems: Systems, plan: Plan, tools: Tools, heard: Heard) -> Run:
    heard(suite.file.name, name, 0, len(suite.examples) * suite.file.repeats)
    return await runner.run(
        suite,
        systems.building(name),
        name=name,
        kept=tools.kept,
        workers=plan.workers,
        progress=lambda done, total: heard(suite.file.name, name, done, total),
    )


def compared(before: Sequence[Run], after: Sequence[Run]) -> Iterator[Comparison]:
    """Yield what changed since an earlier evaluation, each run against that of its suite and system.

    Raises NotComparable when no run has anything to be compared with.
    """
    earlier = {(run.suite, run.system): run for run in before}
    pairs = [(earlier[run.suite, run.system], run) for run in after if (run.suite, run.system) in earlier]
    if not pairs:
        there = ", ".join(f"{run.suite} ({run.system})" for run in before) or "nothing"
        raise NotComparable(f"the baseline holds {there}, none of what was run now; save a run of the same suite")
    for old, new in pairs:
        yield comparison.compare(replace(old, system=f"{old.system} (baseline)"), new)


def find(wanted: str, folders: Sequence[Path] = (SHIPPED,)) -> list[Path]:
    """Return the suites that the name of a shipped suite, a path or a folder stands for; raises DataMissing."""
    path = Path(wanted).expanduser()
    known = listed(folders)
    if wanted in known:
        return [known[wanted]]
    if path.is_dir():
        if found := sorted(path.glob("*.yaml")):
            return found
        raise DataMissing(f"no suite in {str(path)!r}; a suite is a .yaml file, and `deskhand eval init` makes one")
    return [path if path.exists() or path.suffix else named_suite(wanted, folders)]


def named_suite(name: str, folders: Sequence[Path]) -> Path:
    """Return the suite of that name in these folders, the first that has it; raises DataMissing naming those there are.

    The name is looked up among the files there are and never becomes a path itself.
    """
    known = listed(folders)
    if name not in known:
        raise DataMissing(f"no suite {name!r}; there is {', '.join(sorted(known))}, or give the path of a .yaml file")
    return known[name]


def listed(folders: Sequence[Path]) -> dict[str, Path]:
    """Return every suite in these folders by its name; of equal names the first folder's counts."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            found.setdefault(path.stem, path)
    return found


def _cut(suite: Suite, plan: Plan) -> Suite:
    for field, value in plan.slices:
        suite = suite.only(field, value)
    return suite.limited(plan.limit) if plan.limit else suite


def _systems(suite: Suite, plan: Plan) -> list[str]:
    """Return the systems to run: of those asked for, each that suits the suite; else those that the suite names."""
    fitting = named.names(suite.file.kind)
    wanted = plan.systems or suite.file.systems or (OURS,)
    chosen = [name for name in dict.fromkeys(wanted) if name in fitting]
    unknown = [name for name in wanted if name not in named.every()]
    if unknown or not chosen:
        wrong = (unknown or list(wanted))[0]
        there = ", ".join(fitting)
        raise SuiteUnreadable(f"no system {wrong!r} for {suite.file.kind} suites such as {suite.file.name!r}: {there}")
    return chosen
