"""The door through which teammates come in: by password, by a link, by an account elsewhere, and out again.

Every method is one transaction and takes the time from its caller; passwords are hashed outside of it.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.people import teammates as people
from desk import audit
from desk.access import failures, identities, links, passwords, sessions
from desk.access.identities import Vouched
from desk.access.roles import Role
from desk.access.sessions import Session
from desk.audit import OPERATOR, Entry
from desk.errors import ProviderRefused, SignInRefused, StaffRefused, TooManyFailures
from desk.staff import teammates
from desk.staff.teammates import Teammate
from domain.ids import BrandId, TeammateId


class SigningIn:
    """Who may sign in, and who is signed in, on one database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def with_password(self, brand: BrandId, email: str, password: str, now: datetime) -> str:
        """Return the token of a new session.

        Raises SignInRefused, the same for a wrong address and a wrong password, or TooManyFailures.
        """
        async with self._engine.begin() as connection:
            if pause := await failures.attempt(connection, brand, email, now):
                raise TooManyFailures(pause.total_seconds())
            teammate = await teammates.at(connection, brand, email)
            kept = await passwords.of(connection, teammate) if teammate else None
        if not await passwords.fits(password, kept) or teammate is None:
            raise SignInRefused("the address or the password is wrong: try again, or ask an admin for a link")
        async with self._engine.begin() as connection:
            await failures.forget(connection, brand, email)
            return await _begin(connection, brand, teammate, "password", now)

    async def with_link(self, token: str, now: datetime) -> str:
        """Return the token of a new session; the link opens nothing any more.

        Raises SignInRefused when it does not hold.
        """
        async with self._engine.begin() as connection:
            teammate = await links.use(connection, token, now)
            brand = await _brand_of(connection, teammate) if teammate else None
            if teammate and brand:
                return await _begin(connection, brand, teammate, "link", now)
        raise SignInRefused("the link was used, is too old, or never was one: ask an admin for another")

    async def with_provider(self, brand: BrandId, vouched: Vouched, now: datetime) -> str:
        """Return the token of a new session of whoever a provider vouches for, in the role that it names.

        Raises ProviderRefused.
        """
        async with self._engine.begin() as connection:
            teammate = await identities.meet(connection, brand, vouched, now)
            if vouched.role and vouched.role != teammate.role:
                try:
                    await _give(connection, teammate, vouched.role, now, identities.BY)
                except StaffRefused as error:
                    raise ProviderRefused("only_admin") from error
            return await _begin(connection, brand, teammate.id, identities.BY, now)

    async def session(self, token: str, now: datetime) -> Session | None:
        """Return the session of a token, None when it does not hold."""
        async with self._engine.begin() as connection:
            return await sessions.check(connection, token, now)

    async def rotate(self, token: str, now: datetime) -> str | None:
        """Return the token that takes a session's place, None when another request was quicker."""
        async with self._engine.begin() as connection:
            return await sessions.rotate(connection, token, now)

    async def sign_out(self, session: Session, now: datetime) -> None:
        """End a session."""
        async with self._engine.begin() as connection:
            await sessions.end(connection, session.id)
            told = Entry("signed_out", session.teammate, session.brand, session.teammate)
            await audit.record(connection, told, now)

    async def set_password(
        self, brand: BrandId, teammate: TeammateId, password: str, now: datetime, by: str = OPERATOR
    ) -> str:
        """Let this be a teammate's password, and return the token of a new session; all others of theirs end.

        Raises UnknownTeammate or PasswordRefused.
        """
        kept = await passwords.hashed(password)
        async with self._engine.begin() as connection:
            await teammates.hold(connection, brand, teammate)
            await passwords.keep(connection, teammate, kept, now)
            await sessions.end_all(connection, teammate)
            await audit.record(connection, Entry("password_set", teammate, brand, by), now)
            return await sessions.begin(connection, teammate, now)

    async def link(self, brand: BrandId, teammate: TeammateId, now: datetime, by: str = OPERATOR) -> str:
        """Return the token of a link that signs a teammate in once, within a day.

        Raises UnknownTeammate.
        """
        async with self._engine.begin() as connection:
            await teammates.hold(connection, brand, teammate)
            await audit.record(connection, Entry("link_made", teammate, brand, by), now)
            return await links.make(connection, teammate, now)

    async def give_role(
        self, brand: BrandId, teammate: TeammateId, role: Role, now: datetime, by: str = OPERATOR
    ) -> Teammate:
        """Let a teammate do what a role may, from their next request on.

        Raises UnknownTeammate, or StaffRefused when the brand would have no admin left.
        """
        async with self._engine.begin() as connection:
            await _give(connection, await teammates.hold(connection, brand, teammate), role, now, by)
            return await teammates.hold(connection, brand, teammate)

    async def find(self, brand: BrandId, named: str) -> TeammateId:
        """Return the teammate of an address or an id.

        Raises UnknownTeammate.
        """
        async with self._engine.connect() as connection:
            found = await teammates.at(connection, brand, named) or TeammateId(named)
            await teammates.require(connection, brand, found)
            return found


async def _give(connection: AsyncConnection, held: Teammate, role: Role, now: datetime, by: str) -> None:
    if role != "admin":
        await teammates.require_admin(connection, held)
    await teammates.change(connection, held.id, role=role)
    told = Entry("role_given", held.id, held.brand, by, {"role": role, "before": held.role})
    await audit.record(connection, told, now)


async def _begin(connection: AsyncConnection, brand: BrandId, teammate: TeammateId, how: str, now: datetime) -> str:
    token = await sessions.begin(connection, teammate, now)
    await audit.record(connection, Entry("signed_in", teammate, brand, teammate, {"with": how}), now)
    return token


async def _brand_of(connection: AsyncConnection, teammate: TeammateId) -> BrandId | None:
    chosen = select(people.c.brand).where(people.c.id == teammate, people.c.left_at.is_(None))
    return (await connection.execute(chosen)).scalar_one_or_none()
