"""`deskhand keys` and `deskhand brands`: they need the desk's tables only, so they work beside a running server too."""

import dataclasses
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

import services
import settings
from cli.loop import run
from desk.audit import OPERATOR
from desk.brands import Brand
from desk.desk import Desk
from desk.keys import KeyRecord
from domain.ids import BrandId
from services.access import Access, open_access

T = TypeVar("T")


def create_key(name: str, scopes: str, brand: str, as_json: bool, **passed: object) -> None:
    """Make a key and print its secret, which is shown this once and kept as a hash."""
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    key, secret = _at_doors(
        lambda doors: doors.keys.create(BrandId(brand), name, wanted, OPERATOR, services.now()), passed
    )
    if as_json:
        _print_json(_shown(key) | {"key": secret})
        return
    typer.echo(secret)
    typer.echo(f"This is the only time it is shown. It may: {', '.join(key.scopes)} ({key.brand}).", err=True)
    typer.echo(
        f"Send it as `Authorization: Bearer …`; take it back with `deskhand keys revoke {key.prefix}`.", err=True
    )


def list_keys(brand: str, as_json: bool, **passed: object) -> None:
    """Print the keys of a brand."""
    keys = _at_desk(lambda desk: desk.keys(BrandId(brand)), passed)
    if as_json:
        _print_json([_shown(key) for key in keys])
        return
    rows = [(key.prefix, key.name, ", ".join(key.scopes), _state(key), _day(key.last_used_at)) for key in keys]
    _print_table(("prefix", "name", "may", "state", "last used"), rows)


def revoke_key(key: str, as_json: bool, **passed: object) -> None:
    """Take a key back."""
    revoked = _at_doors(lambda doors: doors.keys.revoke(key, OPERATOR, services.now()), passed)
    if as_json:
        _print_json(_shown(revoked))
        return
    typer.echo(f"{revoked.name!r} ({revoked.id}) opens nothing any more.")


def rotate_key(key: str, overlap_hours: int, as_json: bool, **passed: object) -> None:
    """Replace a key and print the new one's secret."""
    overlap = timedelta(hours=overlap_hours)
    fresh, secret = _at_doors(lambda doors: doors.keys.rotate(key, overlap, OPERATOR, services.now()), passed)
    if as_json:
        _print_json(_shown(fresh) | {"key": secret})
        return
    typer.echo(secret)
    typer.echo(f"This is the only time it is shown. The old one holds for {overlap_hours} h more.", err=True)


def make_secret(brand: str, as_json: bool, **passed: object) -> None:
    """Make the secret with which a brand's backend signs, and print it."""
    secret = _at_doors(lambda doors: doors.visitors.make_secret(BrandId(brand), services.now()), passed)
    if as_json:
        _print_json({"brand": brand, "secret": secret})
        return
    typer.echo(secret)
    typer.echo(
        "This is the only time it is shown. Sign with HS256: `sub` the customer's id, `exp` minutes ahead.", err=True
    )


def add_brand(brand: str, name: str, as_json: bool, **passed: object) -> None:
    """Add a brand."""
    added = _at_desk(lambda desk: desk.add_brand(BrandId(brand), name, services.now()), passed)
    if as_json:
        _print_json(_shown(added))
        return
    typer.echo(f"{name!r} is there. Its articles: deskhand index FOLDER --brand {brand}")


def list_brands(as_json: bool, **passed: object) -> None:
    """Print the brands."""
    brands = _at_desk(lambda desk: desk.brands(), passed)
    if as_json:
        _print_json([_shown(brand) for brand in brands])
        return
    _print_table(("id", "name", "since"), [(brand.id, brand.name, _day(brand.created_at)) for brand in brands])


def _at_desk(work: Callable[[Desk], Awaitable[T]], passed: dict[str, object]) -> T:
    """Return what the work comes to on the desk of these settings."""
    read = settings.read(**passed)

    async def done() -> T:
        async with services.open_desk(read) as desk:
            return await work(desk)

    return run(done())


def _at_doors(work: Callable[[Access], Awaitable[T]], passed: dict[str, object]) -> T:
    """Return what the work comes to with what decides who gets in."""
    read = settings.read(**passed)

    async def done() -> T:
        async with open_access(read) as doors:
            return await work(doors)

    return run(done())


def _state(key: KeyRecord) -> str:
    if key.revoked_at:
        return "revoked"
    return "good" if key.good(services.now()) else "expired"


def _day(time: datetime | None) -> str:
    return time.date().isoformat() if time else "never"


def _shown(record: KeyRecord | Brand) -> dict[str, Any]:
    values = dataclasses.asdict(record)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _print_json(document: object) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
