"""Several processes on one Chroma server: what one indexes, every one finds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from database.database import Database
from domain.ids import BrandId
from embedding.minilm import MiniLM
from kb_index.chroma import ChromaVectors, open_client

PROGRAM = """
import asyncio, json, sys, time
from datetime import UTC, datetime
from pathlib import Path

import services, settings
from domain.articles import Article
from domain.ids import DEFAULT_BRAND
from domain.search import Query


async def main(data, question, wanted, articles):
    async with services.open_services(settings.read(data=Path(data))) as house:
        put = await house.indexer.put(DEFAULT_BRAND, [Article(**it) for it in articles], datetime.now(UTC))
        until = time.monotonic() + 60
        first = None
        while first != wanted and time.monotonic() < until:
            hits = (await house.context.index.search(Query(question))).hits
            first = hits[0].article
        print(json.dumps({"put": [row.state for row in put], "first": first}))


asyncio.run(main(*sys.argv[1:4], json.loads(sys.argv[4])))
"""
BIRDS = {"id": "birds", "title": "Feed the birds", "body": "Put seeds on the balcony before the sun rises."}
BIKES = {"id": "bikes", "title": "Mend a bicycle tyre", "body": "Take the wheel off and patch the inner tube."}
FILLERS = 12


@pytest.fixture
def environment(database: Database, chroma_server: str, tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DESKHAND_")}
    stores = {"DESKHAND_DATABASE_URL": database.conninfo, "DESKHAND_CHROMA_URL": chroma_server}
    return {**kept, **stores, "DESKHAND_CACHE": str(tmp_path / "cache")}


def articles(first: dict[str, str]) -> list[dict[str, str]]:
    """Return an article and some of no interest."""
    name = first["id"]
    return [first, *({"id": f"{name}-{n}", "title": f"Note {n}", "body": f"Nothing but {n}."} for n in range(FILLERS))]


def begin(environment: dict[str, str], data: Path, question: str, wanted: str, put: object) -> subprocess.Popen[str]:
    """Start a process that indexes articles, and then asks until it finds the one that is wanted."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(data), question, wanted, json.dumps(put)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_index_at_once_and_each_finds_what_the_other_put(
    environment: dict[str, str], chroma_server: str, tmp_path: Path
) -> None:
    started = [
        begin(environment, tmp_path / "one", "my tyre is flat", "bikes", articles(BIRDS)),
        begin(environment, tmp_path / "other", "what do birds eat", "birds", articles(BIKES)),
    ]
    outputs = [process.communicate() for process in started]

    assert [process.returncode for process in started] == [0, 0], outputs
    found = [json.loads(output) for output, _ in outputs]
    assert [it["put"] for it in found] == [["added"] * (FILLERS + 1)] * 2
    assert [it["first"] for it in found] == ["bikes", "birds"]
    with open_client(tmp_path / "unused", chroma_server) as client:
        assert ChromaVectors(client, BrandId("default"), "public", MiniLM()).count() == 2 * (FILLERS + 1)
