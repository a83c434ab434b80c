"""Insights: how the desk is doing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api import examples
from api.access import Access, access
from api.inputs import Moment
from api.ports import Services, services
from api.shapes import insights as shapes
from api.shapes.insights import Kpis
from insights.kpi import Period

router = APIRouter(tags=["insights"])


@router.get("/v1/insights/kpis", summary="The KPIs of a period", responses=examples.answers(200, shapes.KPIS))
async def list_kpis(
    caller: Annotated[Access, Depends(access("insights"))],
    house: Annotated[Services, Depends(services)],
    days: Annotated[int, Query(ge=1, le=366, description="How long the period is.")] = 28,
    end: Annotated[Moment | None, Query(description="When it ends; now, where left out.")] = None,
) -> Kpis:
    """Return each KPI with its target, the period of the same length before, and what it leaves out."""
    now = house.context.now()
    policy = (await house.ports(caller.brand)).policy
    period = Period.last(days, end or now)
    return Kpis.of(period, await house.doors.insights.kpis(caller.brand, period, policy.kpis, policy.cost, now))
