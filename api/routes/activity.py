"""What people do, told by their windows; the KPIs rest on it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api import examples, problems
from api.access import Access, access, access_conversation
from api.idempotency import Once, once
from api.inputs import Id
from api.ports import Services, services
from api.shapes import activity as shapes
from api.shapes.activity import Looks, Mark, Noted, Reading, SearchEnd, WrapUp
from domain.ids import ArticleId, SearchId, TicketId

router = APIRouter(tags=["tickets"])

Worker = Annotated[Access, Depends(access("tickets"))]
Visitor = Annotated[Access, Depends(access("chat"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]
Named = Annotated[Id, Path(description="The conversation, as POST /v1/chat returned it.", examples=["tic_9c2e"])]
ANSWERS = examples.answers(200, shapes.NOTED) | problems.may_end_in(problems.Unknown)


@router.post("/v1/activity/focus", summary="A teammate looks at a ticket", responses=ANSWERS)
async def focus(said: Looks, caller: Worker, house: House, answer: Answering) -> Noted:
    """Note which ticket a teammate has before them, or that it is none any more.

    Say so about every minute: what lies more than two minutes apart counts as two.
    """

    async def note() -> Noted:
        door, who, at = house.doors.activity, caller.acting(said.teammate), house.context.now()
        if said.ticket is None:
            await door.leaves(caller.brand, who, at)
        else:
            await door.looks(caller.brand, who, TicketId(said.ticket), at)
        return Noted()

    return await answer(Noted, note)


@router.post("/v1/activity/wrap-up", summary="A teammate wrapped a ticket up", responses=ANSWERS)
async def wrap_up(said: WrapUp, caller: Worker, house: House, answer: Answering) -> Noted:
    """Note what a teammate spent on a ticket after leaving it."""

    async def note() -> Noted:
        who, ticket, spent = caller.acting(said.teammate), TicketId(said.ticket), timedelta(seconds=said.seconds)
        await house.doors.activity.wraps_up(caller.brand, who, ticket, spent, house.context.now())
        return Noted()

    return await answer(Noted, note)


@router.post("/v1/searches/{search}/end", summary="What became of a search", responses=ANSWERS)
async def end_search(
    search: Annotated[Id, Path(description="The search, as its answer named it.", examples=["sea_2d7e"])],
    said: SearchEnd,
    caller: Annotated[Access, Depends(access("search"))],
    house: House,
    answer: Answering,
) -> Noted:
    """Note that a result was opened, an answer was found in it, or the search was given up."""

    async def note() -> Noted:
        opened = ArticleId(said.article) if said.article else None
        await house.doors.activity.ended(caller.brand, SearchId(search), said.how, house.context.now(), opened)
        return Noted()

    return await answer(Noted, note)


@router.post("/v1/chat/{ticket}/citations", summary="A source was looked up", responses=ANSWERS)
async def open_citation(ticket: Named, said: Reading, caller: Visitor, house: House, answer: Answering) -> Noted:
    """Note that a customer looked up what a reply rests on."""

    async def note() -> Noted:
        own = await access_conversation(caller, house, ticket)
        article, at = ArticleId(said.article), house.context.now()
        await house.doors.activity.opened_citation(caller.brand, own.id, article, at)
        return Noted()

    return await answer(Noted, note)


@router.post("/v1/chat/{ticket}/rating", summary="Say how content you are", responses=ANSWERS)
async def rate(ticket: Named, said: Mark, caller: Visitor, house: House, answer: Answering) -> Noted:
    """Note a customer's mark for how the ticket was solved; a second one takes the first one's place."""

    async def note() -> Noted:
        own = await access_conversation(caller, house, ticket)
        await house.doors.activity.rated(caller.brand, own.id, said.mark, house.context.now())
        return Noted()

    return await answer(Noted, note)
