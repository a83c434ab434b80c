"""`deskhand policy`: what a support lead may edit, as files and as versions; a running server goes by each at once."""

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer
from rich.console import Console
from rich.table import Table

import services
import settings
from cli.loop import run
from cli.refusal import Refusal
from domain.ids import BrandId
from prompts import policy as pages

if TYPE_CHECKING:
    from desk.policies import Policies, Version

OPERATOR = "operator"
T = TypeVar("T")


def export(folder: Path, brand: str | None, **passed: object) -> None:
    """Write pages into a folder, a brand's or the usual ones, and say how they are put to use."""
    if brand is None:
        written = pages.export(folder, pages.texts(settings.read(**passed).policy))
        typer.echo("These are the usual pages; --brand BRAND writes those that a brand goes by.", err=True)
    else:
        written = pages.export(folder, _of(brand, passed, lambda policies: _in_force(policies, BrandId(brand))))
    typer.echo(f"{len(written)} files in {folder}: {', '.join(path.name for path in written)}", err=True)
    typer.echo(f"Edit them, then: deskhand policy import {folder} --note 'why'", err=True)


def bring_in(folder: Path, brand: str, note: str, as_json: bool, **passed: object) -> None:
    """Put the pages of a folder in force, all of them or none."""
    from desk.policies import Change

    found = pages.written(folder)
    if not found:
        raise Refusal(f"there is no page in {str(folder)!r}; `deskhand policy export` writes them all, to be edited")
    change = Change(found, OPERATOR, note)
    _tell(_of(brand, passed, lambda policies: policies.put(BrandId(brand), change, services.now())), brand, as_json)


def restore(number: int, brand: str, note: str, as_json: bool, **passed: object) -> None:
    """Put the pages of an earlier version in force again."""
    why = note or f"version {number} again"
    version = _of(
        brand, passed, lambda policies: policies.restore(BrandId(brand), number, OPERATOR, why, services.now())
    )
    _tell(version, brand, as_json)


def history(brand: str, as_json: bool, **passed: object) -> None:
    """Print who changed which pages, when and why, the newest first; and what keeps the newest from holding."""
    versions, fault = _of(brand, passed, lambda policies: _past(policies, BrandId(brand)))
    if fault:
        typer.echo(f"The usual pages hold, since version {versions[0].number} no longer fits: {fault}", err=True)
    if as_json:
        _print_json([_shown(version) for version in versions])
        return
    table = Table("version", "when", "by", "pages", "why", box=None, pad_edge=False)
    for version in versions:
        when = version.created_at.isoformat(" ", "minutes") if version.created_at else ""
        table.add_row(str(version.number), when, version.written_by, ", ".join(version.changed), version.note)
    Console().print(table if versions else f"Brand {brand!r} goes by the usual pages.", markup=False)


def _of(brand: str, passed: dict[str, object], work: Callable[["Policies"], Awaitable[T]]) -> T:
    """Return what the work comes to on the policies of these settings."""
    read = settings.read(**passed)

    async def done() -> T:
        async with services.open_policies(read, BrandId(brand)) as policies:
            return await work(policies)

    return run(done())


async def _in_force(policies: "Policies", brand: BrandId) -> dict[str, str]:
    return policies.pages(await policies.version(brand))


async def _past(policies: "Policies", brand: BrandId) -> tuple[list["Version"], str | None]:
    versions = await policies.history(brand)
    return versions, policies.fault(versions[0]) if versions else None


def _tell(version: "Version", brand: str, as_json: bool) -> None:
    if as_json:
        _print_json(_shown(version))
        return
    changed = ", ".join(version.changed) or "the usual pages"
    typer.echo(f"Version {version.number} is in force for {brand!r}: {changed}.")


def _shown(version: "Version") -> dict[str, object]:
    from api.shapes.policy import PolicyVersion

    return PolicyVersion.of(version).model_dump(mode="json")


def _print_json(document: object) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
