"""Webhooks out: who hears of which events, and what is on its way to them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api import examples, problems
from api.access import Access, access
from api.idempotency import Once, once
from api.inputs import Id
from api.ports import Services, services
from api.shapes import webhooks as shapes
from api.shapes.webhooks import (
    Change,
    Deliveries,
    NewSecret,
    NewSubscription,
    Replayed,
    ShownDelivery,
    ShownSubscription,
    Subscriptions,
    Unsubscribed,
    Wish,
)
from desk.webhooks.deliveries import State
from domain.ids import SubscriptionId

router = APIRouter(tags=["webhooks"])

PAGE = 50
BIGGEST = 2**63 - 1
Holder = Annotated[Access, Depends(access("webhooks"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]
Named = Annotated[Id, Path(description="The subscription's id.", examples=["sub_6d1c"])]
UNKNOWN = problems.may_end_in(problems.Unknown)


@router.get("/v1/subscriptions", summary="Who hears of events", responses=examples.answers(200, shapes.SUBSCRIPTIONS))
async def list_subscriptions(caller: Holder, house: House) -> Subscriptions:
    """Return who hears of the brand's events and how they fare, without their secrets."""
    found = await house.doors.webhooks.watched(caller.brand, house.context.now())
    return Subscriptions(subscriptions=[ShownSubscription.of(one) for one in found])


@router.post(
    "/v1/subscriptions",
    summary="Hear of events",
    status_code=201,
    responses=examples.answers(201, shapes.SUBSCRIBED),
)
async def subscribe(said: Wish, caller: Holder, house: House, answer: Answering) -> NewSubscription:
    """Let an address hear of events from now on; the secret that they are signed with is shown this once.

    Each event comes as a POST within seconds, at least once, and any 2xx takes it. What is not taken comes again
    after 5 s, 30 s, 2 min, 10 min, 1 h, 6 h, 24 h and 72 h, or when Retry-After says; then it has failed, and can be
    sent again.
    """

    async def add() -> NewSubscription:
        now = house.context.now()
        door = house.doors.webhooks
        watched, secret = await door.subscribe(caller.brand, said.url, said.events, now, by=caller.caller)
        return NewSubscription(**ShownSubscription.of(watched).model_dump(), secret=secret)

    return await answer(NewSubscription, add, unkept=frozenset({"secret"}))


@router.put(
    "/v1/subscriptions/{subscription}",
    summary="Change or pause a subscription",
    responses=examples.answers(200, shapes.SUBSCRIPTION) | UNKNOWN,
)
async def change_subscription(
    subscription: Named, said: Change, caller: Holder, house: House, answer: Answering
) -> ShownSubscription:
    """Say anew where and of what to tell; an address that was left alone is tried again at once."""

    async def change() -> ShownSubscription:
        now, named = house.context.now(), SubscriptionId(subscription)
        door = house.doors.webhooks
        return ShownSubscription.of(
            await door.change(caller.brand, named, said.url, said.events, said.paused, now, by=caller.caller)
        )

    return await answer(ShownSubscription, change)


@router.delete(
    "/v1/subscriptions/{subscription}",
    summary="Hear of nothing more",
    responses=examples.answers(200, shapes.UNSUBSCRIBED) | UNKNOWN,
)
async def unsubscribe(subscription: Named, caller: Holder, house: House, answer: Answering) -> Unsubscribed:
    """Tell an address nothing more, not even what is on its way."""

    async def remove() -> Unsubscribed:
        now, named = house.context.now(), SubscriptionId(subscription)
        await house.doors.webhooks.unsubscribe(caller.brand, named, now, by=caller.caller)
        return Unsubscribed(id=subscription)

    return await answer(Unsubscribed, remove)


@router.post(
    "/v1/subscriptions/{subscription}/secret",
    summary="Replace a secret",
    status_code=201,
    responses=examples.answers(201, shapes.SECRET) | UNKNOWN,
)
async def replace_secret(subscription: Named, caller: Holder, house: House, answer: Answering) -> NewSecret:
    """Make a new secret; for a day what is told is signed with the one before too."""

    async def rotate() -> NewSecret:
        now, named = house.context.now(), SubscriptionId(subscription)
        secret = await house.doors.webhooks.rotate(caller.brand, named, now, by=caller.caller)
        return NewSecret(id=subscription, secret=secret)

    return await answer(NewSecret, rotate, unkept=frozenset({"secret"}))


@router.post(
    "/v1/subscriptions/{subscription}/replay",
    summary="Send again what failed",
    responses=examples.answers(200, shapes.REPLAYED) | UNKNOWN,
)
async def replay_failed(subscription: Named, caller: Holder, house: House, answer: Answering) -> Replayed:
    """Send again whatever was given up, each event under the id it had."""

    async def replay() -> Replayed:
        named = SubscriptionId(subscription)
        return Replayed(replayed=await house.doors.webhooks.replay_failed(caller.brand, named, house.context.now()))

    return await answer(Replayed, replay)


@router.get("/v1/deliveries", summary="What is on its way", responses=examples.answers(200, shapes.DELIVERIES))
async def list_deliveries(
    caller: Holder,
    house: House,
    subscription: Annotated[Id | None, Query(description="Only those of one subscription.")] = None,
    state: Annotated[State | None, Query(description="`failed` are those that were given up.")] = None,
    before: Annotated[int | None, Query(ge=1, le=BIGGEST, description="The `next` of the page before.")] = None,
) -> Deliveries:
    """Return what is on its way, was sent in the last seven days, or has failed, the newest first."""
    whose = SubscriptionId(subscription) if subscription else None
    found = await house.doors.webhooks.deliveries(caller.brand, whose, state, before, PAGE)
    return Deliveries(
        deliveries=[ShownDelivery.of(one) for one in found], next=found[-1].id if len(found) == PAGE else None
    )


@router.post(
    "/v1/deliveries/{delivery}/replay",
    summary="Send an event again",
    responses=examples.answers(200, shapes.DELIVERY) | UNKNOWN,
)
async def replay_delivery(
    delivery: Annotated[int, Path(ge=1, le=BIGGEST, examples=[41])], caller: Holder, house: House, answer: Answering
) -> ShownDelivery:
    """Send an event again however it fared, under the id it had."""

    async def replay() -> ShownDelivery:
        return ShownDelivery.of(await house.doors.webhooks.replay(caller.brand, delivery, house.context.now()))

    return await answer(ShownDelivery, replay)
