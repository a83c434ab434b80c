"""A server that is killed while customers write loses none of them, answers none twice, and goes on at once."""

import os
import random
import signal
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from cli import running
from tests.cli.conftest import Deskhand, environment, help_center, run
from tests.cli.test_serving import PATIENCE_S, start

__all__ = ["environment", "help_center", "run"]
PROVING = bool(os.environ.get("PROVE"))
KILLS, WRITING = (50, 20) if PROVING else (2, 3)
RESUMED_S = 10.0
QUESTIONS = ("How do I get a refund?", "Let me talk to a person.", "What does the moon weigh?")


def says(data: Path, number: int) -> str:
    """Write as a customer whose window tries again until it is heard, and return the ticket."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            return str(_sent(data, number)["ticket"])
        except (httpx.HTTPError, LookupError):
            time.sleep(0.05)
    raise AssertionError(f"customer {number} was never heard")


def _sent(data: Path, number: int) -> dict[str, Any]:
    server = running.find(data)
    if server is None:
        raise LookupError(data)
    headers = {"Idempotency-Key": f"customer-{number}"}
    said = {"text": QUESTIONS[number % len(QUESTIONS)]}
    answer = httpx.post(f"{server.url}/v1/chat", json=said, headers=headers, timeout=5, trust_env=False)
    if answer.status_code == httpx.codes.CONFLICT:  # the attempt that was killed still counts as running, for a while
        raise LookupError(number)
    answer.raise_for_status()
    answered: dict[str, Any] = answer.json()
    return answered


def waits(data: Path, tickets: list[str]) -> dict[str, list[str]]:
    """Return what kinds of messages the bot wrote in each ticket, once none waits any more."""
    server = running.find(data)
    assert server is not None
    said: dict[str, list[str]] = {}
    deadline = time.monotonic() + PATIENCE_S
    with httpx.Client(base_url=server.url, timeout=PATIENCE_S, trust_env=False) as client:
        while len(said) < len(tickets) and time.monotonic() < deadline:
            for ticket in set(tickets) - said.keys():
                shown = client.get(f"/v1/chat/{ticket}").json()
                if shown["working"] is None:
                    said[ticket] = [one["kind"] for one in shown["messages"] if one["author"] == "bot"]
    return said


def test_a_server_killed_while_it_answers_loses_nobody_and_answers_nobody_twice(
    environment: Mapping[str, str], help_center: Path, run: Deskhand, tmp_path: Path
) -> None:
    data, chance = tmp_path / "data", random.Random(11)
    assert run("index", help_center, "--data", data).returncode == 0
    served = start(environment, data)
    tickets: list[str] = []
    resumed: list[float] = []
    try:
        for round_ in range(KILLS):
            numbers = range(round_ * WRITING, (round_ + 1) * WRITING)
            with ThreadPoolExecutor(WRITING) as customers:
                heard = [customers.submit(says, data, number) for number in numbers]
                threading.Event().wait(chance.uniform(0.05, 1.5))
                served.process.send_signal(signal.SIGKILL)
                served.process.communicate()
                served = start(environment, data)
                began = time.monotonic()
                tickets += [one.result() for one in heard]
            waits(data, tickets[-WRITING:])
            resumed.append(time.monotonic() - began)
        said = waits(data, tickets)
    finally:
        served.process.terminate()
        served.process.communicate(timeout=PATIENCE_S)

    assert len(set(tickets)) == KILLS * WRITING
    assert said.keys() == set(tickets)
    assert {len(kinds) for kinds in said.values()} == {1}
    print(f"{KILLS} kills, {len(tickets)} tickets, resumed within {max(resumed):.1f} s")
    assert max(resumed) < (RESUMED_S if PROVING else PATIENCE_S)
