"""`deskhand teammates`: the people of the desk. Only its tables are needed, so it works beside a running server too."""

import dataclasses
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

import services
import settings
from cli.loop import run
from domain.ids import BrandId

if TYPE_CHECKING:
    from desk.staff.staff import Staff
    from desk.staff.teammates import Teammate

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Asked:
    """A teammate as they were typed in; lists have commas between."""

    email: str
    name: str
    teams: str
    skills: str
    languages: str
    capacity: int


def add(asked: Asked, brand: str, as_json: bool, **passed: object) -> None:
    """Add a teammate."""
    from desk.staff.staff import Profile

    profile = Profile(
        name=asked.name,
        email=asked.email,
        teams=_listed(asked.teams),
        skills=_listed(asked.skills),
        languages=_listed(asked.languages),
        capacity=asked.capacity,
    )
    added = _of(brand, passed, lambda staff: staff.add(BrandId(brand), profile, services.now()))
    if as_json:
        _print_json(_shown(added, 0))
        return
    typer.echo(f"{added.name} is there: {added.id}, team {', '.join(added.teams) or 'none'}, away until they say so.")


def show(brand: str, as_json: bool, **passed: object) -> None:
    """Print the teammates of a brand."""
    found = _of(brand, passed, lambda staff: staff.teammates(BrandId(brand)))
    if as_json:
        _print_json([_shown(one, load) for one, load in found])
        return
    table = Table("id", "name", "email", "teams", "skills", "is", "tickets", box=None, pad_edge=False)
    for one, load in found:
        lists = (", ".join(one.teams), ", ".join(one.skills) or "of the teams")
        table.add_row(one.id, one.name, one.email, *lists, one.presence, f"{load} of {one.capacity}")
    Console().print(table)


def _of(brand: str, passed: dict[str, object], work: "Callable[[Staff], Awaitable[T]]") -> T:
    """Return what the work comes to with the people of a brand."""
    read = settings.read(**passed)

    async def done() -> T:
        async with services.open_staff(read, BrandId(brand)) as staff:
            return await work(staff)

    return run(done())


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _shown(teammate: "Teammate", load: int) -> dict[str, Any]:
    values = {**dataclasses.asdict(teammate), "load": load}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _print_json(document: object) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
