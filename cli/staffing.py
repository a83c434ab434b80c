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
from cli import running
from cli.loop import run
from domain.ids import BrandId
from services.access import open_access

if TYPE_CHECKING:
    from desk.access.roles import Role
    from desk.staff.teammates import Teammate
    from services.access import Access

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
    role: "Role"


def create(asked: Asked, brand: str, as_json: bool, **passed: object) -> None:
    """Add a teammate and print a link that signs them in."""
    from desk.staff.staff import Profile

    profile = Profile(
        name=asked.name,
        email=asked.email,
        teams=_listed(asked.teams),
        skills=_listed(asked.skills),
        languages=_listed(asked.languages),
        capacity=asked.capacity,
    )

    async def done(doors: "Access") -> "tuple[Teammate, str]":
        one = await doors.staff.add(BrandId(brand), profile, services.now(), role=asked.role)
        return one, await doors.signing_in.link(BrandId(brand), one.id, services.now())

    added, token = _of(brand, passed, done)
    if as_json:
        _print_json(_shown(added, 0) | {"link": _link(token, passed)})
        return
    typer.echo(f"{added.name} is there: {added.id}, team {', '.join(added.teams) or 'none'}, away until they say so.")
    typer.echo(f"Signs in once, within a day: {_link(token, passed)}")


def link(named: str, brand: str, as_json: bool, **passed: object) -> None:
    """Print a link that signs a teammate in."""

    async def done(doors: "Access") -> str:
        who = await doors.signing_in.find(BrandId(brand), named)
        return await doors.signing_in.link(BrandId(brand), who, services.now())

    made = _link(_of(brand, passed, done), passed)
    if as_json:
        _print_json({"link": made})
        return
    typer.echo(made)


def set_password(named: str, password: str, brand: str, **passed: object) -> None:
    """Let this be a teammate's password."""

    async def done(doors: "Access") -> None:
        who = await doors.signing_in.find(BrandId(brand), named)
        await doors.signing_in.set_password(BrandId(brand), who, password, services.now())

    _of(brand, passed, done)
    typer.echo("From now on they sign in with it; whoever was signed in as them no longer is.")


def give_role(named: str, role: "Role", brand: str, as_json: bool, **passed: object) -> None:
    """Give a teammate a role."""

    async def done(doors: "Access") -> "Teammate":
        who = await doors.signing_in.find(BrandId(brand), named)
        return await doors.signing_in.give_role(BrandId(brand), who, role, services.now())

    given = _of(brand, passed, done)
    if as_json:
        _print_json({"teammate": given.id, "role": given.role})
        return
    typer.echo(f"{given.name} is {given.role} from their next request on.")


def show(brand: str, as_json: bool, **passed: object) -> None:
    """Print the teammates of a brand."""
    found = _of(brand, passed, lambda doors: doors.staff.teammates(BrandId(brand)))
    if as_json:
        _print_json([_shown(one, load) for one, load in found])
        return
    table = Table("id", "name", "email", "role", "teams", "skills", "is", "tickets", box=None, pad_edge=False)
    for one, load in found:
        lists = (", ".join(one.teams), ", ".join(one.skills) or "of the teams")
        table.add_row(one.id, one.name, one.email, one.role, *lists, one.presence, f"{load} of {one.capacity}")
    Console().print(table)


def _of(brand: str, passed: dict[str, object], work: "Callable[[Access], Awaitable[T]]") -> T:
    """Return what the work comes to with the people of a brand."""
    read = settings.read(**passed)

    async def done() -> T:
        async with open_access(read, BrandId(brand)) as doors:
            return await work(doors)

    return run(done())


def _link(token: str, passed: dict[str, object]) -> str:
    """Return a link's address: where browsers reach the server, as it is set, as it runs, or as it would."""
    read = settings.read(**passed)
    found = running.find(read.data)
    url = read.public_url or (found.url if found else f"http://{read.host}:{read.port}")
    return f"{url}/sign-in#{token}"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _shown(teammate: "Teammate", load: int) -> dict[str, Any]:
    values = {**dataclasses.asdict(teammate), "load": load}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _print_json(document: object) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
