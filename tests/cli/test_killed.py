"""A server that is killed in the middle of indexing loses nothing that it acknowledged, and holds nothing twice."""

import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from cli import running
from tests.cli.conftest import Deskhand
from tests.cli.test_serving import PATIENCE_S, Served, start

KILLS = 20 if os.environ.get("PROVE") else 2
BATCH = 6
SENTENCES = 12


@dataclass
class Writer:
    """Somebody who writes articles without pause, and remembers what was acknowledged and what may have been."""

    numbers: Iterator[int] = field(default_factory=count)
    stored: dict[str, str] = field(default_factory=dict)
    unsure: dict[str, str | None] = field(default_factory=dict)

    def write(self, served: Served) -> None:
        """Send batches until the server is gone; each holds new articles, a changed one and then a deletion."""
        try:
            with client(served) as caller:
                while True:
                    self._batch(caller)
                    self._deletion(caller)
        except httpx.TransportError:
            return

    def _batch(self, caller: httpx.Client) -> None:
        fresh = {f"page-{number}": body(number) for number in (next(self.numbers) for _ in range(BATCH))}
        changed = {name: body(next(self.numbers)) for name in list(self.stored)[:1]}
        sent = {**fresh, **changed}
        self.unsure.update(sent)
        rows = [{"id": name, "title": f"About {name}", "body": text} for name, text in sent.items()]
        answer = caller.post("/v1/articles:batch", json={"articles": rows})
        for row in answer.json()["rows"]:
            assert row["state"] in ("added", "changed"), row
            self._settle(row["id"], sent[row["id"]])

    def _deletion(self, caller: httpx.Client) -> None:
        name = list(self.stored)[1]
        self.unsure[name] = None
        assert caller.delete(f"/v1/articles/{name}").is_success
        self._settle(name, None)

    def _settle(self, name: str, text: str | None) -> None:
        self.stored.pop(name, None)
        if text is not None:
            self.stored[name] = text
        del self.unsure[name]


def body(number: int) -> str:
    """Return a text of several passages that nothing else says."""
    return "\n\n".join(f"## Part {part}\n\nIt takes number {number} in part {part}." for part in range(SENTENCES))


def client(served: Served) -> httpx.Client:
    server = running.find(served.data)
    assert server is not None
    headers = {"Authorization": f"Bearer {server.key}"}
    return httpx.Client(base_url=server.url, headers=headers, timeout=PATIENCE_S, trust_env=False)


def kill_while_it_writes(served: Served, writer: Writer, chance: random.Random) -> None:
    writing = threading.Thread(target=writer.write, args=(served,))
    before = len(writer.stored)
    writing.start()
    while len(writer.stored) < before + BATCH and writing.is_alive():
        time.sleep(0.005)
    time.sleep(chance.uniform(0, 0.5))
    served.process.send_signal(signal.SIGKILL)
    served.process.communicate()
    writing.join(PATIENCE_S)


def listed(caller: httpx.Client) -> list[str]:
    """Return the id of every article there is."""
    names: list[str] = []
    page: dict[str, Any] = {"next": None}
    while not names or page["next"]:
        after = {"after": page["next"]} if page["next"] else {}
        page = caller.get("/v1/articles", params={"limit": 200, **after}).json()
        names += [row["id"] for row in page["articles"]]
    return names


def test_a_server_killed_while_it_indexes_loses_nothing_and_holds_nothing_twice(
    environment: Mapping[str, str], database_url: str, tmp_path: Path, typed: Deskhand
) -> None:
    settings = {**environment, "DESKHAND_DATABASE_URL": database_url}
    writer, chance = Writer(), random.Random(7)

    for _ in range(KILLS):
        kill_while_it_writes(start(settings, tmp_path / "data"), writer, chance)
    served = start(settings, tmp_path / "data")
    try:
        checked = typed("doctor", "--data", served.data, "--json", DESKHAND_DATABASE_URL=database_url)
        with client(served) as caller:
            there = listed(caller)
            bodies = {name: caller.get(f"/v1/articles/{name}").json()["body"] for name in there}
            found = {name: search(caller, f"About {name}") for name in there}
    finally:
        served.process.terminate()
        served.process.communicate(timeout=PATIENCE_S)

    findings = {finding["name"]: finding for finding in json.loads(checked.stdout)}
    sure = {name: text for name, text in writer.stored.items() if name not in writer.unsure}
    assert len(there) == len(set(there))
    assert sure.keys() <= set(there) <= {*writer.stored, *writer.unsure}
    assert {name: bodies[name] for name in sure} == sure
    assert all(hits.count(name) == 1 for name, hits in found.items())
    assert (checked.returncode, findings["index"]["state"]) == (0, "good"), findings["index"]


def search(caller: httpx.Client, question: str) -> list[str]:
    """Return the articles found, each as often as it is listed."""
    results = caller.post("/v1/search", json={"query": question, "limit": 10}).json()["results"]
    assert all(len({it["id"] for it in hit["passages"]}) == len(hit["passages"]) for hit in results)
    return [hit["article"] for hit in results]
