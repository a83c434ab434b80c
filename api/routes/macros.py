"""Macros: the replies that a team saved."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api import examples, problems
from api.access import Access, access
from api.idempotency import Once, once
from api.inputs import Id
from api.ports import Services, services
from api.shapes import macros as shapes
from api.shapes.macros import ChangedMacro, Deleted, Filled, Filling, Macros, NewMacro, ShownMacro
from desk.work.macros import Macro
from domain.ids import MacroId, TicketId

router = APIRouter(tags=["tickets"])

Worker = Annotated[Access, Depends(access("tickets"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]
Named = Annotated[Id, Path(description="The macro's id.", examples=["mac_1b9d"])]
UNKNOWN = problems.may_end_in(problems.Unknown)


@router.get("/v1/macros", summary="The saved replies", responses=examples.answers(200, shapes.MACROS))
async def list_macros(caller: Worker, house: House) -> Macros:
    """Return the macros of the brand, the most used first."""
    return Macros(macros=[_shown(macro) for macro in await house.doors.macros.of(caller.brand)])


@router.post("/v1/macros", summary="Save a reply", status_code=201, responses=examples.answers(201, shapes.MACRO))
async def add_macro(said: NewMacro, caller: Worker, house: House, answer: Answering) -> ShownMacro:
    """Save a reply under a name that no other has."""

    async def add() -> ShownMacro:
        made = vars(said)
        return _shown(await house.doors.macros.add(caller.brand, now=house.context.now(), **made))

    return await answer(ShownMacro, add)


@router.patch("/v1/macros/{macro}", summary="Change it", responses=examples.answers(200, shapes.MACRO) | UNKNOWN)
async def change_macro(macro: Named, said: ChangedMacro, caller: Worker, house: House, answer: Answering) -> ShownMacro:
    """Change what is named; the rest stays."""

    async def change() -> ShownMacro:
        columns = said.model_dump(exclude_none=True)
        return _shown(await house.doors.macros.change(caller.brand, MacroId(macro), house.context.now(), **columns))

    return await answer(ShownMacro, change)


@router.delete("/v1/macros/{macro}", summary="Delete it", responses=examples.answers(200, shapes.DELETED) | UNKNOWN)
async def delete_macro(macro: Named, caller: Worker, house: House, answer: Answering) -> Deleted:
    """Take a macro away; its name is free again."""

    async def delete() -> Deleted:
        await house.doors.macros.delete(caller.brand, MacroId(macro), house.context.now())
        return Deleted(id=macro)

    return await answer(Deleted, delete)


@router.post(
    "/v1/macros/{macro}/fill", summary="Use it in a ticket", responses=examples.answers(200, shapes.FILLED) | UNKNOWN
)
async def fill_macro(macro: Named, said: Filling, caller: Worker, house: House, answer: Answering) -> Filled:
    """Return the macro as it reads in a ticket; nothing is sent, its use is counted."""

    async def fill() -> Filled:
        ticket, teammate = TicketId(said.ticket), caller.acting(said.teammate)
        rendered = house.doors.macros.render(caller.brand, MacroId(macro), ticket, teammate, house.context.now())
        return Filled(text=await rendered)

    return await answer(Filled, fill)


def _shown(macro: Macro) -> ShownMacro:
    return ShownMacro.model_validate(macro, from_attributes=True)
