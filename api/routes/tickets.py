"""Tickets: lists, search, and everything that teammates and other programs do with one."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Query, Request

from api import examples, problems, quotas
from api.access import Access, access
from api.idempotency import Once, once
from api.inputs import Id, Name, Storable
from api.ports import Services, services
from api.shapes import tickets as shapes
from api.shapes.tickets import (
    Asking,
    Changing,
    FoundTickets,
    HandingBack,
    Merging,
    Noting,
    Replying,
    SaidMore,
    ShownMessage,
    ShownTicket,
    Splitting,
    Stored,
    TicketPage,
    Views,
    WholeTicket,
)
from desk.desk import Incoming
from desk.editing import Edit
from desk.views import Asked, Order, View
from domain.ids import CustomerId, MessageId, TeammateId, TicketId

router = APIRouter(tags=["tickets"])

Worker = Annotated[Access, Depends(access("tickets"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]
Named = Annotated[Id, Path(description="The ticket's id.", examples=["tic_9c2e"])]
Mine = Annotated[
    Id | None, Query(description="Whose the view `mine` is; your own, where you are signed in.", examples=["tea_4f1c"])
]
UNKNOWN = problems.may_end_in(problems.Unknown)
REFUSED = problems.may_end_in(problems.Unknown, problems.Settled)


@router.get("/v1/tickets", summary="List a view", responses=examples.answers(200, shapes.PAGE))
async def list_tickets(
    caller: Worker,
    house: House,
    view: Annotated[View, Query(description="Which tickets; without `done` and `all`, only open ones.")] = "open",
    order: Annotated[Order, Query(description="The newest, or those first whose clocks end first.")] = "newest",
    teammate: Mine = None,
    team: Annotated[Name | None, Query(description="Only those of a team.")] = None,
    tag: Annotated[Name | None, Query(description="Only those with this tag.")] = None,
    customer: Annotated[Id | None, Query(description="Only those of a customer.")] = None,
    after: Annotated[Storable | None, Query(max_length=1000, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="The most to return.")] = 50,
) -> TicketPage:
    """Return the tickets of a view, page by page."""
    asked = Asked(
        caller.brand,
        view,
        order,
        TeammateId(teammate) if teammate else caller.teammate,
        team,
        tag,
        CustomerId(customer) if customer else None,
    )
    return TicketPage.of(await house.doors.workspace.page(asked, house.context.now(), after, limit))


@router.get("/v1/views", summary="Count the views", responses=examples.answers(200, shapes.COUNTS))
async def count_views(caller: Worker, house: House, teammate: Mine = None) -> Views:
    """Return how many open tickets each view holds."""
    whose = TeammateId(teammate) if teammate else caller.teammate
    return Views(views=await house.doors.workspace.counts(caller.brand, house.context.now(), whose))


@router.get("/v1/tickets/search", summary="Search tickets", responses=examples.answers(200, shapes.HITS))
async def search_tickets(
    caller: Worker,
    house: House,
    query: Annotated[
        Storable,
        Query(min_length=1, max_length=500, description='Words; "quoted ones" together, -this one not. Or an id.'),
    ],
    limit: Annotated[int, Query(ge=1, le=100, description="The most to return.")] = 20,
) -> FoundTickets:
    """Return the tickets whose messages, notes or subject hold all the words, best first.

    A ticket's or a customer's id, and a customer's address, find theirs too.
    """
    return FoundTickets.of(await house.doors.workspace.search(caller.brand, query.strip(), limit))


@router.post(
    "/v1/tickets", summary="Open a ticket", status_code=202, responses=examples.answers(202, shapes.STORED, "Stored")
)
async def open_ticket(said: Asking, request: Request, caller: Worker, house: House, answer: Answering) -> Stored:
    """Store what a customer asks, as a ticket; the bot answers it, or a person gets it."""

    async def receive() -> Stored:
        await quotas.take_message(request, caller, house)
        customer = CustomerId(said.customer) if said.customer else None
        incoming = Incoming(caller.brand, said.text, said.channel, None, customer, said.language, origin=answer.origin)
        received = await house.desk.receive(incoming, house.context.now())
        return Stored(ticket=received.ticket, message=received.message)

    return await answer(Stored, receive)


@router.post(
    "/v1/tickets/{ticket}/messages",
    summary="The customer says more",
    status_code=202,
    responses=examples.answers(202, shapes.STORED, "Stored") | UNKNOWN,
)
async def add_message(
    ticket: Named, said: SaidMore, request: Request, caller: Worker, house: House, answer: Answering
) -> Stored:
    """Store what a customer says in a ticket of theirs; one that is done is opened again."""

    async def receive() -> Stored:
        await quotas.take_message(request, caller, house)
        opened = await house.doors.workspace.open(caller.brand, TicketId(ticket))
        place = opened.ticket
        incoming = Incoming(caller.brand, said.text, place.channel, place.id, origin=answer.origin)
        received = await house.desk.receive(incoming, house.context.now())
        return Stored(ticket=received.ticket, message=received.message)

    return await answer(Stored, receive)


@router.get("/v1/tickets/{ticket}", summary="Read a ticket", responses=examples.answers(200, shapes.WHOLE) | UNKNOWN)
async def get_ticket(ticket: Named, caller: Worker, house: House) -> WholeTicket:
    """Return a ticket with all that was said in it, notes among them, its clocks and its files."""
    return WholeTicket.whole(await house.doors.workspace.open(caller.brand, TicketId(ticket)))


@router.patch(
    "/v1/tickets/{ticket}", summary="Change a ticket", responses=examples.answers(200, shapes.TICKET) | REFUSED
)
async def change_ticket(ticket: Named, said: Changing, caller: Worker, house: House, answer: Answering) -> ShownTicket:
    """Change what is named, all of it or nothing; the ticket's clocks and its team's people follow."""

    async def change() -> ShownTicket:
        wanted = {name: getattr(said, name) for name in said.model_fields_set - {"by"}}
        kept = {name: value for name, value in wanted.items() if value is not None or name == "problem"}
        door, by, now = house.doors.workspace, caller.acting(said.by), house.context.now()
        return ShownTicket.of(await door.edit(caller.brand, TicketId(ticket), cast(Edit, kept), by, now))

    return await answer(ShownTicket, change)


@router.post(
    "/v1/tickets/{ticket}/replies",
    summary="Reply to the customer",
    status_code=201,
    responses=examples.answers(201, shapes.MESSAGE) | REFUSED,
)
async def reply(ticket: Named, said: Replying, caller: Worker, house: House, answer: Answering) -> ShownMessage:
    """Send a teammate's words; the bot is silent in this ticket until it is handed back."""

    async def send() -> ShownMessage:
        door, by, now = house.doors.workspace, caller.acting(said.by), house.context.now()
        told = await door.reply(caller.brand, TicketId(ticket), said.text, by, now, said.then, answer.origin)
        return ShownMessage.of(told)

    return await answer(ShownMessage, send)


