"""Teammates: who works at the desk, when, and whether they are there."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api import examples, problems
from api.access import Access, access, access_presence
from api.idempotency import Once, once
from api.inputs import Id, Moment, Name
from api.ports import Services, services
from api.shapes import teammates as shapes
from api.shapes.teammates import Being, Left, Person, Plan, Shifts, ShownShift, ShownTeammate, Teammates, Unplanned
from domain.ids import TeammateId

router = APIRouter(tags=["teammates"])

Worker = Annotated[Access, Depends(access("tickets", "staff"))]
Lead = Annotated[Access, Depends(access("staff"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]
Named = Annotated[Id, Path(description="The teammate's id.", examples=["tea_4f1c"])]
UNKNOWN = problems.may_end_in(problems.Unknown)


@router.get("/v1/teammates", summary="Who works here", responses=examples.answers(200, shapes.TEAMMATES))
async def list_teammates(
    caller: Worker, house: House, team: Annotated[Name | None, Query(description="Only the people of a team.")] = None
) -> Teammates:
    """Return the people of the brand by name, with how many tickets they work on."""
    found = await house.doors.staff.teammates(caller.brand, team)
    return Teammates(teammates=[ShownTeammate.of(teammate, load) for teammate, load in found])


@router.post(
    "/v1/teammates", summary="Add a teammate", status_code=201, responses=examples.answers(201, shapes.TEAMMATE)
)
async def add_teammate(said: Person, caller: Lead, house: House, answer: Answering) -> ShownTeammate:
    """Add a teammate, who is away until they say otherwise; an address belongs to one teammate of a brand."""

    async def add() -> ShownTeammate:
        added = await house.doors.staff.add(caller.brand, said.profile(), house.context.now(), caller.caller)
        return ShownTeammate.of(added, 0)

    return await answer(ShownTeammate, add)


@router.put(
    "/v1/teammates/{teammate}",
    summary="Change a teammate",
    responses=examples.answers(200, shapes.TEAMMATE) | UNKNOWN,
)
async def change_teammate(
    teammate: Named, said: Person, caller: Lead, house: House, answer: Answering
) -> ShownTeammate:
    """Say anew who somebody is and what they can do; the tickets they have stay theirs."""

    async def change() -> ShownTeammate:
        who, now = TeammateId(teammate), house.context.now()
        return ShownTeammate.of(*await house.doors.staff.change(caller.brand, who, said.profile(), now, caller.caller))

    return await answer(ShownTeammate, change)


@router.delete(
    "/v1/teammates/{teammate}", summary="Let a teammate leave", responses=examples.answers(200, shapes.LEFT) | UNKNOWN
)
async def let_leave(teammate: Named, caller: Lead, house: House, answer: Answering) -> Left:
    """Let a teammate leave: others get their tickets within seconds, and their address is free again."""

    async def leave() -> Left:
        await house.doors.staff.leave(caller.brand, TeammateId(teammate), house.context.now(), caller.caller)
        return Left(id=teammate)

    return await answer(Left, leave)


@router.put(
    "/v1/teammates/{teammate}/presence",
    summary="Be there, on a break or away",
    responses=examples.answers(200, shapes.TEAMMATE) | UNKNOWN,
)
async def change_presence(
    teammate: Named, said: Being, caller: Worker, house: House, answer: Answering
) -> ShownTeammate:
    """Say whether a teammate is there; only who is available is given tickets, and what waits comes within seconds."""

    async def change() -> ShownTeammate:
        who, now = access_presence(caller, teammate), house.context.now()
        return ShownTeammate.of(*await house.doors.staff.be(caller.brand, who, said.presence, now))

    return await answer(ShownTeammate, change)


@router.get("/v1/shifts", summary="Who is planned when", responses=examples.answers(200, shapes.SHIFTS))
async def list_shifts(
    caller: Worker,
    house: House,
    since: Annotated[Moment | None, Query(description="Now, where left out.")] = None,
    days: Annotated[int, Query(ge=1, le=62, description="How many days from then on.")] = 7,
    teammate: Annotated[Id | None, Query(description="Only those of one teammate.")] = None,
) -> Shifts:
    """Return the shifts that touch a span of time, the earliest first."""
    start = since or house.context.now()
    whose = TeammateId(teammate) if teammate else None
    found = await house.doors.staff.shifts(caller.brand, start, start + timedelta(days=days), whose)
    return Shifts(shifts=[ShownShift.of(shift) for shift in found])


@router.post(
    "/v1/teammates/{teammate}/shifts",
    summary="Plan a shift",
    status_code=201,
    responses=examples.answers(201, shapes.SHIFT) | UNKNOWN,
)
async def plan_shift(teammate: Named, said: Plan, caller: Lead, house: House, answer: Answering) -> ShownShift:
    """Plan a shift. Who has one within a week works by shifts, everybody else in the hours of their team."""

    async def plan() -> ShownShift:
        door = house.doors.staff
        return ShownShift.of(await door.plan(caller.brand, TeammateId(teammate), **vars(said)))

    return await answer(ShownShift, plan)


@router.delete(
    "/v1/shifts/{shift}", summary="Take a shift back", responses=examples.answers(200, shapes.UNPLANNED) | UNKNOWN
)
async def unplan_shift(
    shift: Annotated[int, Path(ge=1, lt=2**63, examples=[17])], caller: Lead, house: House, answer: Answering
) -> Unplanned:
    """Take a planned shift back."""

    async def unplan() -> Unplanned:
        await house.doors.staff.unplan(caller.brand, shift)
        return Unplanned(id=shift)

    return await answer(Unplanned, unplan)
