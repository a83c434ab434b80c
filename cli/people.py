"""The commands about who gets in: `keys`, `brands`, `teammates`, `audit`, with their options."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.options import Brand, Data, Json, Owner, Pages

SCOPES = "search,drafts,chat,articles,evals,tickets,insights,staff,policy,keys,webhooks,metrics,admin"


class Role(StrEnum):
    """What a teammate may do."""

    TEAMMATE = "teammate"
    LEAD = "lead"
    QA = "qa"
    ADMIN = "admin"
    READ_ONLY = "read_only"


keys = typer.Typer(no_args_is_help=True, help="API keys: make one, list them, take one back.")
brands = typer.Typer(no_args_is_help=True, help="Brands: each has its own articles, tickets and keys.")
teammates = typer.Typer(no_args_is_help=True, help="Teammates: who works at the desk, what they can and may do.")
audit = typer.Typer(no_args_is_help=True, help="The audit log: who changed keys, roles, people and the policy.")

Named = Annotated[str, typer.Argument(help="Their e-mail address, or their id.")]
RoleName = Annotated[Role, typer.Option(help="What they may do once they sign in.")]


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


@keys.command("rotate")
def rotate_key(
    key: Annotated[str, typer.Argument(help="The key's prefix, as `deskhand keys list` prints it, or its id.")],
    overlap_hours: Annotated[int, typer.Option(min=0, max=720, help="How long the old one still holds.")] = 24,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Replace a key by one that may the same, and print it, this once."""
    from cli import access

    access.rotate_key(key, overlap_hours, as_json, data=data)


@brands.command("secret")
def make_secret(
    brand: Annotated[str, typer.Argument(help="The brand's id.")], as_json: Json = False, data: Data = None
) -> None:
    """Make the secret with which a brand's backend signs who its customers are, and print it, this once.

    What was signed with the one before proves nothing any more.
    """
    from cli import access

    access.make_secret(brand, as_json, data=data)


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


@teammates.command("create")
def create_teammate(
    email: Annotated[str, typer.Argument(help="Their address; it names one teammate of a brand.")],
    name: Annotated[str, typer.Option(help="What customers and teammates call them.")],
    teams: Annotated[str, typer.Option(help="With commas between, as teams.yaml names them.")] = "support",
    skills: Annotated[str, typer.Option(help="With commas between; none: those of their teams.")] = "",
    languages: Annotated[str, typer.Option(help="Such as en,de; none: those of their teams.")] = "",
    capacity: Annotated[int, typer.Option(min=0, max=1000, help="Tickets that they work on at the same time.")] = 8,
    role: RoleName = Role.TEAMMATE,
    brand: Owner = "default",
    as_json: Json = False,
    policy: Pages = None,
    data: Data = None,
) -> None:
    """Add a teammate and print the link that signs them in once; the first admin is made so.

    They are given tickets once they say that they are there.
    """
    from cli import staffing

    asked = staffing.Asked(email, name, teams, skills, languages, capacity, role.value)
    staffing.create(asked, brand, as_json, policy=policy, data=data)


@teammates.command("link")
def make_link(teammate: Named, brand: Owner = "default", as_json: Json = False, data: Data = None) -> None:
    """Print a link that signs a teammate in once, within a day, such as when a password was forgotten."""
    from cli import staffing

    staffing.link(teammate, brand, as_json, data=data)


@teammates.command("password")
def set_password(teammate: Named, brand: Owner = "default", data: Data = None) -> None:
    """Ask for a teammate's new password; all their sessions end."""
    from cli import staffing

    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    staffing.set_password(teammate, password, brand, data=data)


@teammates.command("role")
def give_role(
    teammate: Named,
    role: Annotated[Role, typer.Argument(help="What they may do from now on.")],
    brand: Owner = "default",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Give a teammate a role; one admin has to stay."""
    from cli import staffing

    staffing.give_role(teammate, role.value, brand, as_json, data=data)


@audit.command("verify")
def verify_audit(
    head: Annotated[str | None, typer.Option(help="The newest hash of an earlier time: is it still there?")] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Check that nobody rewrote the audit log; the exit code is 1 where somebody did."""
    from cli import auditing

    auditing.verify(head, as_json, data=data)


@teammates.command("list")
def list_teammates(brand: Owner = "default", as_json: Json = False, data: Data = None) -> None:
    """List the teammates with what they work on."""
    from cli import staffing

    staffing.show(brand, as_json, data=data)
