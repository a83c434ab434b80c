"""A report as one HTML page: no script, no network, readable on a phone and on paper."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evals.reports import plots
from evals.reports.json import pretty
from evals.reports.report import Report, spread, written

SHOWN = 50


def render(report: Report) -> str:
    """Return the page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    doors: dict[str, Any] = {"written": written, "spread": spread, "plots": plots, "pretty": pretty, "shown": SHOWN}
    return environment.get_template("report.html").render(report=report, **doors)
