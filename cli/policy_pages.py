"""What may be typed after `deskhand policy`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Data, Json, Owner, Pages, Why

app = typer.Typer(no_args_is_help=True, help="Policy: what a support lead may edit, as files and as versions.")


@app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="An empty folder, or one to be made.")],
    brand: Annotated[str | None, typer.Option(help="Write what this brand goes by; else the usual pages.")] = None,
    policy: Pages = None,
    data: Data = None,
) -> None:
    """Write the policy as files to edit.

    Intents, phrases, tone, scope, risk, destinations, teams, hours, targets, escalation, KPIs and the brand's own.
    """
    from cli import policies

    policies.export(folder, brand, policy=policy, data=data)


@app.command("import")
def bring_in(
    folder: Annotated[Path, typer.Argument(help="A folder with the pages to change; those left out stay.")],
    brand: Owner = "default",
    note: Why = "",
    as_json: Json = False,
    policy: Pages = None,
    data: Data = None,
) -> None:
    """Put edited pages in force, all of them or none.

    A running server goes by them from the next message on. Each change is a version that can be brought back.
    """
    from cli import policies

    policies.bring_in(folder, brand, note, as_json, policy=policy, data=data)


@app.command("history")
def history(brand: Owner = "default", as_json: Json = False, policy: Pages = None, data: Data = None) -> None:
    """Say who changed which pages, when and why."""
    from cli import policies

    policies.history(brand, as_json, policy=policy, data=data)


@app.command("restore")
def restore(
    number: Annotated[int, typer.Argument(min=0, help="The version, as in the history; 0 for the usual pages.")],
    brand: Owner = "default",
    note: Why = "",
    as_json: Json = False,
    policy: Pages = None,
    data: Data = None,
) -> None:
    """Put the pages of an earlier version in force again."""
    from cli import policies

    policies.restore(number, brand, note, as_json, policy=policy, data=data)
