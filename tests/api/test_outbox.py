"""The outbox over HTTP: what did not go out is seen and decided on, and one click is one delivery."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from api.outputs import Output
from api.shapes import outbox as shapes
from connectors.connector import Sends
from database.database import Database
from desk.desk import Incoming
from desk.outbox import Delivery, Failure
from desk.staff import teammates
from desk.staff.teammates import Teammate
from domain.ids import DEFAULT_BRAND, BrandId, MessageId
from tests.api.conftest import NOW, House, calling
from tests.api.test_work import ANNA, suggest

BERT = "tea_bert"
IN_DOUBT = Failure("the connection broke", "uncertain")
GIVEN_UP = Failure("the server is down", "not_tried", timedelta(days=30))
Headers = dict[str, str]


@pytest.fixture
async def worker(house: House, database: Database) -> Headers:
    """The key of a program that Anna and Bert work with."""
    async with database.engine.begin() as connection:
        for id_ in (ANNA, BERT):
            named = Teammate(id_, DEFAULT_BRAND, id_, f"{id_}@example.com", (), (), (), 5, "available", NOW, NOW)  # type: ignore[arg-type]  # a plain id
            await teammates.add(connection, named)
    return await house.key("tickets")


@pytest.fixture
async def other(house: House, worker: Headers) -> AsyncIterator[httpx.AsyncClient]:
    """A second client of the same program."""
    async with calling(house) as caller:
        yield caller


async def fail(house: House, failure: Failure = IN_DOUBT, brand: BrandId = DEFAULT_BRAND) -> Delivery:
    """Write a reply that does not go out."""
    ticket = (await house.desk.receive(Incoming(brand, "When?", "email"), NOW)).ticket
    delivery = await house.desk.outgoing(await house.desk.write(ticket, "On Friday.", NOW))
    assert delivery is not None
    await house.desk.unsent(delivery, failure, NOW)
    return delivery


@pytest.mark.parametrize(
    ("example", "model"),
    [
        (shapes.OUTBOX, shapes.Outbox),
        (shapes.AGAIN, shapes.ShownOutgoing),
        (shapes.ARRIVED, shapes.ShownOutgoing),
        (shapes.REPEATED, shapes.Repeated),
    ],
)
def test_an_example_is_exactly_what_its_model_answers(example: dict[str, object], model: type[Output]) -> None:
    assert model.model_validate(example).model_dump(mode="json") == example


async def test_a_teammate_sees_in_the_ticket_and_in_the_list_what_did_not_go_out_and_why(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    delivery = await fail(house)

    ticket = (await client.get(f"/v1/tickets/{delivery.ticket}", headers=worker)).json()
    listed = (await client.get("/v1/outbox", params={"state": "failed"}, headers=worker)).json()

    asked, replied = ticket["messages"]
    assert asked["delivery"] is None
    assert (replied["delivery"]["cause"], replied["delivery"]["error"]) == ("uncertain", "the connection broke")
    assert ticket["status"] == "open"
    assert listed["messages"][0]["delivery"] == replied["delivery"]
    assert (listed["messages"][0]["message"], listed["messages"][0]["preview"]) == (delivery.message, "On Friday.")


async def test_pages_follow_each_other(client: httpx.AsyncClient, house: House, worker: Headers) -> None:
    failed = {(await fail(house)).message for _ in range(3)}

    first = (await client.get("/v1/outbox", params={"limit": 2}, headers=worker)).json()
    second = (await client.get("/v1/outbox", params={"limit": 2, "after": first["next"]}, headers=worker)).json()
    nowhere = await client.get("/v1/outbox", params={"after": "nowhere"}, headers=worker)

    assert {one["message"] for one in first["messages"] + second["messages"]} == failed
    assert second["next"] is None
    assert nowhere.status_code == 422


async def test_an_uncertain_message_is_sent_again_or_settled_by_a_person(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    first, second = await fail(house), await fail(house)

    again = await client.post(f"/v1/outbox/{first.message}/replay", json={"by": ANNA}, headers=worker)
    arrived = await client.post(f"/v1/outbox/{second.message}/arrived", json={"by": ANNA}, headers=worker)
    too_late = await client.post(f"/v1/outbox/{second.message}/replay", json={"by": ANNA}, headers=worker)
    too_soon = await client.post(f"/v1/outbox/{first.message}/arrived", json={"by": ANNA}, headers=worker)

    assert (again.json()["delivery"]["state"], arrived.json()["delivery"]["state"]) == ("queued", "sent")
    assert [(answer.status_code, answer.json()["type"]) for answer in (too_late, too_soon)] == [
        (409, "urn:deskhand:settled")
    ] * 2
    assert await house.desk.outgoing(first.message) is not None


async def test_what_an_outage_held_up_is_sent_again_at_once(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    lost = {(await fail(house, GIVEN_UP)).message for _ in range(2)}
    uncertain = (await fail(house)).message

    replayed = await client.post("/v1/outbox/replay", json={"by": ANNA}, headers=worker)
    unclear = await client.post("/v1/outbox/replay", json={"by": ANNA, "cause": "uncertain"}, headers=worker)

    assert replayed.json() == {"replayed": 2, "left": 0, "hastened": 0}
    assert unclear.status_code == 422
    assert {message for message in {*lost, uncertain} if await house.desk.outgoing(message)} == lost


async def test_a_message_of_another_brand_is_unknown(client: httpx.AsyncClient, house: House, worker: Headers) -> None:
    other = (await house.desk.add_brand(BrandId("other"), "Other", NOW)).id
    theirs = await fail(house, brand=other)

    replayed = await client.post(f"/v1/outbox/{theirs.message}/replay", json={"by": ANNA}, headers=worker)
    settled = await client.post(f"/v1/outbox/{theirs.message}/arrived", json={"by": ANNA}, headers=worker)

    assert (replayed.status_code, settled.status_code) == (404, 404)
    assert (await client.get("/v1/outbox", headers=worker)).json()["messages"] == []


class Counting:
    """A channel that takes whatever comes."""

    sends: Sends = "keyed"

    def __init__(self) -> None:
        self.sent: list[MessageId] = []

    async def send(self, delivery: Delivery) -> None:
        self.sent.append(delivery.message)


@pytest.mark.parametrize("keyed", [True, False])
async def test_approved_twice_from_two_clients_with_a_retry_is_one_delivery(
    client: httpx.AsyncClient, other: httpx.AsyncClient, house: House, worker: Headers, keyed: bool
) -> None:
    case, ticket = await suggest(house)
    place, mail = f"/v1/suggestions/{case}/approve", Counting()

    async def approve(caller: httpx.AsyncClient, by: str) -> list[int]:
        """Press, and press again as a client does that heard no answer."""
        headers = worker | ({"Idempotency-Key": f"approved-by-{by}"} if keyed else {})
        return [(await caller.post(place, json={"teammate": by}, headers=headers)).status_code for _ in range(2)]

    async def deliver(message: MessageId) -> None:
        if delivery := await house.desk.outgoing(message):
            await mail.send(delivery)
            await house.desk.sent(message, NOW)

    answers = await asyncio.gather(approve(client, ANNA), approve(other, BERT))
    for _ in range(2):
        await house.doors.suggestions.send_due(NOW + timedelta(minutes=1))
    late = await approve(other, BERT)
    for message in [one.id for one in await house.desk.messages(ticket)] * 2:  # type: ignore[arg-type]  # a plain id
        await deliver(message)

    assert {status for statuses in (*answers, late) for status in statuses} <= {200, 409}
    assert len(mail.sent) == 1
    told = [event.kind for event in await house.desk.events(ticket)]  # type: ignore[arg-type]  # a plain id
    assert (told.count("suggestion_approved"), told.count("message_delivered")) == (1, 1)


async def test_sent_again_by_two_clients_with_a_retry_is_one_delivery(
    client: httpx.AsyncClient, other: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    delivery, mail = await fail(house), Counting()
    place = f"/v1/outbox/{delivery.message}/replay"

    async def press(caller: httpx.AsyncClient) -> list[int]:
        return [(await caller.post(place, json={"by": ANNA}, headers=worker)).status_code for _ in range(2)]

    answers = await asyncio.gather(press(client), press(other))
    while again := await house.desk.outgoing(delivery.message):
        await mail.send(again)
        await house.desk.sent(again.message, NOW)

    assert [*answers] == [[200, 200]] * 2
    assert mail.sent == [delivery.message]
    told = [event.kind for event in await house.desk.events(delivery.ticket)]
    assert (told.count("delivery_replayed"), told.count("message_delivered")) == (1, 1)
