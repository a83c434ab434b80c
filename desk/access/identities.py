"""Accounts elsewhere: which account at a provider is which teammate.

Once it has signed in, an account is known by the id that its provider gave it: addresses change hands.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.access import identities
from database.people import teammates as people
from desk import audit
from desk.access.roles import Role
from desk.audit import Entry
from desk.errors import ProviderRefused, StaffRefused
from desk.staff import teammates
from desk.staff.staff import CAPACITY
from desk.staff.teammates import Teammate
from domain.ids import BrandId, TeammateId, new

BY = "oidc"  # who did it, in the audit log


@dataclass(frozen=True)
class Vouched:
    """Whom a provider vouches for: `subject` is the account's id there, `proven` says that it verified the address.

    `role` is the one that it names, None where teammates are those whose address is known here.
    """

    issuer: str
    subject: str
    email: str | None
    proven: bool
    name: str | None
    role: Role | None


async def meet(connection: AsyncConnection, brand: BrandId, vouched: Vouched, now: datetime) -> Teammate:
    """Return whose account it is, held; one seen for the first time is linked, and its owner added if they have a role.

    Raises ProviderRefused.
    """
    named = f"{brand} {vouched.issuer} {vouched.subject}"
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(named, 0))))
    linked = await _linked(connection, brand, vouched)
    if linked and linked.left_at is None:
        return await teammates.hold(connection, brand, linked.id)
    known = await teammates.at(connection, brand, vouched.email) if vouched.email else None
    if known:
        await _require_free(connection, known, vouched)
    elif linked:
        raise ProviderRefused("left")
    else:
        known = await _add(connection, brand, vouched, now)
    await _link(connection, brand, known, vouched, now)
    return await teammates.hold(connection, brand, known)


async def _linked(connection: AsyncConnection, brand: BrandId, vouched: Vouched) -> Teammate | None:
    """Return the teammate whom an account was linked to, who may have left."""
    theirs = (identities.c.issuer == vouched.issuer) & (identities.c.subject == vouched.subject)
    chosen = select(people).join(identities, identities.c.teammate == people.c.id)
    row = (await connection.execute(chosen.where(identities.c.brand == brand, theirs))).one_or_none()
    return Teammate.of(row) if row else None


async def _require_free(connection: AsyncConnection, teammate: TeammateId, vouched: Vouched) -> None:
    """See that an account may be linked to the teammate who has its address."""
    if not vouched.proven:
        raise ProviderRefused("unproven")
    theirs = (identities.c.teammate == teammate) & (identities.c.issuer == vouched.issuer)
    if (await connection.execute(select(identities.c.subject).where(theirs))).first():
        raise ProviderRefused("taken")


async def _add(connection: AsyncConnection, brand: BrandId, vouched: Vouched, now: datetime) -> TeammateId:
    """Add a teammate whom a provider names a role for; a lead says later which teams they are in."""
    if vouched.role is None or vouched.email is None:
        raise ProviderRefused("unknown")
    added = Teammate(
        id=TeammateId(new("tea")),
        brand=brand,
        name=vouched.name or vouched.email,
        email=vouched.email,
        teams=(),
        skills=(),
        languages=(),
        capacity=CAPACITY,
        presence="away",
        presence_since=now,
        created_at=now,
        role=vouched.role,
    )
    try:
        await teammates.add(connection, added)
    except StaffRefused as error:
        raise ProviderRefused("unknown") from error
    await audit.record(connection, Entry("teammate_added", added.id, brand, BY, {"role": added.role}), now)
    return added.id


async def _link(
    connection: AsyncConnection, brand: BrandId, teammate: TeammateId, vouched: Vouched, now: datetime
) -> None:
    row = {"teammate": teammate, "linked_at": now}
    account = {"brand": brand, "issuer": vouched.issuer, "subject": vouched.subject}
    linked = insert(identities).values(**account, **row)
    await connection.execute(linked.on_conflict_do_update(index_elements=list(account), set_=row))
    await audit.record(connection, Entry("account_linked", teammate, brand, BY, {"issuer": vouched.issuer}), now)
