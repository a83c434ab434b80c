"""Whether everything a request needs answers in time."""

import asyncio

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.outputs import Readiness
from api.ports import Services
from domain.ids import DEFAULT_BRAND

PATIENCE_S = 3.0


async def of(house: Services) -> Readiness:
    """Return what is wrong with each part, nothing where it answers, and how many articles a customer can be shown."""
    faults: dict[str, str] = {}
    articles = None
    if not house.worker_alive():
        faults["worker"] = "stopped; restart the process"
    try:
        async with asyncio.timeout(PATIENCE_S):
            articles = await house.articles.indexed(DEFAULT_BRAND, "customer")
    except (DBAPIError, PoolTimeout, OSError) as error:
        faults["database"] = f"does not answer ({type(error).__name__})"
    except TimeoutError:
        faults["database"] = f"did not answer within {PATIENCE_S:g} s"
    return Readiness(ready=not faults, articles=articles, faults=faults)
