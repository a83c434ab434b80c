"""Runs as tables of a page of measurements: one block a suite, between marks, so that each can be made anew."""

import re
from collections.abc import Sequence
from pathlib import Path

from evals.reports.report import written
from evals.runs import Run

HEADING = "## Evals"
CLOSING = re.compile(r"<!-- /eval [\w-]+ -->")
FEW = {"failed", "latency@0.5", "latency@0.95", "noise"}


def put(page: Path, runs: Sequence[Run]) -> None:
    """Write the block of every suite that ran in the place of its old one, a new one behind the others."""
    text = page.read_text("utf-8") if page.exists() else ""
    for suite in dict.fromkeys(run.suite for run in runs):
        text = _replaced(text, suite, block([run for run in runs if run.suite == suite]))
    page.write_text(text, "utf-8")


def block(runs: Sequence[Run]) -> str:
    """Return the table of one suite: a row a system, a column a scorer, each value with its standard error."""
    columns = list(dict.fromkeys(name for run in runs for name in run.scorers if name not in FEW and run.score(name)))
    head = runs[0]
    lines = [
        f"{head.kind}, {len(head.examples)} examples: `deskhand eval {head.suite}`",
        "",
        f"| {head.suite} | {' | '.join(columns)} |",
        f"|---|{'---|' * len(columns)}",
        *(f"| {run.system} | {' | '.join(_cell(run, name) for name in columns)} |" for run in runs),
    ]
    return "\n".join(lines)


def _cell(run: Run, name: str) -> str:
    score = run.score(name)
    if score is None:
        return "–"
    spread = f" ± {score.error:.3f}" if score.error is not None else ""
    return (
        f"{score.value:.3f}{spread}"
        if score.unit in ("share", "score", "correlation")
        else written(score.value, score.unit)
    )


def _replaced(text: str, suite: str, table: str) -> str:
    """Return the page with the suite's block in its old place, else behind the last block, else in a new section."""
    opening, closing = f"<!-- eval {suite} -->", f"<!-- /eval {suite} -->"
    made = f"{opening}\n{table}\n{closing}"
    old = re.compile(f"{re.escape(opening)}.*?{re.escape(closing)}", re.DOTALL)
    if old.search(text):
        return old.sub(lambda _: made, text)
    if others := list(CLOSING.finditer(text)):
        end = others[-1].end()
        return f"{text[:end]}\n\n{made}{text[end:]}"
    return f"{text.rstrip()}\n\n{HEADING}\n\n{made}\n".lstrip()
