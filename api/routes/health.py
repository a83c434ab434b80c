"""Tell whoever runs this process whether it is well."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api import examples, readiness
from api.outputs import Health, Readiness
from api.ports import Services, services

router = APIRouter(tags=["health"])


@router.get(
    "/healthz",
    summary="Is the process alive?",
    responses=examples.answers(200, examples.HEALTH) | {503: {"model": Health, "description": "The worker stopped"}},
)
async def healthz(response: Response, house: Annotated[Services, Depends(services)]) -> Health:
    """Say whether the process and its worker live; asks no store, so it is cheap. Restart the process on 503."""
    if house.worker_alive():
        return Health(status="alive")
    response.status_code = 503
    return Health(status="worker stopped")


@router.get(
    "/readyz",
    summary="Is it ready to serve?",
    responses=examples.answers(200, examples.READINESS) | {503: {"model": Readiness, "description": "Not ready yet"}},
)
async def readyz(response: Response, house: Annotated[Services, Depends(services)]) -> Readiness:
    """Ask the stores and the worker. `faults` says for each what is wrong; send no traffic while there are any."""
    found = await readiness.of(house)
    response.status_code = 200 if found.ready else 503
    return found
