"""Assignments: whose ticket it is, who else could take it, and what is owed to its customer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api import examples, problems
from api.access import Access, access
from api.idempotency import Once, once
from api.inputs import Id
from api.ports import Services, services
from api.shapes import assignments as shapes
from api.shapes.assignments import Assignment, Candidates, Done, FollowUps, Giving, Owed, ShownFollowUp
from domain.ids import FollowUpId, TeammateId, TicketId

router = APIRouter(tags=["teammates"])

Worker = Annotated[Access, Depends(access("tickets", "staff"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]
OfTicket = Annotated[Id, Path(description="The ticket's id.", examples=["tic_9c2e"])]
UNKNOWN = problems.may_end_in(problems.Unknown)


@router.get(
    "/v1/tickets/{ticket}/candidates",
    summary="Who may take a ticket",
    responses=examples.answers(200, shapes.CANDIDATES) | UNKNOWN,
)
async def list_candidates(ticket: OfTicket, caller: Worker, house: House) -> Candidates:
    """Return who may take a ticket, best first with every point explained, and what keeps the others from it."""
    found = await house.doors.staff.candidates(caller.brand, TicketId(ticket), house.context.now())
    return Candidates.of(ticket, found)


@router.put(
    "/v1/tickets/{ticket}/assignment",
    summary="Take a ticket, give it or give it back",
    responses=examples.answers(200, shapes.ASSIGNMENT) | UNKNOWN,
)
async def give_ticket(ticket: OfTicket, said: Giving, caller: Worker, house: House, answer: Answering) -> Assignment:
    """Give a ticket to a teammate, even beyond their capacity, or back to its team, where somebody else gets it."""

    async def give() -> Assignment:
        door, by, now = house.doors.staff, caller.acting(said.by), house.context.now()
        if said.teammate is None:
            return Assignment.of(await door.give_back(caller.brand, TicketId(ticket), by, now))
        return Assignment.of(await door.give(caller.brand, TicketId(ticket), TeammateId(said.teammate), by, now))

    return await answer(Assignment, give)


@router.get("/v1/follow-ups", summary="What is owed to customers", responses=examples.answers(200, shapes.FOLLOW_UPS))
async def list_follow_ups(
    caller: Worker,
    house: House,
    owner: Annotated[Id | None, Query(description="A teammate's own, and those of their teams.")] = None,
    ticket: Annotated[Id | None, Query(description="Those of one ticket.")] = None,
    overdue: Annotated[bool, Query(description="Only those that should be done by now.")] = False,
    limit: Annotated[int, Query(ge=1, le=200, description="The most to return.")] = 50,
) -> FollowUps:
    """Return what is not done yet, whichever is due first."""
    found = await house.doors.staff.follow_ups(
        caller.brand,
        owner=TeammateId(owner) if owner else None,
        ticket=TicketId(ticket) if ticket else None,
        due_before=house.context.now() if overdue else None,
        limit=limit,
    )
    return FollowUps(follow_ups=[ShownFollowUp.of(one) for one in found])


@router.post(
    "/v1/tickets/{ticket}/follow-ups",
    summary="Owe a customer something",
    status_code=201,
    responses=examples.answers(201, shapes.FOLLOW_UP) | UNKNOWN,
)
async def add_follow_up(ticket: OfTicket, said: Owed, caller: Worker, house: House, answer: Answering) -> ShownFollowUp:
    """Put something on a teammate's list, with the time by which it is due."""

    async def add() -> ShownFollowUp:
        owner = TeammateId(said.owner) if said.owner else None
        by, now = caller.acting(said.by), house.context.now()
        door = house.doors.staff
        return ShownFollowUp.of(
            await door.follow_up(caller.brand, TicketId(ticket), said.text, said.due_at, by, now, owner)
        )

    return await answer(ShownFollowUp, add)


@router.post(
    "/v1/follow-ups/{follow_up}/done",
    summary="It is done",
    responses=examples.answers(200, shapes.FINISHED) | UNKNOWN,
)
async def finish_follow_up(
    follow_up: Annotated[Id, Path(examples=["fol_02d4"])], said: Done, caller: Worker, house: House, answer: Answering
) -> ShownFollowUp:
    """Note that a follow-up was done; saying so again changes nothing."""

    async def finish() -> ShownFollowUp:
        door, by = house.doors.staff, caller.acting(said.by)
        return ShownFollowUp.of(await door.finish(caller.brand, FollowUpId(follow_up), by, house.context.now()))

    return await answer(ShownFollowUp, finish)
