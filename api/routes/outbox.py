"""The outbox: messages on their way to customers, and what people decide about those that did not go out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api import examples, problems
from api.access import Access, access
from api.idempotency import Once, once
from api.inputs import Id, Moment, Storable
from api.ports import Services, services
from api.shapes import outbox as shapes
from api.shapes.outbox import Deciding, Outbox, Repeated, Repeating, ShownOutgoing
from desk.deliveries import Asked
from desk.outbox import Cause, State
from domain.ids import MessageId
from domain.turns import Channel

router = APIRouter(tags=["tickets"])

Worker = Annotated[Access, Depends(access("tickets"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]
Named = Annotated[Id, Path(description="The message's id.", examples=["msg_03ce"])]
REFUSED = problems.may_end_in(problems.Unknown, problems.Settled)


@router.get("/v1/outbox", summary="What is on its way to customers", responses=examples.answers(200, shapes.OUTBOX))
async def list_outbox(
    caller: Worker,
    house: House,
    state: Annotated[State | None, Query(description="`failed` are those that a person decides about.")] = None,
    cause: Annotated[Cause | None, Query(description="Only those that failed for this cause.")] = None,
    channel: Annotated[Channel | None, Query(description="Only those of a channel.")] = None,
    since: Annotated[Moment | None, Query(description="Only those on their way since then.")] = None,
    after: Annotated[Storable | None, Query(max_length=400, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="The most to return.")] = 50,
) -> Outbox:
    """Return messages of the bot and of teammates on their way, sent or failed, the newest first, page by page."""
    asked = Asked(caller.brand, state, cause, channel, since)
    return Outbox.of(await house.doors.deliveries.page(asked, after, limit), limit)


@router.post("/v1/outbox/replay", summary="Send again what failed", responses=examples.answers(200, shapes.REPEATED))
async def replay_outbox(said: Repeating, caller: Worker, house: House, answer: Answering) -> Repeated:
    """Send again what failed for a cause, the oldest first, and try now what waits to be tried again.

    Of an `uncertain` message nobody knows whether it arrived, so each is decided on by itself.
    """

    async def replay() -> Repeated:
        asked = Asked(caller.brand, "failed", said.cause, said.channel, said.since)
        door, by = house.doors.deliveries, caller.acting(said.by)
        replayed = await door.replay_failed(asked, said.cause, by, house.context.now())
        hastened = await door.hasten(asked, house.context.now())
        return Repeated(replayed=replayed, left=await door.count(asked), hastened=hastened)

    return await answer(Repeated, replay)


@router.post(
    "/v1/outbox/{message}/replay",
    summary="Send a message again",
    responses=examples.answers(200, shapes.AGAIN) | REFUSED,
)
async def replay_message(
    message: Named, said: Deciding, caller: Worker, house: House, answer: Answering
) -> ShownOutgoing:
    """Send a failed message again, an uncertain one too, and one that waits now; never one that was sent."""

    async def replay() -> ShownOutgoing:
        door, by, now = house.doors.deliveries, caller.acting(said.by), house.context.now()
        return ShownOutgoing.of(await door.replay(caller.brand, MessageId(message), by, now))

    return await answer(ShownOutgoing, replay)


@router.post(
    "/v1/outbox/{message}/arrived",
    summary="Say that a message arrived",
    responses=examples.answers(200, shapes.ARRIVED) | REFUSED,
)
async def settle_message(
    message: Named, said: Deciding, caller: Worker, house: House, answer: Answering
) -> ShownOutgoing:
    """Note that a failed message reached its customer all the same; it is not sent again."""

    async def settle() -> ShownOutgoing:
        door, by, now = house.doors.deliveries, caller.acting(said.by), house.context.now()
        return ShownOutgoing.of(await door.arrived(caller.brand, MessageId(message), by, now))

    return await answer(ShownOutgoing, settle)
