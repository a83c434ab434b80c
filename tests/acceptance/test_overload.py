"""Ten times more customers than the desk can serve: who is let in waits no longer than usual, and is not lost."""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import psycopg

from tests.acceptance.customers import QUESTIONS, Books, books, settled
from tests.acceptance.processes import Deskhand, Postgres, running_all
from tests.cli.conftest import Deskhand as Run
from tests.cli.conftest import environment, help_center, run

__all__ = ["environment", "help_center", "run"]
PROVING = bool(os.environ.get("PROVE"))
FULL_S, OVERLOAD_S = (30.0, 60.0) if PROVING else (2.0, 3.0)
WAITING = 16  # turns that the desk lets wait, and customers of a full day
TIMES = 10
WAITED = """
SELECT extract(epoch FROM stream.created_at - tickets.created_at)::float
FROM stream JOIN tickets ON tickets.id = stream.ticket WHERE stream.kind = 'done' AND tickets.id = ANY(%s)
"""


@dataclass
class Day:
    """Who was let in, in how many seconds each of them was told so, and how many were sent away."""

    tickets: list[str] = field(default_factory=list)
    taken_s: list[float] = field(default_factory=list)
    refused: int = 0

    async def say(self, caller: httpx.AsyncClient, number: int) -> str | None:
        """Say something once; return where to follow it, None when it was not taken."""
        began = time.perf_counter()
        answer = await caller.post("/v1/chat", json={"text": QUESTIONS[number % len(QUESTIONS)]})
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            assert int(answer.headers["Retry-After"]) > 0
            self.refused += 1
            return None
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        self.taken_s.append(time.perf_counter() - began)
        self.tickets.append(answer.json()["ticket"])
        return str(answer.json()["events"])

    async def converse(self, caller: httpx.AsyncClient, number: int, until: float) -> None:
        """Say one thing after the other, each when the one before is done."""
        while time.monotonic() < until:
            events = await self.say(caller, number)
            if events is None:
                await asyncio.sleep(0.1)
                continue
            async with caller.stream("GET", events) as stream:
                async for line in stream.aiter_lines():
                    if line == "event: done":
                        break

    def p95_s(self, conninfo: str) -> float:
        """Return in how many seconds 95 of 100 who were let in knew what becomes of their question."""
        with psycopg.connect(conninfo) as connection:
            waited = [row[0] for row in connection.execute(WAITED, (self.tickets,))]
        assert len(waited) == len(self.tickets)
        return float(np.percentile(waited, 95))


async def full(url: str) -> Day:
    """Let as many customers talk as the desk lets wait."""
    day, until = Day(), time.monotonic() + FULL_S
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as caller:
        await asyncio.gather(*(day.converse(caller, number, until) for number in range(WAITING)))
    return day


async def flood(url: str, a_second: float) -> Day:
    """Let so many customers arrive in a second, whatever the desk says."""
    day, limits = Day(), httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False, limits=limits) as caller:
        arriving = []
        for number in range(round(OVERLOAD_S * a_second)):
            arriving.append(asyncio.create_task(day.say(caller, number)))
            await asyncio.sleep(1 / a_second)
        await asyncio.gather(*arriving)
    return day


def test_whoever_is_let_in_during_an_overload_waits_no_longer_and_is_not_lost(
    environment: Mapping[str, str], help_center: Path, run: Run, tmp_path: Path
) -> None:
    data, narrow = tmp_path / "data", {**environment, "DESKHAND_TURNS_WAITING": str(WAITING)}
    assert run("index", help_center, "--data", data).returncode == 0
    server = Deskhand(("serve", "--demo", "--port", "0"), data, narrow)
    with running_all(server), Postgres.used(data / "postgres") as stores:
        assert server.url
        usual = asyncio.run(full(server.url))
        settled(stores.conninfo)
        before, capacity = usual.p95_s(stores.conninfo), len(usual.tickets) / FULL_S
        crowded = asyncio.run(flood(server.url, TIMES * capacity))
        settled(stores.conninfo)
        during, found = crowded.p95_s(stores.conninfo), books(stores.conninfo)

    taken = [float(np.percentile(day.taken_s, 95)) for day in (usual, crowded)]
    print(f"full: {capacity:.1f}/s, p95 taken {taken[0]:.2f} s, done {before:.2f} s")
    print(f"{TIMES} x: {len(crowded.tickets)} let in, {crowded.refused} refused, p95 {taken[1]:.2f} s, {during:.2f} s")
    assert found == Books(tickets=len(usual.tickets) + len(crowded.tickets))
    assert crowded.refused > 0
    if PROVING:
        assert during <= 2 * before
