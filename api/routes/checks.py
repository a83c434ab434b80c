"""Mark a reply that somebody wrote."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api import examples, problems
from api.access import Access, access
from api.inputs import CheckRequest
from api.outputs import Marked
from api.ports import Services, services
from engines.engine import EngineError
from evals.given import Checking

router = APIRouter(tags=["evals"])


@router.post(
    "/v1/checks",
    summary="Mark a reply",
    responses=examples.answers(200, examples.MARKED) | problems.may_end_in(problems.Unavailable),
)
async def check(
    said: CheckRequest,
    caller: Annotated[Access, Depends(access("evals", "drafts"))],
    house: Annotated[Services, Depends(services)],
) -> Marked:
    """Mark a reply, whoever wrote it, part by part, with the sentence that earned each mark; nothing is stored.

    The marks come from simple rules and the embedded engine, never from the model that may have drafted the reply.
    """
    context = await house.ports(caller.brand)
    try:
        marks = await Checking(context.embedded, context.policy, context.now).mark(said.given)
    except EngineError as error:
        raise problems.Unavailable("The checker gave no marks; try again in a moment.") from error
    return Marked.model_validate(marks, from_attributes=True)
