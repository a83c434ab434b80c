"""Every stream of the API goes on where a connection broke: no event is lost, none comes twice."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from api.app import create_app
from database.evals import EvalRun, Outcome
from domain.ids import DEFAULT_BRAND
from tests.api.conftest import NOW, House, served

Event = tuple[str, str, str]  # its id, its name and its data
STEPS = 3


@dataclass(frozen=True)
class Stream:
    """A stream of the API: its address once there is something to follow, what happens then, and how it ends."""

    begin: Callable[[House, httpx.AsyncClient], Awaitable[str]]
    happen: Callable[[House, httpx.AsyncClient, str], Coroutine[Any, Any, None]]
    last: str
    times: int


async def begin_chat(house: House, caller: httpx.AsyncClient) -> str:
    return str((await caller.post("/v1/chat", json={"text": "Can I get a refund?"})).json()["events"])


async def chat(house: House, caller: httpx.AsyncClient, address: str) -> None:
    ticket = address.split("/")[3]
    await house.answer(ticket)
    for _ in range(STEPS - 1):
        await caller.post("/v1/chat", json={"text": "And then?", "ticket": ticket})
        await house.answer(ticket)


async def begin_run(house: House, caller: httpx.AsyncClient) -> str:
    run = EvalRun("evr_1", DEFAULT_BRAND, "demo", "deskhand", None, "waiting", 0, None, None, None, NOW, NOW, None)
    await house.eval_runs.add(run)
    return "/v1/evals/runs/evr_1/events"


async def evaluate(house: House, caller: httpx.AsyncClient, address: str) -> None:
    for done in range(STEPS):
        await house.eval_runs.reach("evr_1", done, STEPS, NOW)
        await asyncio.sleep(0.1)
    await house.eval_runs.finish("evr_1", Outcome(True, {}, b""), NOW)


STREAMS = {
    "/v1/chat/{ticket}/events": Stream(begin_chat, chat, "done", STEPS),
    "/v1/evals/runs/{run}/events": Stream(begin_run, evaluate, "done", 1),
}


def streaming(house: House) -> dict[str, list[str]]:
    """Return the headers that each stream of the OpenAPI document takes."""
    return {
        path: [given["name"] for given in operation["parameters"] if given["in"] == "header"]
        for path, operations in create_app(house).openapi()["paths"].items()
        for operation in operations.values()
        if "text/event-stream" in operation["responses"].get("200", {}).get("content", {})
    }


async def events(caller: httpx.AsyncClient, address: str, last: str | None, breaks_after: int) -> AsyncGenerator[Event]:
    """Yield the whole events of a connection that breaks after so many bytes."""
    headers = {"Last-Event-ID": last} if last else {}
    heard = b""
    async with caller.stream("GET", address, headers=headers) as stream:
        async for chunk in stream.aiter_raw():
            heard += chunk[: breaks_after - len(heard)]
            *whole, heard_last = heard.split(b"\n\n")
            breaks_after -= len(heard) - len(heard_last)
            heard = heard_last
            for block in whole:
                said = dict(line.partition(": ")[::2] for line in block.decode().splitlines())
                if "data" in said:
                    yield said["id"], said["event"], said["data"]
            if len(heard) >= breaks_after:
                return


async def follow(caller: httpx.AsyncClient, address: str, stream: Stream, chance: random.Random) -> list[Event]:
    """Follow a stream to its end over connections that break at random."""
    told: list[Event] = []
    while [name for _, name, _ in told].count(stream.last) < stream.times:
        last = told[-1][0] if told else None
        async with aclosing(events(caller, address, last, chance.randint(1, 1500))) as connection:
            async for event in connection:
                told.append(event)
                if [name for _, name, _ in told].count(stream.last) == stream.times:
                    break
    return told


async def test_every_stream_takes_the_id_of_the_last_event(house: House) -> None:
    found = streaming(house)

    assert found.keys() == STREAMS.keys()
    assert {path for path, headers in found.items() if "last-event-id" not in headers} == set()


@pytest.mark.parametrize("path", STREAMS)
async def test_a_stream_loses_and_doubles_nothing_wherever_its_connection_breaks(house: House, path: str) -> None:
    stream, key = STREAMS[path], await house.key("admin")
    async with served(replace(house, demo=False)) as caller:
        caller.headers.update(key)
        address = await stream.begin(house, caller)
        async with asyncio.timeout(30):
            happening = asyncio.create_task(stream.happen(house, caller, address))
            readers = [follow(caller, address, stream, random.Random(seed)) for seed in range(8)]
            broken = await asyncio.gather(*readers)
            await happening
            whole = await follow(caller, address, stream, random.Random(0))

    for told in broken:
        assert len({event[0] for event in told}) == len(told)
        assert told[-len(whole) :] == whole
    if path.startswith("/v1/chat"):  # whose stream is kept; of a run it is told where it stands
        assert all(told == whole for told in broken)
