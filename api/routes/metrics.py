"""What Prometheus asks for."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api import problems
from api.access import Access, access
from api.ports import Services, refused, services
from desk.vitals import Vitals

MEDIA_TYPE = "text/plain; version=0.0.4"
PATIENCE_S = 3.0
router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    summary="What this process has done, for Prometheus",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}, "example": "deskhand_database_up 1.0"}}},
        **problems.may_end_in(problems.Unauthorized, problems.Forbidden, problems.Invalid),
    },
)
async def metrics(
    request: Request,
    house: Annotated[Services, Depends(services)],
    caller: Annotated[Access, Depends(access("metrics"))],
) -> Response:
    """Return counters of this process alone, and gauges of its database, which are the same from every process.

    It holds numbers of all brands together and nobody's words. While the database does not answer,
    `deskhand_database_up` is 0 and its other gauges are left out.
    """
    return Response(house.measures.page(await _vitals(house), refused(request)), media_type=MEDIA_TYPE)


async def _vitals(house: Services) -> Vitals | None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await house.doors.monitor.vitals()
    except (DBAPIError, PoolTimeout, OSError, TimeoutError):
        return None
