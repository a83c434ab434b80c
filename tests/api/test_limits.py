"""What callers are told who ask too much; how much that is says limits.yaml, and a lead may change it."""

from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from api import admission
from api.app import create_app
from desk.policies import Change
from domain.ids import DEFAULT_BRAND
from domain.limits import Allowance
from tests.api.conftest import NOW, House
from tests.api.test_admission import at

SITE = "https://shop.example.com"
LIMITS = """
visitor: {requests_a_minute: 240, messages_a_minute: 3, messages_a_day: 5}
address: {requests_a_minute: 0, messages_a_minute: 4, messages_a_day: 0}
key: {requests_a_minute: 240, messages_a_minute: 6, messages_a_day: 0}
brand: {requests_a_minute: 0, messages_a_minute: 8, messages_a_day: 0}
sessions: {address_an_hour: 3, brand_an_hour: 4}
"""


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell refusals at once."""
    monkeypatch.setattr(admission, "PAUSE_S", 0)


@pytest.fixture
async def app(house: House) -> FastAPI:
    closed = replace(house, demo=False)
    pages: dict[str, str | None] = {"limits.yaml": LIMITS, "brand.yaml": f"origins: ['{SITE}']"}
    await closed.policies.put(DEFAULT_BRAND, Change(pages, "a test"), NOW)
    return create_app(closed)


async def visits(app: FastAPI, host: str) -> httpx.AsyncClient:
    """Return a visitor with a session, at an address."""
    caller = at(app, host)
    opened = await caller.post("/v1/chat/session", json={}, headers={"Origin": SITE})
    caller.headers["Authorization"] = f"Bearer {opened.json()['session']}"
    return caller


async def says(caller: httpx.AsyncClient, times: int) -> list[int]:
    """Return what a customer is answered who says so much."""
    return [(await caller.post("/v1/chat", json={"text": f"Refund, please: {n}"})).status_code for n in range(times)]


async def test_a_visitor_who_says_too_much_is_told_when_to_go_on_and_nothing_is_stored(
    app: FastAPI, house: House
) -> None:
    visitor = await visits(app, "192.0.2.1")
    assert await says(visitor, 3) == [202] * 3

    refused = await visitor.post("/v1/chat", json={"text": "And another thing."}, headers={"Origin": SITE})

    assert (refused.status_code, refused.json()["type"]) == (429, "urn:deskhand:too-soon")
    assert "`visitor.messages_a_minute`, 3" in refused.json()["detail"]
    assert 0 < int(refused.headers["retry-after"]) <= 120
    assert refused.headers["access-control-allow-origin"] == SITE
    assert app.state.refused == {"visitor.messages_a_minute": 1}
    assert len(await house.doors.workspace.search(DEFAULT_BRAND, "refund")) == 3


async def test_who_opens_a_session_for_each_message_is_counted_by_their_address(app: FastAPI) -> None:
    first, second = await visits(app, "192.0.2.1"), await visits(app, "192.0.2.1")

    assert [*await says(first, 3), *await says(second, 3)] == [202, 202, 202, 202, 429, 429]
    assert app.state.refused == {"address.messages_a_minute": 2}
    assert await says(await visits(app, "192.0.2.2"), 3) == [202] * 3


async def test_a_key_has_its_own_limit_and_a_brand_one_for_all(app: FastAPI, house: House) -> None:
    visitor, program = await visits(app, "192.0.2.1"), at(app, "192.0.2.9")
    program.headers.update(await house.key("chat"))

    assert await says(program, 7) == [*[202] * 6, 429]
    assert await says(visitor, 3) == [202, 202, 429]
    assert app.state.refused == {"key.messages_a_minute": 1, "brand.messages_a_minute": 1}


async def test_a_message_that_is_sent_again_counts_once(app: FastAPI) -> None:
    visitor = await visits(app, "192.0.2.1")
    again = {"Idempotency-Key": "one"}

    answers = [await visitor.post("/v1/chat", json={"text": "Refund"}, headers=again) for _ in range(9)]

    assert {answer.json()["message"] for answer in answers} == {answers[0].json()["message"]}
    assert await says(visitor, 2) == [202, 202]


async def test_a_refused_message_may_be_sent_again_under_its_key(app: FastAPI, house: House) -> None:
    visitor = await visits(app, "192.0.2.1")
    await says(visitor, 3)

    async with at(create_app(replace(house, demo=False)), "192.0.2.1") as elsewhere:
        elsewhere.headers.update(visitor.headers)
        answers = [
            await elsewhere.post("/v1/chat", json={"text": "More"}, headers={"Idempotency-Key": "one"})
            for _ in range(2)
        ]

    assert [answer.status_code for answer in answers] == [429, 429]


async def test_an_address_opens_so_many_sessions_and_a_brand_too(app: FastAPI) -> None:
    async def opens(host: str) -> list[int]:
        async with at(app, host) as caller:
            sent = {"json": {}, "headers": {"Origin": SITE}}
            return [(await caller.post("/v1/chat/session", **sent)).status_code for _ in range(4)]  # type: ignore[arg-type]

    assert await opens("192.0.2.1") == [201, 201, 201, 429]
    assert await opens("192.0.2.2") == [201, 429, 429, 429]
    assert app.state.refused == {"sessions.address_an_hour": 1, "sessions.brand_an_hour": 3}


async def test_guessing_passwords_under_many_addresses_is_slow_too(app: FastAPI) -> None:
    async with at(app, "192.0.2.1") as caller:
        statuses = [
            (await caller.post("/v1/session", json={"email": f"{n}@example.com", "password": "a" * 12})).status_code
            for n in range(5)
        ]

    assert statuses == [401, 401, 401, 429, 429]


async def test_who_asks_too_often_is_refused_before_the_request_is_read(app: FastAPI, house: House) -> None:
    few = replace(house.policies.usual.limits, address=Allowance(requests_a_minute=4))
    house.policies.usual = replace(house.policies.usual, limits=few)

    async with at(app, "192.0.2.1") as caller, at(app, "192.0.2.2") as other:
        taken = await caller.post("/v1/search", content=b"no json")
        refused = await caller.post("/v1/search", content=b"no json")
        answered = await other.post("/v1/search", content=b"no json")

    assert [taken.status_code, refused.status_code, answered.status_code] == [415, 429, 415]
    assert "`address.requests_a_minute`, 4" in refused.json()["detail"]
    assert int(refused.headers["retry-after"]) > 1


async def test_a_visitor_is_counted_by_what_their_brand_allows(app: FastAPI, house: House) -> None:
    slower = LIMITS.replace("requests_a_minute: 240", "requests_a_minute: 8", 1)
    await house.policies.put(DEFAULT_BRAND, Change({"limits.yaml": slower}, "a test"), NOW)
    visitor = await visits(app, "192.0.2.1")

    statuses = [(await visitor.get("/v1/chat/tic_none")).status_code for _ in range(5)]

    assert statuses == [404, 404, 404, 429, 429]  # the first one before anybody knew whose the token is
    assert app.state.refused == {"visitor.requests_a_minute": 2}


async def test_the_operators_own_commands_are_not_counted(app: FastAPI, house: House) -> None:
    async with at(app, "127.0.0.1") as caller:
        caller.headers["Authorization"] = f"Bearer {house.run_key}"

        assert await says(caller, 20) == [202] * 20
        assert app.state.refused == {}
