"""Whether everything a request needs answers in time."""

import asyncio

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.outputs import Readiness, ShownBuilding
from api.ports import Services
from domain.ids import DEFAULT_BRAND
from kb_index.editions import Building

PATIENCE_S = 3.0


async def of(house: Services) -> Readiness:
    """Return what is wrong with each part, nothing where it answers, and how many articles a customer can be shown."""
    faults: dict[str, str] = {}
    articles, building = None, None
    if not house.worker_alive():
        faults["worker"] = "stopped; restart the process"
    try:
        async with asyncio.timeout(PATIENCE_S):
            articles = await house.articles.indexed(DEFAULT_BRAND, "customer")
            building = _shown(await house.building())
    except (DBAPIError, PoolTimeout, OSError) as error:
        faults["database"] = f"does not answer ({type(error).__name__})"
    except TimeoutError:
        faults["database"] = f"did not answer within {PATIENCE_S:g} s"
    return Readiness(ready=not faults, articles=articles, faults=faults, building=building)


def _shown(building: Building | None) -> ShownBuilding | None:
    if building is None:
        return None
    done, total = building.progress.done, building.progress.total
    return ShownBuilding(embedder=building.embedder, answering=building.answering, done=done, total=total)
