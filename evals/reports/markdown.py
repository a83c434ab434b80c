"""A report as Markdown, short enough for a pull request."""

from collections.abc import Iterator

from evals.comparison import Comparison
from evals.reports.report import Report, Section, spread, written

SHOWN = 10


def render(report: Report) -> str:
    """Return the summary: verdict, gates, scores, what changed, and the gravest failures."""
    lines = [f"**{report.verdict}**", ""]
    for section in report.sections:
        lines += [*_section(section), ""]
    lines += [f"- skipped `{one.name}`: {one.reason}" for one in report.skipped]
    for comparison in (*report.comparisons, *report.beside):
        lines += [*_comparison(comparison), ""]
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section) -> Iterator[str]:
    run = section.run
    yield f"### {run.suite} · {run.system} · {len(run.examples)} examples"
    yield from (f"- {'✅' if gate.passed else '❌'} {gate.reason}" for gate in run.gates)
    yield ""
    yield "| score | value | ± | 95 % | n |"
    yield "|---|---|---|---|---|"
    for score in section.overall:
        name = f"{score.scorer} (judged)" if score.judged else score.scorer
        value, error = written(score.value, score.unit), written(score.error, score.unit)
        yield f"| {name} | {value} | {error} | {spread(score)} | {score.n} |"
    if section.failures:
        yield ""
        yield f"{len(section.failures)} went wrong, the gravest:"
        yield from (f"- `{one.example}` {_line(one.asked)}: {_line(one.reason)}" for one in section.failures[:SHOWN])


def _comparison(found: Comparison) -> Iterator[str]:
    yield f"### {found.suite}: {found.after} against {found.before}, {found.paired} examples"
    yield ""
    yield "| score | before | after | change | 95 % | detectable | |"
    yield "|---|---|---|---|---|---|---|"
    for one in found.differences:
        name = f"{one.scorer}, {one.slice}" if one.slice else one.scorer
        change = one.change
        yield (
            f"| {name} | {change.before:.3f} | {change.after:.3f} | {change.change:+.3f} | "
            f"{change.low:+.3f} to {change.high:+.3f} | {change.detectable:.3f} | {one.finding} |"
        )
    worse = ", ".join(f"`{flip.example}`" for flip in found.regressions[:SHOWN])
    more = f" and {len(found.regressions) - SHOWN} more" if len(found.regressions) > SHOWN else ""
    named = f": {worse}{more}" if worse else ""
    yield ""
    yield f"{len(found.regressions)} got worse{named}; {len(found.improvements)} got better."


def _line(text: str, length: int = 120) -> str:
    """Put a text on one line of Markdown, harmless to the table and list around it."""
    flat = " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("`", "'")
    return flat if len(flat) <= length else f"{flat[: length - 1]}…"
