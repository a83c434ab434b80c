"""Alerts: who was told that a ticket needs somebody, and whether they have seen it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from database.work import alerts
from desk import events
from desk.errors import UnknownAlert
from domain.ids import BrandId, TeammateId, TicketId

Cause = Literal["half", "at_risk", "breached", "grave", "unanswered", "undelivered", "follow_up_due"]
COORDINATION = "coordination"  # the team that keeps the overview


@dataclass(frozen=True)
class Alert:
    """What somebody was told about a ticket, or about one of its clocks; `step` says how far up the escalation path.

    `told` is a teammate's id, a team or the address of its lead.
    """

    id: int
    brand: BrandId
    ticket: TicketId
    cause: Cause
    step: int
    told: str
    created_at: datetime
    seen_at: datetime | None
    seen_by: TeammateId | None
    clock: int | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the alert of a row of its table."""
        return cls(**row._mapping)


async def tell(
    connection: AsyncConnection,
    brand: BrandId,
    ticket: TicketId,
    cause: Cause,
    told: str,
    now: datetime,
    step: int = 0,
    clock: int | None = None,
) -> bool:
    """Tell a team, a teammate by id or a lead by address; False when they were told this before."""
    row = {"brand": brand, "ticket": ticket, "cause": cause, "step": step, "told": told, "clock": clock}
    return await _tell(connection, row, now, insert(alerts).on_conflict_do_nothing())


async def tell_again(
    connection: AsyncConnection, brand: BrandId, ticket: TicketId, cause: Cause, told: str, now: datetime
) -> bool:
    """Tell somebody of a ticket as often as it happens; False while they have not seen what they were told before."""
    row = {"brand": brand, "ticket": ticket, "cause": cause, "step": 0, "told": told}
    anew = insert(alerts).on_conflict_do_update(
        index_elements=["ticket", "cause", "step", "told"],
        index_where=alerts.c.clock.is_(None),
        set_={"created_at": now, "seen_at": None, "seen_by": None},
        where=alerts.c.seen_at.is_not(None),
    )
    return await _tell(connection, row, now, anew)


async def _tell(connection: AsyncConnection, row: Mapping[str, Any], now: datetime, told: Insert) -> bool:
    new = told.values(**row, created_at=now).returning(alerts.c.id)
    alert = (await connection.execute(new)).scalar()
    if alert is None:
        return False
    facts = {"alert": alert, "cause": row["cause"], "step": row["step"], "by": "desk"}
    await events.record(connection, row["brand"], row["ticket"], "alert_raised", now, **facts)
    return True


async def of(connection: AsyncConnection, ticket: TicketId) -> list[Alert]:
    """Return who was told of a ticket, in order."""
    rows = await connection.execute(select(alerts).where(alerts.c.ticket == ticket).order_by(alerts.c.id))
    return [Alert.of(row) for row in rows]


async def unseen(connection: AsyncConnection, brand: BrandId, told: Collection[str], limit: int) -> list[Alert]:
    """Return what nobody has seen of that which these names were told, the newest first."""
    theirs = (alerts.c.brand == brand) & alerts.c.told.in_(told) & alerts.c.seen_at.is_(None)
    rows = await connection.execute(select(alerts).where(theirs).order_by(alerts.c.id.desc()).limit(limit))
    return [Alert.of(row) for row in rows]


async def see(connection: AsyncConnection, brand: BrandId, alert: int, teammate: TeammateId, now: datetime) -> Alert:
    """Note that a teammate has seen an alert; whoever was first counts.

    Raises UnknownAlert.
    """
    chosen = (alerts.c.id == alert) & (alerts.c.brand == brand)
    first = update(alerts).where(chosen, alerts.c.seen_at.is_(None)).values(seen_at=now, seen_by=teammate)
    newly = (await connection.execute(first.returning(alerts.c.id))).first()
    row = (await connection.execute(select(alerts).where(chosen))).one_or_none()
    if row is None:
        raise UnknownAlert(f"brand {brand!r} has no alert {alert!r}: the list of unseen alerts shows their numbers")
    if newly:
        await events.record(
            connection, brand, row.ticket, "alert_seen", now, by=teammate, alert=row.id, cause=row.cause
        )
    return Alert.of(row)


async def was_seen(connection: AsyncConnection, clock: int, cause: Cause) -> bool:
    """Say whether anybody has seen what a clock told for a cause."""
    seen = select(func.count()).where(alerts.c.clock == clock, alerts.c.cause == cause, alerts.c.seen_at.is_not(None))
    return bool((await connection.execute(seen)).scalar_one())
