"""`deskhand policy`: what a support lead may edit, as files."""

from pathlib import Path

import typer

import settings
from prompts import policy as policies


def export(folder: Path, **passed: object) -> None:
    """Write the policy in force into a folder and say how it is put to use."""
    written = policies.export(folder, policies.texts(settings.read(**passed).policy))
    typer.echo(f"{len(written)} files in {folder}: {', '.join(path.name for path in written)}", err=True)
    typer.echo(f"Edit them, then: deskhand serve --policy {folder}", err=True)
