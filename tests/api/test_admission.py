import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Scope

from api import admission
from api.admission import ALWAYS, STREAM, AtOnce
from api.app import create_app
from api.callers import Caller, Callers, address
from api.places import Places
from tests.api.conftest import House

FEW = AtOnce(requests=8, streams=8)
ABUSER, CUSTOMER = "192.0.2.1", "192.0.2.2"


class Doors:
    """A desk whose requests wait until it is opened; it counts those that came in."""

    def __init__(self, app: FastAPI) -> None:
        self.opened = asyncio.Event()
        self.inside = 0

        @app.get("/wait", include_in_schema=False)
        async def wait() -> str:
            self.inside += 1
            await self.opened.wait()
            return "done"

        @app.get("/wait/events", include_in_schema=False)
        async def follow() -> str:
            return await wait()

    async def full(self, asked: Sequence[asyncio.Task[httpx.Response]], waiting: int = 0) -> None:
        """Wait until everybody is inside, was refused, or is one of those who wait for their turn."""
        for _ in range(1000):
            if self.inside + sum(one.done() for one in asked) == len(asked) - waiting:
                return
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell refusals at once."""
    monkeypatch.setattr(admission, "PAUSE_S", 0)


@pytest.fixture
def app(house: House) -> FastAPI:
    return create_app(replace(house, demo=False), FEW)


@asynccontextmanager
async def crowd(app: FastAPI, size: int, path: str = "/wait") -> AsyncIterator[Doors]:
    """Hold so many requests of one address inside, or on their way out."""
    doors = Doors(app)
    async with at(app, ABUSER) as caller:
        waiting = [asyncio.create_task(caller.get(path)) for _ in range(size)]
        await doors.full(waiting)
        yield doors
        doors.opened.set()
        await asyncio.gather(*waiting)


def at(app: FastAPI, host: str) -> httpx.AsyncClient:
    """Return a caller at an address."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(host, 1)), base_url="http://127.0.0.1")


async def test_who_fills_the_house_is_told_when_to_come_back_and_the_next_one_finds_room(app: FastAPI) -> None:
    async with crowd(app, 20) as doors, at(app, ABUSER) as abuser, at(app, CUSTOMER) as customer:
        refused, others = await abuser.get("/v1/search"), await customer.get("/sign-in")

    assert doors.inside == 1
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.json()["type"] == "urn:deskhand:too-soon"
    assert refused.headers["x-request-id"] in refused.json()["instance"]
    assert others.status_code == 200
    assert app.state.refused == {"requests_at_once": 20}


async def test_a_program_with_a_key_gets_half_of_what_there_is_when_it_is_alone(app: FastAPI, house: House) -> None:
    doors, key = Doors(app), await house.key("search")
    async with at(app, ABUSER) as program:
        program.headers.update(key)
        await program.post("/v1/search", json={"query": "refunds"})
        asked = [asyncio.create_task(program.get("/wait")) for _ in range(20)]
        await doors.full(asked)
        doors.opened.set()
        statuses = [answer.status_code for answer in await asyncio.gather(*asked)]

    assert (doors.inside, statuses.count(429)) == (4, 16)


async def test_few_of_one_address_run_together_and_the_others_wait_for_these(house: House) -> None:
    app = create_app(replace(house, demo=False), AtOnce(requests=64))
    doors = Doors(app)
    async with at(app, ABUSER) as abuser, at(app, CUSTOMER) as customer:
        asked = [asyncio.create_task(abuser.get("/wait")) for _ in range(20)]
        await doors.full(asked, waiting=6)
        inside = doors.inside
        others = await customer.get("/sign-in")
        doors.opened.set()
        statuses = [answer.status_code for answer in await asyncio.gather(*asked)]

    assert (inside, others.status_code) == (2, 200)
    assert (statuses.count(200), statuses.count(429)) == (8, 12)


async def test_an_invented_key_is_counted_as_its_address(app: FastAPI) -> None:
    async with crowd(app, 1) as doors, at(app, ABUSER) as caller:
        for number in range(3):
            answer = await caller.get("/wait", headers={"Authorization": f"Bearer dh_invented{number}"})
            assert answer.status_code == 429

    assert doors.inside == 1


async def test_while_many_customers_wait_no_further_message_is_taken_but_everything_else(house: House) -> None:
    app = create_app(house, AtOnce(turns=3))
    async with at(app, "127.0.0.1") as caller:
        sent = [await caller.post("/v1/chat", json={"text": f"Refund {number}, please."}) for number in range(5)]
        read = await caller.get(f"/v1/chat/{sent[0].json()['ticket']}")

    assert [answer.status_code for answer in sent] == [202, 202, 202, 429, 429]
    assert (read.status_code, sent[-1].headers["retry-after"]) == (200, "5")
    assert app.state.refused == {"turns_waiting": 2}


async def test_streams_are_counted_apart(app: FastAPI) -> None:
    async with crowd(app, 20, "/wait/events"), at(app, ABUSER) as caller:
        request, stream = await caller.get("/sign-in"), await caller.get("/wait/events")

    assert (request.status_code, stream.status_code, stream.headers["retry-after"]) == (200, 429, "5")
    assert app.state.refused == {"streams_at_once": 20}


@pytest.mark.parametrize("path", sorted(ALWAYS - {"/metrics"}))
async def test_whoever_watches_gets_in_always(app: FastAPI, path: str) -> None:
    async with crowd(app, 20), at(app, ABUSER) as watcher:
        assert (await watcher.get(path)).status_code == 200


async def test_a_place_is_free_again_when_its_request_is_over(app: FastAPI) -> None:
    async with crowd(app, 20):
        pass
    async with at(app, ABUSER) as caller:
        assert [(await caller.get("/sign-in")).status_code for _ in range(20)] == [200] * 20


def test_the_path_of_every_stream_says_so(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    streams = {path for path, each in paths.items() if "text/event-stream" in str(each)}

    assert streams == {path for path in paths if path.endswith(STREAM)}


def test_a_caller_holds_at_most_a_share_of_what_is_free() -> None:
    places = Places(64)

    first = [places.take("first") for _ in range(64)].count(True)
    second = [places.take("second") for _ in range(64)].count(True)
    stranger = [places.take("stranger", 1 / 8) for _ in range(64)].count(True)

    assert (first, second, stranger) == (32, 16, 2)
    assert places.take("one more")


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_of_ipv6_is_counted_by_its_network(host: str, counted: str) -> None:
    assert address({"client": (host, 1)}) == counted
    assert address({}) == "unknown"


def test_tokens_that_were_not_used_for_long_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.callers.REMEMBERED", 2)
    callers = Callers("cookie")
    for name in ("first", "second", "third"):
        callers.remember(name, Caller("key", name))

    found = [callers.of(_with(name)).name for name in ("first", "second", "third")]

    assert found == ["192.0.2.7", "second", "third"]


def _with(token: str) -> Scope:
    return {"client": ("192.0.2.7", 1), "headers": [(b"authorization", f"Bearer {token}".encode())]}
