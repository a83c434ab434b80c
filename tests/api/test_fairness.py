"""Somebody who asks at full speed, and what others notice of it: real connections, addresses and time."""

import asyncio
import os
import time
from collections import Counter
from dataclasses import replace

import httpx
import numpy as np

from tests.api.conftest import House, served

PROVING = bool(os.environ.get("PROVE"))
SECONDS, OTHERS, EVERY_S, AT_ONCE = (20.0, 10, 1.0, 64) if PROVING else (2.0, 6, 0.2, 32)
SLOWER = 2.0  # at most, where the machine has nothing else to do


async def asks(caller: httpx.AsyncClient, address: str, every_s: float, until: float) -> list[tuple[int, float]]:
    """Ask again and again, and return how each was answered and after how many seconds."""
    answers = []
    while time.monotonic() < until:
        began = time.perf_counter()
        answer = await caller.get(
            "/v1/tickets", headers={"X-Forwarded-For": address, "Authorization": "Bearer dh_none"}
        )
        answers.append((answer.status_code, time.perf_counter() - began))
        await asyncio.sleep(every_s)
    return answers


async def others(caller: httpx.AsyncClient) -> float:
    """Return the p95 of customers who ask now and then, in seconds; none of them is refused."""
    until = time.monotonic() + SECONDS
    places = {f"198.51.100.{number}": EVERY_S + number / 100 for number in range(1, OTHERS + 1)}
    asked = await asyncio.gather(*(asks(caller, address, every, until) for address, every in places.items()))
    assert {status for answers in asked for status, _ in answers} == {401}
    return float(np.percentile([took for answers in asked for _, took in answers], 95))


async def test_who_asks_at_full_speed_is_refused_and_nobody_else_is(house: House) -> None:
    async with (
        served(replace(house, demo=False)) as caller,
        httpx.AsyncClient(
            base_url=caller.base_url, timeout=30, trust_env=False, limits=httpx.Limits(max_connections=None)
        ) as abuser,
    ):
        await others(caller)
        alone = await others(caller)
        until = time.monotonic() + SECONDS + 0.5
        abuse = [asyncio.create_task(asks(abuser, "203.0.113.66", 0, until)) for _ in range(AT_ONCE)]
        await asyncio.sleep(0.5)
        beside = await others(caller)
        statuses = Counter(status for answers in await asyncio.gather(*abuse) for status, _ in answers)

    print(f"p95 alone {alone * 1000:.1f} ms, beside {beside * 1000:.1f} ms, the abuser got {dict(statuses)}")
    assert statuses[429] >= AT_ONCE - 8
    assert not PROVING or beside < SLOWER * alone
