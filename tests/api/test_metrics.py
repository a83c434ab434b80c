"""What Prometheus reads of a process."""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import replace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from api import door
from database.database import Database, create_engine
from desk.vitals import Monitor
from domain.calls import ModelCall
from domain.decisions import Usage
from domain.ids import CaseId
from tests.api.conftest import House, calling, decided, served

Numbers = Mapping[tuple[str, ...], float]


@pytest.fixture
async def head(house: House) -> dict[str, str]:
    return await house.key("metrics")


async def scraped(caller: httpx.AsyncClient, head: Mapping[str, str]) -> Numbers:
    """Return every number by its name and the values of its labels, in the order of their names."""
    answer = await caller.get("/metrics", headers=head)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


async def test_requests_are_counted_by_route_and_never_by_what_stands_in_the_path(
    client: httpx.AsyncClient, head: dict[str, str]
) -> None:
    await client.get("/v1/chat/tic_of_somebody")
    await client.get("/nothing/of/the/kind")
    await client.request("BREW", "/healthz")

    found = await scraped(client, head)

    assert found["deskhand_http_requests_total", "GET", "/v1/chat/{ticket}", "404"] == 1
    assert found["deskhand_http_requests_total", "GET", "unmatched", "404"] == 1
    assert found["deskhand_http_requests_total", "other", "/healthz", "405"] == 1
    assert found["deskhand_http_request_seconds_count", "GET", "/v1/chat/{ticket}"] == 1
    assert not [labels for labels in found if "somebody" in " ".join(labels)]


async def test_a_request_under_way_and_an_open_stream_are_told_apart(house: House, head: dict[str, str]) -> None:
    async with served(house) as caller:
        begun = (await caller.post("/v1/chat", json={"text": "Hello?"})).json()
        async with caller.stream("GET", begun["events"]):
            during = await scraped(caller, head)
        for _ in range(100):
            after = await scraped(caller, head)
            if not after["deskhand_http_answers_open",]:
                break
            await asyncio.sleep(0.02)

    assert (during["deskhand_http_requests_waiting",], during["deskhand_http_answers_open",]) == (1, 1)
    assert (after["deskhand_http_requests_waiting",], after["deskhand_http_answers_open",]) == (1, 0)


async def test_turns_nodes_and_model_calls_are_counted(
    house: House, client: httpx.AsyncClient, head: dict[str, str]
) -> None:
    timed = replace(decided(CaseId("cas_1"), "Hello."), timings_ms={"draft": 300.0, "total": 450.0})
    house.measures.decided(timed)
    house.measures.called(ModelCall("large", "draft", 0.3, Usage(1, 321, 45, 20)))
    house.measures.called(ModelCall("large", "draft", 8.0, Usage(1), "TimeoutError"))

    found = await scraped(client, head)

    assert found["deskhand_turns_total", "scripted", "no", "answered"] == 1
    assert found["deskhand_node_seconds_sum", "draft"] == pytest.approx(0.3)
    assert found["deskhand_turn_seconds_sum",] == pytest.approx(0.45)
    assert found["deskhand_model_calls_total", "", "large", "draft"] == 1
    assert found["deskhand_model_calls_total", "TimeoutError", "large", "draft"] == 1
    assert found["deskhand_model_tokens_total", "read", "large", "draft"] == 321
    assert found["deskhand_model_tokens_total", "cached", "large", "draft"] == 20


async def test_what_waits_in_the_database_is_read_when_it_is_asked_for(
    client: httpx.AsyncClient, house: House, head: dict[str, str]
) -> None:
    before = await scraped(client, head)
    await client.post("/v1/chat", json={"text": "Can I get a refund?"})
    await asyncio.sleep(0.01)
    after = await scraped(client, head)

    assert before["deskhand_database_up",] == 1
    assert (before["deskhand_jobs", "ready"], after["deskhand_jobs", "ready"]) == (0, 1)
    assert ("deskhand_oldest_job_seconds",) not in before
    assert 0 < after["deskhand_oldest_job_seconds",] < 60
    assert after["deskhand_workers",] == 0


async def test_deliveries_workers_and_circuits_in_trouble_are_counted(
    database: Database, client: httpx.AsyncClient, house: House, head: dict[str, str]
) -> None:
    await client.post("/v1/chat", json={"text": "Can I get a refund?"})
    async with database.engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO circuits (destination, failures, open_until) VALUES ('a', 5, now() + interval '1 hour')")
        )
        await connection.execute(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat) "
                "VALUES (now() - interval '2 s'), (now() - interval '1 h')"
            )
        )
        await connection.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))

    found = await scraped(client, head)

    assert found["deskhand_circuits_open",] == 1
    assert found["deskhand_workers",] == 1
    assert 2 <= found["deskhand_worker_heartbeat_age_seconds",] < 60
    assert (found["deskhand_jobs", "ready"], found["deskhand_jobs", "failed"]) == (0, 1)


async def test_each_limit_that_refused_is_named(house: House, head: dict[str, str]) -> None:
    async with calling(house) as caller:
        transport = caller._transport
        assert isinstance(transport, httpx.ASGITransport)
        transport.app.state.refused["requests_at_once"] += 3  # type: ignore[attr-defined]

        found = await scraped(caller, head)

    assert found["deskhand_refusals_total", "requests_at_once"] == 3


async def test_a_worker_shows_how_it_does_and_nothing_else(house: House, head: dict[str, str]) -> None:
    house.measures.called(ModelCall("large", "draft", 0.3, Usage(1, 321, 45)))
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"

    async with (
        door.opened(replace(house, demo=False), listener),
        httpx.AsyncClient(base_url=address, trust_env=False) as caller,
    ):
        found = await scraped(caller, head)
        answers = [(await caller.get(path)).status_code for path in ("/healthz", "/readyz", "/metrics", "/v1/tickets")]

    assert found["deskhand_model_tokens_total", "read", "large", "draft"] == 321
    assert answers == [200, 200, 401, 404]


async def test_a_process_whose_database_is_gone_still_says_what_it_has_done(house: House) -> None:
    nowhere = create_engine("host=127.0.0.1 port=1 dbname=none user=none connect_timeout=1")
    cut_off = replace(house, doors=replace(house.doors, monitor=Monitor(nowhere)))

    async with calling(cut_off) as caller:
        found = await scraped(caller, {"Authorization": f"Bearer {house.run_key}"})

    assert found["deskhand_database_up",] == 0
    assert ("deskhand_jobs", "ready") not in found
    assert ("deskhand_http_requests_waiting",) in found
