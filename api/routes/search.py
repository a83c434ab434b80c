"""Search the help center."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api import examples, problems
from api.access import Access, access
from api.inputs import SearchRequest
from api.outputs import Found
from api.ports import Services, services
from domain.search import Query

router = APIRouter(tags=["search"])


@router.post("/v1/search", summary="Search the articles", responses=examples.answers(200, examples.FOUND))
async def search(
    wanted: SearchRequest,
    caller: Annotated[Access, Depends(access("search"))],
    house: Annotated[Services, Depends(services)],
) -> Found:
    """Return the articles that bear on a question, best first, with the passages that earned them their place."""
    if wanted.audience == "teammate" and caller.audience != "teammate":
        raise problems.Forbidden("Internal articles take a key with the scope 'articles'; leave `audience` out.")
    query = Query(wanted.query, caller.brand, wanted.audience, wanted.language, wanted.limit)
    return Found.of(await house.context.index.search(query))
