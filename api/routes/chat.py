"""Chat with the bot: say something, follow what becomes of it, read the conversation."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api import conversation, examples, problems, quotas
from api.access import Access, access, access_conversation
from api.idempotency import Once, once
from api.inputs import ChatRequest, Id
from api.outputs import Accepted, Conversation
from api.ports import Services, services, streams
from api.streams import Streams
from desk.desk import Incoming
from desk.inbox import Origin
from desk.tickets import Ticket

NOTICE = "You are talking to a bot, not a person. You can ask for a person at any time."
NEWEST = 2**63 - 1  # the largest id that the database knows
RETRY_MS = 2000  # how long a browser waits before it connects again

router = APIRouter(tags=["chat"])

Visitor = Annotated[Access, Depends(access("chat"))]
House = Annotated[Services, Depends(services)]
Named = Annotated[Id, Path(description="The conversation, as POST /v1/chat returned it.", examples=["tic_9c2e"])]


@router.post(
    "/v1/chat",
    summary="Say something",
    status_code=202,
    responses=examples.answers(202, examples.ACCEPTED, "Stored") | problems.may_end_in(problems.Unknown),
)
async def say(
    said: ChatRequest, request: Request, caller: Visitor, house: House, answer: Annotated[Once, Depends(once)]
) -> Accepted:
    """Store a customer's message; the bot answers it, or a person gets the ticket. Follow `events` to see which.

    Without `ticket` a conversation begins; with it, the message joins. Messages sent in a row are answered together.
    """

    async def receive() -> Accepted:
        await quotas.take_message(request, caller, house)
        return await _receive(said, caller, house, answer.origin)

    return await answer(Accepted, receive)


async def own_ticket(ticket: Named, caller: Visitor, house: House) -> Ticket:
    """Return a conversation of the caller's, where it goes on by now."""
    found = await access_conversation(caller, house, ticket)
    while found.merged_into is not None:
        found = await access_conversation(caller, house, found.merged_into)
    return found


Own = Annotated[Ticket, Depends(own_ticket)]


@router.get(
    "/v1/chat/{ticket}",
    summary="Read a conversation",
    responses=examples.answers(200, examples.CONVERSATION) | problems.may_end_in(problems.Unknown),
)
async def read(ticket: Own, house: House) -> Conversation:
    """Return what was said so far, each reply sentence by sentence with its sources, and what the hub does now."""
    rating = await house.doors.activity.rating(ticket.brand, ticket.id)
    return await conversation.read(house.desk, ticket, rating)


@router.post(
    "/v1/chat/{ticket}/confirm",
    summary="Say that it is solved",
    responses=examples.answers(200, examples.CONVERSATION) | problems.may_end_in(problems.Unknown),
)
async def confirm(ticket: Own, house: House, answer: Annotated[Once, Depends(once)]) -> Conversation:
    """Take the customer's word that the matter is settled; nothing more comes unless they write again."""
    return await answer(Conversation, lambda: _confirm(ticket, house))


@router.get(
    "/v1/chat/{ticket}/events",
    summary="Follow a conversation",
    response_class=EventSourceResponse,
    responses={
        **examples.answers(200, {}),
        200: {"description": "Server-sent events", "content": {"text/event-stream": {"example": examples.EVENTS}}},
        **problems.may_end_in(problems.Unknown),
    },
)
async def follow(
    ticket: Own,
    house: House,
    opened: Annotated[Streams, Depends(streams)],
    after: Annotated[int, Query(ge=0, le=NEWEST, description="Only what came after this event; the header wins.")] = 0,
    last_event_id: Annotated[str | None, Header(description="What a browser sends when it comes back.")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Send what happens as it happens, and first what happened since `after`: `status`, `reply`, `handed_over`, `done`.

    `status` names what the hub does: reading, searching, writing, checking. `reply` and `handed_over` carry a message
    that was stored and checked; `done` ends a case. The stream stays open for the next turn.
    """
    yield ServerSentEvent(retry=RETRY_MS, comment="open")
    rows = house.desk.follow(ticket.id, _last(last_event_id, after))
    async with house.doors.attendance.watching(ticket.id):
        async for row in opened.until_closed(rows):
            told = (await conversation.event(house.desk, row)).model_dump(mode="json")
            data = {name: value for name, value in told.items() if value is not None}
            yield ServerSentEvent(data=data, event=row.kind, id=str(row.id))


async def _confirm(ticket: Ticket, house: Services) -> Conversation:
    await house.desk.confirm(ticket.id, ticket.brand, house.context.now())
    return await read(await house.desk.ticket(ticket.id, ticket.brand), house)


async def _receive(said: ChatRequest, caller: Access, house: Services, origin: Origin | None) -> Accepted:
    ticket = (await access_conversation(caller, house, said.ticket)).id if said.ticket else None
    incoming = Incoming(caller.brand, said.text, "chat", ticket, caller.customer, said.language, origin=origin)
    received = await house.desk.receive(incoming, house.context.now())
    await house.doors.mails.told(received.ticket, said.text, house.context.now())
    return Accepted(
        ticket=received.ticket,
        message=received.message,
        events=f"/v1/chat/{received.ticket}/events?after=0",
        notice=NOTICE,
    )


def _last(header: str | None, after: int) -> int:
    return int(header) if header and header.isascii() and header.isdecimal() and len(header) < 19 else after
