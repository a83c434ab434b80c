"""`deskhand customers`: it needs the desk's tables only, so it works beside a running server too."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO

import typer

import services
import settings
from cli.loop import run
from cli.refusal import Refusal
from database.overwriting import Overwritten
from desk.rights.holdings import Fate, Held
from desk.rights.rights import Erased
from domain.ids import BrandId
from services.doors import open_doors
from settings import Settings

FATES: dict[Fate, str] = {
    "erased": "goes",
    "emptied": "stays without words or a name",
    "kept": "stays: ids and numbers",
}


def export(customer: str, output: Path, brand: str, **passed: object) -> None:
    """Write the archive of a customer."""
    read = settings.read(**passed)
    with _new(output) as file:
        run(_export(read, BrandId(brand), customer, file))
    typer.echo(f"{output} holds all that is kept of {customer}. Read it before you hand it on.")


def erase(customer: str, yes: bool, brand: str, as_json: bool, **passed: object) -> None:
    """Print what is held of a customer; erase it if they said yes."""
    read = settings.read(**passed)
    if yes:
        erased, overwritten = run(_erase(read, BrandId(brand), customer))
        _show(erased.held, as_json, erasure=erased.id, busy=overwritten.busy, forbidden=overwritten.forbidden)
        typer.echo(_over(overwritten), err=True)
        return
    _show(run(_held(read, BrandId(brand), customer)), as_json)
    typer.echo("Nothing was erased. With --yes it is, for good.", err=True)


async def _export(read: Settings, brand: BrandId, customer: str, file: IO[bytes]) -> None:
    async with open_doors(read, brand) as doors:
        await doors.rights.export(brand, customer, file, services.now())


async def _held(read: Settings, brand: BrandId, customer: str) -> list[Held]:
    async with open_doors(read, brand) as doors:
        return await doors.rights.held(brand, customer)


async def _erase(read: Settings, brand: BrandId, customer: str) -> tuple[Erased, Overwritten]:
    async with open_doors(read, brand) as doors:
        erased = await doors.rights.erase(brand, customer, services.now())
        return erased, await doors.rights.overwrite(services.now())


@contextmanager
def _new(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file that only its owner can read, and leave none behind that is not whole."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refusal(f"{str(path)!r} cannot be written ({error.strerror}): name a new file") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException:
        path.unlink()
        raise


def _show(held: Sequence[Held], as_json: bool, **more: object) -> None:
    if as_json:
        sys.stdout.write(json.dumps({**more, "holdings": [asdict(one) for one in held]}, indent=2) + "\n")
        return
    for one in held:
        typer.echo(f"{one.rows:>6,}  {one.kind:<28}  {FATES[one.fate]}")


def _over(done: Overwritten) -> str:
    if done.busy:
        return f"Erased. In use, so `deskhand serve` writes over the bytes within the hour: {', '.join(done.busy)}."
    if done.forbidden:
        return "Erased. Only a superuser of your PostgreSQL can write over its log: docs/privacy.md says what is left."
    return "Erased, and written over in the files of the database."
