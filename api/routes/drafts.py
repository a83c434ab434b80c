"""Draft a reply without sending it."""

from typing import Annotated

from fastapi import APIRouter, Depends

import graph
from api import examples
from api.access import Access, access
from api.inputs import DraftRequest
from api.ports import Services, services
from domain import ids
from domain.decisions import Decision
from domain.ids import CaseId
from domain.turns import Turn

router = APIRouter(tags=["drafts"])


@router.post("/v1/drafts", summary="Draft a reply", responses=examples.answers(200, examples.DECISION))
async def draft(
    said: DraftRequest,
    caller: Annotated[Access, Depends(access("drafts"))],
    house: Annotated[Services, Depends(services)],
) -> Decision:
    """Take one customer's turn through the hub and return its decision; nothing is stored or sent.

    `outcome` says what would happen: `answered` would be sent, `suggested` would wait for a teammate, `handed_over`
    would go to a person, with everything found so far in `handover`.
    """
    case = CaseId(ids.new("cas"))
    turn = Turn(case, caller.brand, said.text, said.utterances, "api", said.language)
    return await graph.handle(turn, await house.ports(caller.brand))
