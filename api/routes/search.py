"""Search the help center."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api import examples, problems
from api.access import Access, access
from api.inputs import SearchRequest
from api.outputs import Found
from api.ports import Services, services
from domain.ids import SearchId
from domain.search import Query, Results

router = APIRouter(tags=["search"])


@router.post(
    "/v1/search",
    summary="Search the articles",
    responses=examples.answers(200, examples.FOUND) | problems.may_end_in(problems.Unknown),
)
async def search(
    wanted: SearchRequest,
    caller: Annotated[Access, Depends(access("search"))],
    house: Annotated[Services, Depends(services)],
) -> Found:
    """Return the articles that bear on a question, best first, with the passages that earned them their place.

    Windows in which people search say who does with `record`, and later what became of it: see
    `POST /v1/searches/{search}/end`. Programs leave it out, and nothing is kept.
    """
    if wanted.audience == "teammate" and caller.audience != "teammate":
        raise problems.Forbidden("Internal articles take a key with the scope 'articles'; leave `audience` out.")
    query = Query(wanted.query, caller.brand, wanted.audience, wanted.language, wanted.limit)
    found = await house.context.index.search(query)
    return Found.of(found, await _record(wanted, found, caller, house))


async def _record(wanted: SearchRequest, found: Results, caller: Access, house: Services) -> SearchId | None:
    """Keep a search that somebody made, and return its id."""
    if wanted.record is None:
        return None
    shown = [hit.article for hit in found.hits]
    before = SearchId(wanted.instead_of) if wanted.instead_of else None
    door, now = house.doors.activity, house.context.now()
    return await door.searched(caller.brand, wanted.record, wanted.query, shown, now, caller.customer, before)
