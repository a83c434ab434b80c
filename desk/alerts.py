"""Alerts: who was told that a ticket needs somebody, and whether they have seen it."""

from datetime import datetime
from typing import Literal

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.work import alerts
from domain.ids import BrandId, TicketId

Cause = Literal["half", "at_risk", "breached", "grave", "unanswered", "follow_up_due"]
COORDINATION = "coordination"  # the team that keeps the overview


async def tell(
    connection: AsyncConnection, brand: BrandId, ticket: TicketId, cause: Cause, told: str, now: datetime, step: int = 0
) -> bool:
    """Tell a team, a teammate by id or a lead by address; False when they were told this before."""
    row = {"brand": brand, "ticket": ticket, "cause": cause, "step": step, "told": told, "created_at": now}
    added = await connection.execute(insert(alerts).values(row).on_conflict_do_nothing().returning(alerts.c.id))
    return added.first() is not None
