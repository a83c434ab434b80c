"""The doors of the desk beside the one that turns go through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from agents import thanks
from domain.ids import DEFAULT_BRAND, BrandId
from prompts import policy as pages
from settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from connectors.outbound import Outbound
    from desk.access.signing_in import SigningIn
    from desk.access.visitors import Visitors
    from desk.activity import Activity
    from desk.attendance import Attendance
    from desk.audit import Audit
    from desk.deliveries import Deliveries
    from desk.keys import Keys
    from desk.mails import Mails
    from desk.policies import Policies
    from desk.queue import Queue
    from desk.rights.rights import DataRights
    from desk.staff.staff import Staff
    from desk.tallies import Tallies
    from desk.vitals import Monitor
    from desk.webhooks.webhooks import Webhooks
    from desk.work.deciding import Suggestions
    from desk.work.macros import Macros
    from desk.workspace import Workspace
    from insights.measuring import Insights
    from kb_index.indexing import Indexer


@dataclass(frozen=True)
class Doors:
    """What teammates and their windows call, and what reads the numbers."""

    suggestions: Suggestions
    macros: Macros
    activity: Activity
    insights: Insights
    staff: Staff
    workspace: Workspace
    keys: Keys
    signing_in: SigningIn
    visitors: Visitors
    audit: Audit
    webhooks: Webhooks
    mails: Mails
    deliveries: Deliveries
    attendance: Attendance
    rights: DataRights
    tallies: Tallies
    monitor: Monitor

    @classmethod
    def on(
        cls,
        engine: AsyncEngine,
        queue: Queue,
        policies: Policies,
        indexer: Indexer | None = None,
        outbound: Outbound | None = None,
    ) -> Self:
        """Return the doors to one database; the indexer brings in the macros that drafts may rest on.

        `outbound` knows which addresses may be told of events: without it, those of the open internet.
        """
        from connectors.outbound import Outbound
        from connectors.webhooks import Sender
        from desk.access.signing_in import SigningIn
        from desk.access.visitors import Visitors
        from desk.activity import Activity
        from desk.attendance import Attendance
        from desk.audit import Audit
        from desk.deliveries import Deliveries
        from desk.keys import Keys
        from desk.mails import Mails
        from desk.rights.rights import DataRights
        from desk.staff.staff import Staff
        from desk.tallies import Tallies
        from desk.vitals import Monitor
        from desk.webhooks.webhooks import Webhooks
        from desk.work.deciding import Suggestions
        from desk.work.macros import Macros
        from desk.workspace import Workspace
        from insights.measuring import Insights
        from kb_index import postgres_memory
        from services.evidence import Shown
        from services.toolbox import now

        return cls(
            suggestions=Suggestions(engine, queue, policies),
            macros=Macros(engine, Shown(indexer) if indexer else None),
            activity=Activity(engine),
            insights=Insights(engine),
            staff=Staff(engine, policies),
            workspace=Workspace(engine, queue, policies),
            keys=Keys(engine),
            signing_in=SigningIn(engine),
            visitors=Visitors(engine),
            audit=Audit(engine),
            webhooks=Webhooks(engine, Sender(outbound or Outbound()).check),
            mails=Mails(engine, queue, policies, thanks.heard),
            deliveries=Deliveries(engine, queue),
            attendance=Attendance(engine, now),
            rights=DataRights(engine, queue, policies, postgres_memory.forgetting),
            tallies=Tallies(engine),
            monitor=Monitor(engine),
        )


@asynccontextmanager
async def open_doors(settings: Settings, brand: BrandId = DEFAULT_BRAND) -> AsyncIterator[Doors]:
    """Yield the doors alone; they need the database only, so they open beside a running server as well as without one.

    Raises UnknownBrand.
    """
    from database.database import open_database
    from desk import brands
    from desk.policies import Policies
    from desk.queue import Queue

    url = settings.database_url.get_secret_value() if settings.database_url else None
    async with open_database(url, settings.data) as database, Queue(database.conninfo) as queue:
        async with database.engine.connect() as connection:
            await brands.require(connection, brand)
        yield Doors.on(database.engine, queue, Policies(database.engine, pages.texts(settings.policy)))
