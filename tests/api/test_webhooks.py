"""Subscriptions and deliveries over HTTP, and the catalogue of what other programs are told."""

from typing import Any, get_args

import httpx
import pytest

from api import telling
from api.app import create_app
from api.outputs import Output
from api.shapes import webhooks as shapes
from connectors.webhooks import told
from database.database import Database
from desk import events
from desk.events import Kind
from desk.webhooks.deliveries import Failure
from domain.ids import DEFAULT_BRAND, SubscriptionId
from tests.api.conftest import NOW, House

WISH = {"url": "https://hooks.example.com/in", "events": ["shift_started"]}


@pytest.fixture
async def key(house: House) -> dict[str, str]:
    return await house.key("webhooks")


@pytest.fixture
async def subscription(client: httpx.AsyncClient, key: dict[str, str]) -> str:
    """The id of a subscription."""
    added: str = (await client.post("/v1/subscriptions", json=WISH, headers=key)).json()["id"]
    return added


async def happen(database: Database) -> None:
    async with database.engine.begin() as connection:
        await events.record(connection, DEFAULT_BRAND, None, "shift_started", NOW, by="tea_1")


@pytest.mark.parametrize(
    ("example", "model"),
    [
        (shapes.SUBSCRIPTION, shapes.ShownSubscription),
        (shapes.SUBSCRIPTIONS, shapes.Subscriptions),
        (shapes.SUBSCRIBED, shapes.NewSubscription),
        (shapes.SECRET, shapes.NewSecret),
        (shapes.UNSUBSCRIBED, shapes.Unsubscribed),
        (shapes.DELIVERY, shapes.ShownDelivery),
        (shapes.DELIVERIES, shapes.Deliveries),
        (shapes.REPLAYED, shapes.Replayed),
    ],
)
def test_an_example_is_exactly_what_its_model_answers(example: dict[str, object], model: type[Output]) -> None:
    assert model.model_validate(example).model_dump(mode="json") == example


async def test_a_subscription_is_made_changed_listed_and_removed(
    client: httpx.AsyncClient, key: dict[str, str]
) -> None:
    once = {**key, "Idempotency-Key": "one"}
    made = await client.post("/v1/subscriptions", json=WISH, headers=once)
    again = await client.post("/v1/subscriptions", json=WISH, headers=once)
    place = f"/v1/subscriptions/{made.json()['id']}"
    changed = await client.put(place, json={**WISH, "events": ["*"], "paused": True}, headers=key)
    secret = await client.post(f"{place}/secret", headers=key)
    listed = await client.get("/v1/subscriptions", headers=key)
    removed = await client.delete(place, headers=key)
    gone = await client.delete(place, headers=key)

    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    assert again.json() == {**made.json(), "secret": None}
    assert (changed.json()["events"], changed.json()["paused_at"]) == (["*"], NOW.isoformat().replace("+00:00", "Z"))
    assert secret.json()["secret"] not in (None, made.json()["secret"])
    assert listed.json()["subscriptions"] == [changed.json()]
    assert (removed.status_code, gone.status_code) == (200, 404)


async def test_what_failed_is_seen_and_sent_again(
    client: httpx.AsyncClient, house: House, database: Database, key: dict[str, str], subscription: str
) -> None:
    await happen(database)
    taken = await house.doors.webhooks.take(SubscriptionId(subscription), NOW, 1)
    assert taken is not None
    await house.doors.webhooks.pause(taken[1][0], Failure("the address answered 410: it is gone", 410), NOW)

    failed = (await client.get("/v1/deliveries", params={"state": "failed"}, headers=key)).json()["deliveries"]
    again = await client.post(f"/v1/deliveries/{failed[0]['id']}/replay", headers=key)
    none = await client.post(f"/v1/subscriptions/{subscription}/replay", headers=key)
    unknown = await client.post("/v1/deliveries/999/replay", headers=key)

    assert [(row["kind"], row["answer"], row["attempts"]) for row in failed] == [("shift_started", 410, 1)]
    assert (again.json()["state"], again.json()["event"]) == ("queued", failed[0]["event"])
    assert none.json() == {"replayed": 0}
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://hooks.example.com/in"},
        {"url": "https://127.0.0.1/in"},
        {"url": "https://hooks.example.com:8443/in"},
        {"url": "https://me:secret@hooks.example.com/in"},
        {"url": "ftp://hooks.example.com/in"},
        {"events": ["ticket_closed"]},
        {"events": []},
    ],
)
async def test_an_address_or_event_that_nobody_can_be_told_is_refused(
    client: httpx.AsyncClient, key: dict[str, str], wrong: dict[str, Any]
) -> None:
    answer = await client.post("/v1/subscriptions", json={**WISH, **wrong}, headers=key)

    assert answer.status_code == 422
    assert "secret" not in answer.text


def test_the_document_describes_every_event_as_it_is_told(house: House) -> None:
    described = create_app(house).openapi()["webhooks"]

    assert set(described) == set(get_args(Kind))
    solved = described["ticket_solved"]["post"]["requestBody"]["content"]["application/cloudevents+json"]["schema"]
    assert solved["properties"]["type"] == {"const": "deskhand.ticket_solved"}
    assert solved["properties"]["data"]["required"] == ["brand", "ticket", "by"]


async def test_what_is_told_is_what_the_document_says(house: House, database: Database, subscription: str) -> None:
    await happen(database)
    (delivery,) = await house.doors.webhooks.deliveries(DEFAULT_BRAND)

    event = told(delivery)
    schema = telling.described()[delivery.kind]["post"]["requestBody"]["content"]["application/cloudevents+json"][
        "schema"
    ]

    assert set(schema["required"]) <= event.keys() <= schema["properties"].keys()
    data = schema["properties"]["data"]
    assert set(data["required"]) <= event["data"].keys() <= data["properties"].keys()
