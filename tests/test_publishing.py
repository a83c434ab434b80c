"""Events reach other programs: signed, in time, whatever a slow or broken address does."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from connectors.outbound import Limits, Outbound
from connectors.webhooks import Sender
from database.database import Database
from desk import events
from desk.policies import Policies
from desk.webhooks.webhooks import Webhooks
from domain.ids import DEFAULT_BRAND, SubscriptionId
from insights.measuring import Insights
from services.publishing import Publisher
from tests.listening import Heard, Respond, here, listening, nothing


@dataclass
class Time:
    """The true time, moved on by the test: signatures are checked against the clock."""

    passed: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.passed


@dataclass
class Publishing:
    """A publisher, what it sends, and whom to."""

    publisher: Publisher
    webhooks: Webhooks
    database: Database
    time: Time

    async def subscribe(self, heard: Heard, *kinds: str) -> tuple[SubscriptionId, str]:
        url = f"http://hooks.example:{heard.port}/in"
        watched, secret = await self.webhooks.subscribe(DEFAULT_BRAND, url, kinds, self.time())
        return watched.subscription.id, secret

    async def happen(self, kind: events.Kind, times: int = 1) -> None:
        async with self.database.engine.begin() as connection:
            for _ in range(times):
                await events.record(connection, DEFAULT_BRAND, None, kind, self.time(), by="tea_1")


@pytest.fixture
def publishing(database: Database) -> Callable[..., Publishing]:
    """Return what publishes to listeners of this test."""

    def open_for(*heard: Heard) -> Publishing:
        time = Time()
        named = [f"hooks.example:{one.port}" for one in heard]
        sender = Sender(Outbound(named, limits=Limits(total_s=1.5), resolve=here))
        webhooks = Webhooks(database.engine, sender.check)
        publisher = Publisher(webhooks, sender, Insights(database.engine), Policies(database.engine), time)
        return Publishing(publisher, webhooks, database, time)

    return open_for


def answering(status: str, *headers: str) -> Respond:
    async def respond(_: str, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", *headers, "content-length: 0", "", ""]
        writer.write("\r\n".join(lines).encode())

    return respond


def parted(request: str) -> tuple[dict[str, str], str]:
    """Return the headers and the body of a request."""
    head, _, body = request.partition("\r\n\r\n")
    pairs = (line.split(": ", 1) for line in head.splitlines()[1:])
    return {name.lower(): value for name, value in pairs}, body


@asynccontextmanager
async def two(first: Respond, second: Respond = nothing) -> AsyncIterator[tuple[Heard, Heard]]:
    async with listening(first) as one, listening(second) as other:
        yield one, other


async def test_an_event_arrives_once_signed_and_as_a_cloud_event(publishing: Callable[..., Publishing]) -> None:
    async with listening() as heard:
        desk = publishing(heard)
        _, secret = await desk.subscribe(heard, "shift_started")
        await desk.happen("shift_started")
        for _ in range(2):
            await desk.publisher.publish()

    (request,) = heard.requests
    headers, body = parted(request)
    told = Webhook(secret).verify(body, headers)
    assert told["data"] == {"brand": "default", "ticket": None, "by": "tea_1"}
    assert (told["specversion"], told["type"], told["version"]) == ("1.0", "deskhand.shift_started", 1)
    assert told["source"] == "/brands/default"
    assert told["id"] == headers["webhook-id"] == "evt_1"
    assert datetime.fromisoformat(told["time"]).tzinfo is not None
    assert headers["content-type"].startswith("application/cloudevents+json")
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace("tea_1", "tea_2"), headers)


async def test_a_broken_address_is_tried_again_and_keeps_no_other_waiting(
    publishing: Callable[..., Publishing],
) -> None:
    async with two(answering("503 Later", "retry-after: 600")) as (broken, well):
        desk = publishing(broken, well)
        failing, _ = await desk.subscribe(broken, "shift_started")
        await desk.subscribe(well, "shift_started")
        await desk.happen("shift_started", times=3)
        await desk.publisher.publish()
        rows = await desk.webhooks.deliveries(DEFAULT_BRAND, failing)
        desk.time.passed = timedelta(minutes=9)
        await desk.publisher.publish()
        early = len(broken.requests)
        desk.time.passed = timedelta(minutes=11)
        await desk.publisher.publish()

    assert len(well.requests) == 3
    assert {(row.state, row.attempts, row.answer, row.error) for row in rows} == {
        ("queued", 1, 503, "the address answered 503")
    }
    assert (early, len(broken.requests)) == (3, 5)  # the fifth failure in a row: it is left alone


async def test_a_slow_address_keeps_no_other_waiting(publishing: Callable[..., Publishing]) -> None:
    arrived: list[float] = []

    async def hang(_: str, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1.6)

    async def note(request: str, writer: asyncio.StreamWriter) -> None:
        arrived.append(asyncio.get_running_loop().time())
        await nothing(request, writer)

    async with two(hang, note) as (slow, well):
        desk = publishing(slow, well)
        hanging, _ = await desk.subscribe(slow, "shift_started")
        await desk.subscribe(well, "shift_ended")
        await desk.happen("shift_started")
        start = asyncio.get_running_loop().time()
        running = asyncio.create_task(desk.publisher.publish())
        await asyncio.sleep(0.3)
        await desk.happen("shift_ended")
        await running
        (late,) = await desk.webhooks.deliveries(DEFAULT_BRAND, hanging)

    assert arrived[0] - start < 1.5
    assert (late.state, late.error) == ("queued", "no whole answer within 1.5 seconds")


@pytest.mark.parametrize("status", ["302 Found", "404 Not Found", "500 Broken"])
async def test_whatever_is_no_good_answer_is_tried_again(publishing: Callable[..., Publishing], status: str) -> None:
    async with two(answering(status, "location: /elsewhere")) as (heard, _):
        desk = publishing(heard)
        await desk.subscribe(heard, "shift_started")
        await desk.happen("shift_started")
        await desk.publisher.publish()
        (row,) = await desk.webhooks.deliveries(DEFAULT_BRAND)

    assert (row.state, row.attempts, row.answer, len(heard.requests)) == ("queued", 1, int(status[:3]), 1)


async def test_an_address_that_is_gone_is_asked_no_more(publishing: Callable[..., Publishing]) -> None:
    async with listening(answering("410 Gone")) as heard:
        desk = publishing(heard)
        await desk.subscribe(heard, "shift_started")
        await desk.happen("shift_started", times=2)
        await desk.publisher.publish()
        (watched,) = await desk.webhooks.watched(DEFAULT_BRAND, desk.time())

    assert len(heard.requests) == 1
    assert watched.subscription.paused_at is not None


async def test_a_name_that_has_moved_inside_is_told_nothing(publishing: Callable[..., Publishing]) -> None:
    desk = publishing()
    await desk.webhooks.subscribe(DEFAULT_BRAND, "https://moved.example/in", ["shift_started"], desk.time())
    await desk.happen("shift_started")

    await desk.publisher.publish()

    (row,) = await desk.webhooks.deliveries(DEFAULT_BRAND)
    assert row.state == "queued"
    assert "is no address of the open internet" in (row.error or "")


async def test_the_kpis_of_yesterday_are_told_once_a_day(publishing: Callable[..., Publishing]) -> None:
    async with listening() as heard:
        desk = publishing(heard)
        await desk.subscribe(heard, "kpis_reported")
        for days in (0, 0, 1):
            desk.time.passed = timedelta(days=days)
            await desk.publisher.publish()

    told = [json.loads(parted(request)[1])["data"] for request in heard.requests]
    first, second = (datetime.fromisoformat(one["day"]) for one in told)
    assert second - first == timedelta(days=1)
    names = {kpi["name"] for kpi in told[0]["kpis"]}
    assert {"customer_satisfaction", "backlog"} <= names
    assert all({"value", "n", "goal", "standing"} <= kpi.keys() for kpi in told[0]["kpis"])
