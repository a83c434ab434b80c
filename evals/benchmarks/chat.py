"""What a chat message costs the server that takes it, and how long its customer waits."""

import asyncio
import os
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import urlsplit

import httpx
import numpy as np
import psutil

TEXT = "Can I get a refund?"
WARMING = 32  # messages that are not counted
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Waited:
    """Milliseconds until a message was taken, and until its case was done."""

    taken: float
    done: float


@dataclass(frozen=True)
class Chatted:
    """What so many messages cost, so many at once.

    `cpu_ms` is the CPU that the server's process took for each, None when it is not on this machine; the others are p50
    and p95 in milliseconds.
    """

    messages: int
    at_once: int
    failed: int
    cpu_ms: float | None
    taken_ms: dict[str, float]
    done_ms: dict[str, float]


async def measure(url: str, messages: int, at_once: int, key: str | None = None) -> Chatted:
    """Say so much to a server, each in a conversation of its own, and follow each until its case is done."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    limits = httpx.Limits(max_connections=2 * at_once)
    async with httpx.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=PATIENCE_S) as caller:
        await _all(caller, WARMING, at_once)
        server = _server(url)
        before = _cpu(server)
        waited = await _all(caller, messages, at_once)
        spent = _cpu(server) - before
    found = [it for it in waited if it is not None]
    cpu = round(1000 * spent / messages, 2) if server else None
    taken, done = _spread([it.taken for it in found]), _spread([it.done for it in found])
    return Chatted(messages, at_once, messages - len(found), cpu, taken, done)


async def _all(caller: httpx.AsyncClient, messages: int, at_once: int) -> list[Waited | None]:
    free = asyncio.Semaphore(at_once)

    async def one() -> Waited | None:
        async with free:
            try:
                return await _say(caller)
            except httpx.HTTPError:
                return None

    return await asyncio.gather(*(one() for _ in range(messages)))


async def _say(caller: httpx.AsyncClient) -> Waited:
    began = perf_counter()
    said = (await caller.post("/v1/chat", json={"text": TEXT})).raise_for_status().json()
    taken = perf_counter()
    async with caller.stream("GET", said["events"]) as stream:
        async for line in stream.raise_for_status().aiter_lines():
            if line == "event: done":
                break
    return Waited(1000 * (taken - began), 1000 * (perf_counter() - began))


def _server(url: str) -> psutil.Process | None:
    """Return the process that listens there, if it is on this machine and may be looked at."""
    port, own = urlsplit(url).port, os.getpid()
    for at in psutil.net_connections("tcp"):
        if at.status == psutil.CONN_LISTEN and at.laddr and at.laddr.port == port and at.pid not in (None, own):
            return psutil.Process(at.pid)
    return None


def _cpu(process: psutil.Process | None) -> float:
    if process is None:
        return 0.0
    spent = process.cpu_times()
    return spent.user + spent.system


def _spread(spent: list[float]) -> dict[str, float]:
    p50, p95 = np.percentile(spent or [0.0], (50, 95))
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1)}
