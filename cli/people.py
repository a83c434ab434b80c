"""The commands about who may use Deskhand and who works with it: `keys`, `brands`, `teammates`, with their options."""

from typing import Annotated

import typer

from cli.options import Brand, Data, Json, Pages

SCOPES = "search,drafts,chat,articles,evals,tickets,insights,staff,policy,keys,admin"

keys = typer.Typer(no_args_is_help=True, help="API keys: make one, list them, take one back.")
brands = typer.Typer(no_args_is_help=True, help="Brands: each has its own articles, tickets and keys.")
teammates = typer.Typer(no_args_is_help=True, help="Teammates: who works at the desk, and what they can do.")


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is for, such as 'website'.")],
    scopes: Annotated[str, typer.Option(help=f"With commas between: {SCOPES}.")] = "search,drafts,chat",
    brand: Brand = "default",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Make an API key and print it, this once."""
    from cli import access

    access.create_key(name, scopes, brand, as_json, data=data)


@keys.command("list")
def list_keys(brand: Brand = "default", as_json: Json = False, data: Data = None) -> None:
    """List the keys of a brand, without their secrets."""
    from cli import access

    access.list_keys(brand, as_json, data=data)


@keys.command("revoke")
def revoke_key(
    key: Annotated[str, typer.Argument(help="The key's prefix, as `deskhand keys list` prints it, or its id.")],
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Take a key back: the next request with it is refused."""
    from cli import access

    access.revoke_key(key, as_json, data=data)


@brands.command("add")
def add_brand(
    brand: Annotated[str, typer.Argument(help="Its id: small letters, digits and dashes.")],
    name: Annotated[str | None, typer.Option(help="What people call it; default the id.")] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Add a brand."""
    from cli import access

    access.add_brand(brand, name or brand, as_json, data=data)


@brands.command("list")
def list_brands(as_json: Json = False, data: Data = None) -> None:
    """List the brands."""
    from cli import access

    access.list_brands(as_json, data=data)


@teammates.command("add")
def add_teammate(
    email: Annotated[str, typer.Argument(help="Their address; it names one teammate of a brand.")],
    name: Annotated[str, typer.Option(help="What customers and teammates call them.")],
    teams: Annotated[str, typer.Option(help="With commas between, as teams.yaml names them.")] = "support",
    skills: Annotated[str, typer.Option(help="With commas between; none: those of their teams.")] = "",
    languages: Annotated[str, typer.Option(help="Such as en,de; none: those of their teams.")] = "",
    capacity: Annotated[int, typer.Option(min=0, max=1000, help="Tickets that they work on at the same time.")] = 8,
    brand: Brand = "default",
    as_json: Json = False,
    policy: Pages = None,
    data: Data = None,
) -> None:
    """Add a teammate, who is given tickets once they say that they are there."""
    from cli import staffing

    asked = staffing.Asked(email, name, teams, skills, languages, capacity)
    staffing.add(asked, brand, as_json, policy=policy, data=data)


@teammates.command("list")
def list_teammates(brand: Brand = "default", as_json: Json = False, data: Data = None) -> None:
    """List the teammates with what they work on."""
    from cli import staffing

    staffing.show(brand, as_json, data=data)
