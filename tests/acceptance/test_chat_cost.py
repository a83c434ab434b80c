"""What a chat message costs beside its thinking: API, hub and desk, with an engine and an index that cost nothing."""

import asyncio
import json
import os
import sys
from dataclasses import replace
from typing import Any

import graph
import services
from connectors.chat import Chat
from desk.cases import Concluded
from desk.queue import Queue
from domain.turns import Turn
from engines.scripted import Scripted
from evals.benchmarks.chat import WARMING
from tests.api.conftest import House, client, house, served
from tests.calibrated import Sends
from tests.test_graph import GOOD, REFUND, TRUE
from worker import Note, Work, run_worker

__all__ = ["client", "house"]  # fixtures

PROVE = "PROVE" in os.environ
MESSAGES = 500 if PROVE else 32
AT_ONCE = 32


def scripted(house: House) -> House:
    """Return the house with an engine that answers every message, and sends what it answers."""
    engine = Scripted([answer for _ in range(WARMING + MESSAGES) for answer in (REFUND, TRUE, GOOD)])
    context = replace(house.context, engine=engine, embedded=engine, sending=Sends(), now=services.now)
    return replace(house, context=context)


def work(house: House) -> Work:
    """Return what the worker of a served Deskhand does with a ticket."""

    async def respond(turn: Turn, note: Note) -> Concluded:
        async def reached(node: str) -> None:
            if node in services.STATUSES:
                await note(services.STATUSES[node])

        return services.concluded(await graph.handle(turn, await house.ports(turn.brand), reached))

    def give_up(turn: Turn) -> Concluded:
        raise AssertionError(f"{turn.ticket!r} stopped its worker twice")

    return Work(house.desk, respond, give_up, {"chat": Chat(house.desk, services.now)}, services.now)


async def measured(address: str) -> dict[str, Any]:
    """Return what `python -m evals.benchmarks chat` finds, in a process of its own."""
    options = ["--messages", str(MESSAGES), "--at-once", str(AT_ONCE)]
    asked = [sys.executable, "-m", "evals.benchmarks", "chat", address, *options]
    process = await asyncio.create_subprocess_exec(*asked, stdout=asyncio.subprocess.PIPE)
    found, _ = await process.communicate()
    numbers: dict[str, Any] = json.loads(found)
    return numbers


async def test_so_many_customers_at_once_are_all_answered(house: House, queue: Queue) -> None:
    ready = scripted(house)
    worker = asyncio.create_task(run_worker(queue, work(ready)))

    async with served(ready) as caller:
        found = await measured(str(caller.base_url))
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)

    print(found)  # what each cost, and how long its customer waited
    assert found["failed"] == 0