@router.post(
    "/v1/tickets/{ticket}/notes",
    summary="Leave a note",
    status_code=201,
    responses=examples.answers(201, shapes.NOTE) | UNKNOWN,
)
async def add_note(ticket: Named, said: Noting, caller: Worker, house: House, answer: Answering) -> ShownMessage:
    """Keep a note among teammates; no customer sees it and no bot reads it."""

    async def note() -> ShownMessage:
        door, by, now = house.doors.workspace, caller.acting(said.by), house.context.now()
        return ShownMessage.of(await door.note(caller.brand, TicketId(ticket), said.text, by, now))

    return await answer(ShownMessage, note)


@router.post(
    "/v1/tickets/{ticket}/merge",
    summary="Merge it into another",
    responses=examples.answers(200, shapes.TICKET) | REFUSED,
)
async def merge_ticket(ticket: Named, said: Merging, caller: Worker, house: House, answer: Answering) -> ShownTicket:
    """Let a ticket go on in another of the same customer, and return that; what was said is there in order."""

    async def merge() -> ShownTicket:
        door, by, now = house.doors.workspace, caller.acting(said.by), house.context.now()
        return ShownTicket.of(await door.merge(caller.brand, TicketId(ticket), TicketId(said.into), by, now))

    return await answer(ShownTicket, merge)


@router.post(
    "/v1/tickets/{ticket}/split",
    summary="Make two of it",
    status_code=201,
    responses=examples.answers(201, shapes.TICKET) | REFUSED,
)
async def split_ticket(ticket: Named, said: Splitting, caller: Worker, house: House, answer: Answering) -> ShownTicket:
    """Let a message of the customer and all after it become a ticket of their own, and return that."""

    async def split() -> ShownTicket:
        door, by, now = house.doors.workspace, caller.acting(said.by), house.context.now()
        return ShownTicket.of(await door.split(caller.brand, TicketId(ticket), MessageId(said.message), by, now))

    return await answer(ShownTicket, split)


@router.post(
    "/v1/tickets/{ticket}/hand-back",
    summary="Let the bot answer again",
    responses=examples.answers(200, shapes.TICKET) | UNKNOWN,
)
async def hand_back(ticket: Named, said: HandingBack, caller: Worker, house: House, answer: Answering) -> ShownTicket:
    """Let the bot answer what the customer writes from now on."""

    async def hand() -> ShownTicket:
        door, by, now = house.doors.workspace, caller.acting(said.by), house.context.now()
        return ShownTicket.of(await door.hand_back(caller.brand, TicketId(ticket), by, now))

    return await answer(ShownTicket, hand)
