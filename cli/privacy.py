"""What may be typed after `deskhand customers`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Data, Json, Owner

app = typer.Typer(no_args_is_help=True, help="Customers: copy or erase all that is held of one.")

Who = Annotated[str, typer.Argument(metavar="CUSTOMER", help="Your id of them, or the address that is kept.")]


@app.command("export")
def export(
    customer: Who,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the archive, a .zip.")],
    brand: Owner = "default",
    data: Data = None,
) -> None:
    """Write all that is held of a customer into an archive, readable by its owner only.

    What was said stands in it as text, everything as JSON, and the files as they came. The audit log notes it.
    """
    from cli import customers

    customers.export(customer, output, brand, data=data)


@app.command("erase")
def erase(
    customer: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; without it, nothing changes.")] = False,
    brand: Owner = "default",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Say what is held of a customer, and with --yes erase it for good.

    Words, files and names go, numbers stay; what is open of theirs ends. The database's files are written over at
    once, which makes whoever uses it wait for some seconds.
    """
    from cli import customers

    customers.erase(customer, yes, brand, as_json, data=data)
