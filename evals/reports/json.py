"""A report as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from evals.reports.report import Report, Section


def document(report: Report) -> dict[str, Any]:
    """Return a report as plain data: verdict, scores, gates, failures, tables and comparisons."""
    return {
        "verdict": report.verdict,
        "passed": report.passed,
        "runs": [_section(section) for section in report.sections],
        "skipped": [asdict(one) for one in report.skipped],
        "comparisons": [asdict(one) for one in report.comparisons],
        "beside": [asdict(one) for one in report.beside],
    }


def render(report: Report) -> str:
    """Return a report as one JSON document."""
    return json.dumps(document(report), ensure_ascii=False, indent=1, default=str, allow_nan=False)


def pretty(document: Mapping[str, Any] | None) -> str:
    """Write a result for reading."""
    return json.dumps(document, ensure_ascii=False, indent=1, default=str)


def _section(section: Section) -> dict[str, Any]:
    run = section.run
    return {
        "suite": run.suite, "kind": run.kind, "system": run.system, "examples": len(run.examples),
        "repeats": run.repeats, "seed": run.seed, "digest": run.digest, "fingerprint": run.fingerprint,
        "scores": [asdict(score) for score in run.scores],
        "gates": [asdict(gate) for gate in run.gates],
        "failures": [asdict(failure) for failure in section.failures],
        "reliability": [asdict(one) for one in section.reliability],
        "risk_coverage": [asdict(point) for point in section.risk_coverage],
    }  # fmt: skip
