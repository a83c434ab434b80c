"""`deskhand audit`: whether the log of who changed what still holds together."""

import json
import sys
from dataclasses import asdict

import typer

import settings
from cli.loop import run
from desk.audit import Checked
from services.access import open_access

BROKEN = 1


def verify(head: str | None, as_json: bool, **passed: object) -> None:
    """Check the whole log, and exit with 1 where it does not hold together."""
    read = settings.read(**passed)

    async def checked() -> Checked:
        async with open_access(read) as doors:
            return await doors.audit.verify(head)

    found = run(checked())
    if as_json:
        sys.stdout.write(json.dumps(asdict(found), indent=2) + "\n")
    elif found.fault is None:
        typer.echo(f"{found.entries} entries hold together. The newest is {found.head}")
        typer.echo(
            "Note it elsewhere: `deskhand audit verify --head HASH` finds out who takes the newest away.", err=True
        )
    else:
        typer.echo(f"deskhand: the audit log was tampered with: {found.fault}", err=True)
    if found.fault:
        raise typer.Exit(BROKEN)
