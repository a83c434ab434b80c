"""Teammates: who they are, what they can do, how much they carry, and whether they are there."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, Insert, Row, Update, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from database.people import teammates
from database.tables import tickets
from desk.access.roles import Role
from desk.errors import StaffRefused, UnknownTeammate
from desk.events import Kind
from desk.staff.routing import Presence
from domain.ids import BrandId, TeammateId

WORKED = ("new", "open")  # pending and on hold, nobody works on a ticket, so it takes no place
MOVES: dict[tuple[Presence, Presence], tuple[Kind, ...]] = {
    ("away", "available"): ("shift_started",),
    ("away", "on_break"): ("shift_started", "break_started"),
    ("available", "on_break"): ("break_started",),
    ("on_break", "available"): ("break_ended",),
    ("available", "away"): ("shift_ended",),
    ("on_break", "away"): ("break_ended", "shift_ended"),
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True)
class Teammate:
    """Somebody who works at the desk; without skills or languages of their own they have those of their teams.

    `capacity` is how many tickets they work on at the same time, `assigned_at` when they last got one; `role` says
    what they may do once they sign in.
    """

    id: TeammateId
    brand: BrandId
    name: str
    email: str
    teams: tuple[str, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    capacity: int
    presence: Presence
    presence_since: datetime
    created_at: datetime
    role: Role = "teammate"
    assigned_at: datetime | None = None
    left_at: datetime | None = None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the teammate of a row of their table."""
        lists = {name: tuple(getattr(row, name)) for name in ("teams", "skills", "languages")}
        return cls(**{**row._mapping, **lists})


async def add(connection: AsyncConnection, teammate: Teammate) -> None:
    """Add a teammate.

    Raises StaffRefused for an address that is none, or that another teammate of the brand has.
    """
    await _write(connection, teammate, insert(teammates).values(_columns(vars(teammate))))


async def rewrite(connection: AsyncConnection, teammate: Teammate) -> None:
    """Store a teammate anew whom this transaction holds.

    Raises StaffRefused as `add` does.
    """
    changed = update(teammates).where(teammates.c.id == teammate.id).values(_columns(vars(teammate)))
    await _write(connection, teammate, changed)


async def hold(connection: AsyncConnection, brand: BrandId, teammate: TeammateId) -> Teammate:
    """Return a teammate of a brand whom nobody else can change before this transaction ends.

    Raises UnknownTeammate when there is none, or they have left.
    """
    chosen = select(teammates).where(_here(brand, teammate)).with_for_update(key_share=True)
    row = (await connection.execute(chosen)).one_or_none()
    if row is None:
        raise _unknown(brand, teammate)
    return Teammate.of(row)


async def at(connection: AsyncConnection, brand: BrandId, email: str) -> TeammateId | None:
    """Return who has an address, None when nobody of the brand does."""
    chosen = (teammates.c.brand == brand) & (func.lower(teammates.c.email) == email.strip().lower())
    found = await connection.execute(select(teammates.c.id).where(chosen, teammates.c.left_at.is_(None)))
    return found.scalar_one_or_none()


async def require(connection: AsyncConnection, brand: BrandId, teammate: TeammateId) -> None:
    """Raise UnknownTeammate unless this teammate works for the brand."""
    found = await connection.execute(select(teammates.c.id).where(_here(brand, teammate)))
    if found.first() is None:
        raise _unknown(brand, teammate)


async def hold_team(connection: AsyncConnection, brand: BrandId, team: str) -> list[Teammate]:
    """Return the people of a team, whom nobody else can give a ticket before this transaction ends.

    Always in the order of their ids, so that two that want them wait for each other and never both.
    """
    members = (teammates.c.brand == brand) & _in_team(team) & teammates.c.left_at.is_(None)
    chosen = select(teammates).where(members).order_by(teammates.c.id).with_for_update(key_share=True)
    return [Teammate.of(row) for row in await connection.execute(chosen)]


async def of(connection: AsyncConnection, brand: BrandId, team: str | None = None) -> list[Teammate]:
    """Return the people of a brand, or of one of its teams, by name."""
    chosen = select(teammates).where(teammates.c.brand == brand, teammates.c.left_at.is_(None))
    named = chosen if team is None else chosen.where(_in_team(team))
    rows = await connection.execute(named.order_by(func.lower(teammates.c.name), teammates.c.id))
    return [Teammate.of(row) for row in rows]


async def require_admin(connection: AsyncConnection, leaving: Teammate) -> None:
    """Raise StaffRefused when nobody would be an admin of the brand without this one."""
    admins = (teammates.c.brand == leaving.brand) & (teammates.c.role == "admin") & teammates.c.left_at.is_(None)
    others = select(teammates.c.id).where(admins, teammates.c.id != leaving.id).with_for_update(key_share=True)
    if leaving.role == "admin" and (await connection.execute(others)).first() is None:
        raise StaffRefused(f"{leaving.name!r} is the only admin here: make somebody else one first")


async def change(connection: AsyncConnection, teammate: TeammateId, **columns: object) -> None:
    """Set columns of a teammate whom this transaction holds."""
    await connection.execute(update(teammates).where(teammates.c.id == teammate).values(_columns(columns)))


async def loads(connection: AsyncConnection, whose: Collection[TeammateId]) -> dict[TeammateId, int]:
    """Return how many tickets each of these teammates works on."""
    worked = tickets.c.assignee.in_(whose) & tickets.c.status.in_(WORKED)
    rows = await connection.execute(select(tickets.c.assignee, func.count()).where(worked).group_by(tickets.c.assignee))
    counted = {TeammateId(assignee): count for assignee, count in rows}
    return {teammate: counted.get(teammate, 0) for teammate in whose}


async def _write(connection: AsyncConnection, teammate: Teammate, statement: Insert | Update) -> None:
    if not _EMAIL.fullmatch(teammate.email):
        raise StaffRefused(f"{teammate.email!r} is no e-mail address: give one such as 'anna@example.com'")
    try:
        async with connection.begin_nested():
            await connection.execute(statement)
    except IntegrityError as exc:
        raise StaffRefused(
            f"brand {teammate.brand!r} has a teammate {teammate.email!r} already: change that one, or let them leave"
        ) from exc


def _here(brand: BrandId, teammate: TeammateId) -> ColumnElement[bool]:
    return (teammates.c.id == teammate) & (teammates.c.brand == brand) & teammates.c.left_at.is_(None)


def _in_team(team: str) -> ColumnElement[bool]:
    return teammates.c.teams.op("@>", is_comparison=True)([team])


def _unknown(brand: BrandId, teammate: TeammateId) -> UnknownTeammate:
    return UnknownTeammate(f"brand {brand!r} has no teammate {teammate!r}: `deskhand teammates list` shows them")


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
