"""`deskhand backup` and `deskhand restore`, with their options."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from cli.options import Data, Json

SHOWN = ("tickets", "messages", "customers", "articles", "teammates", "attachments")


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; there must be none of that name.")],
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Write everything that is kept into one file, beside a running server or without one.

    It holds what customers and teammates wrote, attachments, articles, policy, people, keys and the audit log, as
    of one moment. Settings are not in it, nor models you trained. Keep it as safe as the data itself.
    """
    import services
    import settings
    from cli.loop import run
    from services import backups

    read = settings.read(data=data)
    made = run(backups.back_up(read, file.absolute(), services.now()))
    if as_json:
        _print({"file": str(file), "bytes": file.stat().st_size, **made.model_dump(mode="json")})
        return
    typer.echo(f"{file} holds {_told(made.rows)} ({file.stat().st_size / 1e6:,.1f} MB).")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `deskhand backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what is there, for good.")] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Bring back what a backup holds, into an empty data directory or database.

    Nothing may run there meanwhile. If anything goes wrong all is as it was before. Whoever was erased since the backup
    was made is back too: erase them again. Teammates sign in anew.
    """
    import services
    import settings
    from cli.loop import run
    from services import backups

    read = settings.read(data=data)
    found = run(backups.restore(read, file.absolute(), force, services.now()))
    if as_json:
        outcome = {"under_way": found.under_way, "passages": found.passages}
        _print({**found.manifest.model_dump(mode="json"), **outcome, "pages": found.pages and str(found.pages)})
        return
    typer.echo(f"Restored {_told(found.manifest.rows)} as of {found.manifest.made_at:%Y-%m-%d %H:%M} UTC.")
    typer.echo(f"{found.passages:,} passages are indexed.")
    if found.under_way:
        typer.echo(f"{found.under_way} mails were on their way then: `deskhand deliveries list` asks what to do.")
    if found.pages:
        typer.echo(f"The policy pages lie in {found.pages}: DESKHAND_POLICY takes that folder.")


def _told(rows: Mapping[str, int]) -> str:
    counts = [(rows.get(name, 0), name) for name in SHOWN]
    *most, last = [f"{many:,} {name.removesuffix('s') if many == 1 else name}" for many, name in counts]
    return f"{', '.join(most)} and {last}"


def _print(document: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
