"""What decides who gets in, alone: beside a running server as well as without one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.ids import DEFAULT_BRAND, BrandId
from prompts import policy as pages
from settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

    from desk.access.signing_in import SigningIn
    from desk.access.visitors import Visitors
    from desk.audit import Audit
    from desk.keys import Keys
    from desk.staff.staff import Staff
    from services.doors import Doors

DEMO = "demo@example.com"


@dataclass(frozen=True)
class Access:
    """The doors to people, keys and the log of who changed them."""

    staff: Staff
    keys: Keys
    signing_in: SigningIn
    visitors: Visitors
    audit: Audit


@asynccontextmanager
async def open_access(settings: Settings, brand: BrandId = DEFAULT_BRAND) -> AsyncIterator[Access]:
    """Yield what decides who gets in; it needs the database only.

    Raises UnknownBrand.
    """
    from database.database import open_database
    from desk import brands
    from desk.access.signing_in import SigningIn
    from desk.access.visitors import Visitors
    from desk.audit import Audit
    from desk.keys import Keys
    from desk.policies import Policies
    from desk.staff.staff import Staff

    url = settings.database_url.get_secret_value() if settings.database_url else None
    async with open_database(url, settings.data) as database:
        engine = database.engine
        async with engine.connect() as connection:
            await brands.require(connection, brand)
        staff = Staff(engine, Policies(engine, pages.texts(settings.policy)))
        yield Access(staff, Keys(engine), SigningIn(engine), Visitors(engine), Audit(engine))


async def demo_link(doors: Doors, now: datetime) -> str:
    """Return the token of a link that signs in as the demo's admin, who is added where nobody is one yet."""
    from desk.staff.staff import Profile

    admins = [one for one, _ in await doors.staff.teammates(DEFAULT_BRAND) if one.role == "admin"]
    if not admins:
        profile = Profile("Demo admin", DEMO, ())
        admins = [await doors.staff.add(DEFAULT_BRAND, profile, now, role="admin")]
    return await doors.signing_in.link(DEFAULT_BRAND, admins[0].id, now)
