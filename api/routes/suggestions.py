"""Suggestions: the drafts that wait for a teammate to approve, edit or reject them."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from api import examples, problems
from api.access import Access, access
from api.idempotency import Once, once
from api.inputs import Id
from api.ports import Services, services
from api.shapes import suggestions as shapes
from api.shapes.suggestions import Decided, Edited, Rejected, ShownSuggestion, Suggestions
from domain.ids import CaseId
from engines.engine import EngineError
from evals.given import Checking, Given

router = APIRouter(tags=["tickets"])

Worker = Annotated[Access, Depends(access("tickets"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]
Named = Annotated[Id, Path(description="The case that suggested it.", examples=["cas_7a10"])]
REFUSED = problems.may_end_in(problems.Unknown, problems.Settled)


@router.get("/v1/suggestions", summary="What waits for a decision", responses=examples.answers(200, shapes.WAITING))
async def list_suggestions(
    caller: Worker, house: House, limit: Annotated[int, Query(ge=1, le=200, description="The most to return.")] = 50
) -> Suggestions:
    """Return the drafts that nobody has decided on, the oldest first."""
    found = await house.doors.suggestions.waiting(caller.brand, limit)
    return Suggestions(suggestions=[ShownSuggestion.of(one) for one in found])


@router.get(
    "/v1/suggestions/{case}",
    summary="Read a suggestion",
    responses=examples.answers(200, shapes.EDITED) | problems.may_end_in(problems.Unknown),
)
async def get_suggestion(case: Named, caller: Worker, house: House) -> ShownSuggestion:
    """Return a draft and what became of it."""
    return ShownSuggestion.of(await house.doors.suggestions.find(caller.brand, CaseId(case)))


@router.post(
    "/v1/suggestions/{case}/approve",
    summary="Send it as it is",
    responses=examples.answers(200, shapes.APPROVED) | REFUSED,
)
async def approve_suggestion(
    case: Named, said: Decided, caller: Worker, house: House, answer: Answering
) -> ShownSuggestion:
    """Have a draft sent when `send_at` has come; until then it can be undone. Approving again changes nothing."""

    async def approve() -> ShownSuggestion:
        undo = await _undo(house, caller)
        door = house.doors.suggestions
        return ShownSuggestion.of(
            await door.approve(caller.brand, CaseId(case), caller.acting(said.teammate), house.context.now(), undo)
        )

    return await answer(ShownSuggestion, approve)


@router.post(
    "/v1/suggestions/{case}/edit",
    summary="Send it in other words",
    responses=examples.answers(200, shapes.EDITED) | REFUSED,
)
async def edit_suggestion(
    case: Named, said: Edited, caller: Worker, house: House, answer: Answering
) -> ShownSuggestion:
    """Have a teammate's version sent; it is checked again, and `advice` says what the checker thinks.

    The advice holds nothing up: the teammate knows better.
    """

    async def edit() -> ShownSuggestion:
        await house.doors.suggestions.find(caller.brand, CaseId(case))
        undo = await _undo(house, caller)
        advice = await _advice(house, caller, CaseId(case), said.text)
        door = house.doors.suggestions
        who, at = caller.acting(said.teammate), house.context.now()
        return ShownSuggestion.of(await door.edit(caller.brand, CaseId(case), who, said.text, at, undo, advice))

    return await answer(ShownSuggestion, edit)


@router.post(
    "/v1/suggestions/{case}/reject",
    summary="Drop it",
    responses=examples.answers(200, shapes.REJECTED) | REFUSED,
)
async def reject_suggestion(
    case: Named, said: Rejected, caller: Worker, house: House, answer: Answering
) -> ShownSuggestion:
    """Drop a draft for a reason; the ticket waits for a teammate's own words."""

    async def reject() -> ShownSuggestion:
        door, who, at = house.doors.suggestions, caller.acting(said.teammate), house.context.now()
        return ShownSuggestion.of(await door.reject(caller.brand, CaseId(case), who, said.reason, said.comment, at))

    return await answer(ShownSuggestion, reject)


@router.post(
    "/v1/suggestions/{case}/undo",
    summary="Take the decision back",
    responses=examples.answers(200, shapes.SUGGESTION) | REFUSED,
)
async def undo_suggestion(
    case: Named, said: Decided, caller: Worker, house: House, answer: Answering
) -> ShownSuggestion:
    """Let a draft wait again, as long as nothing was sent."""

    async def undo() -> ShownSuggestion:
        door, who, at = house.doors.suggestions, caller.acting(said.teammate), house.context.now()
        return ShownSuggestion.of(await door.undo(caller.brand, CaseId(case), who, at))

    return await answer(ShownSuggestion, undo)


async def _undo(house: Services, caller: Access) -> timedelta:
    policy = (await house.ports(caller.brand)).policy
    return timedelta(seconds=policy.waits.undo_seconds)


async def _advice(house: Services, caller: Access, case: CaseId, text: str) -> list[dict[str, Any]]:
    """Return what the checker says of a text for a case; without an answer of the checker, nothing."""
    context = await house.ports(caller.brand)
    decision = await house.desk.decision(case)
    if decision is None:
        return []
    question = "\n".join(ask.text for ask in decision.asks)
    given = Given(question, text, evidence=tuple(found.text for found in decision.evidence))
    try:
        marks = await Checking(context.embedded, context.policy, context.now).mark(given)
    except EngineError:
        return []
    return [vars(mark) for mark in marks.marks]
