"""`deskhand kb health`: what is wrong with a help center."""

import dataclasses
import json
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape

import services
import settings
from cli.loop import run
from cli.progress import Building
from domain.ids import BrandId
from kb_index.contents import Contents
from kb_index.health import Finding, examine
from settings import Settings

EXCERPT = 240
OF_A_KIND = 20  # that are shown; a neglected help center has hundreds of stale articles


def health(kb: Path | None, brand: str, reviewed_within: int, as_json: bool, **passed: object) -> None:
    """Print what is to be mended, the most severe first; `reviewed_within` is in days."""
    contents = _contents(settings.read(**passed), kb, BrandId(brand))
    findings = examine(contents, services.now(), timedelta(days=reviewed_within))
    if as_json:
        document = {
            "articles": len(contents.articles),
            "questions": len(contents.uses.times) if contents.uses else 0,
            "findings": [dataclasses.asdict(row) for row in findings],
        }
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return
    console = Console()
    shown: Counter[str] = Counter()
    for place, finding in enumerate(findings, 1):
        shown[finding.kind] += 1
        if shown[finding.kind] <= OF_A_KIND:
            _show(place, finding, console)
    for kind, count in shown.items():
        if count > OF_A_KIND:
            console.print(f"and {count - OF_A_KIND} more, kind {kind.replace('_', ' ')}: --json lists all of them.")
    console.print(f"{len(findings)} findings in {len(contents.articles)} articles.")
    if kb is None and contents.uses is None:
        console.print("No questions are recorded yet, so nothing is said about articles that are never found.")


def _contents(read: Settings, kb: Path | None, brand: BrandId) -> Contents:
    """Return the articles of a folder or file, else those of a brand in the data directory."""
    if kb is None:
        return run(services.contents(read, brand))
    building = Building()
    with services.open_tools(read) as tools:
        contents = tools.contents(kb, building)
    building.end()
    return contents


def _show(place: int, finding: Finding, console: Console) -> None:
    console.print(
        f"[bold]{place}. {finding.kind.replace('_', ' ')}[/] {finding.severity:.2f}  {escape(finding.message)}"
    )
    for article, quote in zip(finding.articles, finding.quotes, strict=False):
        line = " ".join(quote.split())
        shown = line if len(line) <= EXCERPT else f"{line[:EXCERPT]}…"
        console.print(f"   [dim]{escape(article)}:[/] “{escape(shown)}”")
