"""Macros that drafts rest on: found, cited and gone as articles are."""

from collections.abc import AsyncIterator
from concurrent.futures import Executor
from dataclasses import replace

import httpx
import pytest

import graph
import services
from database.database import Database
from desk.queue import Queue
from domain.ids import DEFAULT_BRAND, CaseId
from domain.turns import Turn
from services.doors import Doors
from tests.api.conftest import MINILM, House, calling

QUESTION = "How do I change the color of my bicycle helmet?"
STEPS = "You can change the color of your bicycle helmet in the app: open Gear, choose Helmet and pick a color."
MACRO = {
    "name": "Helmet colors",
    "text": f"Dear {{customer_name}},\n\n{STEPS}\n\nKind regards\n{{teammate_name}}",
    "retrievable": True,
}


@pytest.fixture
async def shelved(stocked: House, database: Database) -> AsyncIterator[House]:
    """A house whose macros reach its index."""
    async with Queue(database.conninfo) as queue:
        yield replace(stocked, doors=Doors.on(database.engine, queue, stocked.policies, stocked.indexer))


@pytest.fixture
async def worker(shelved: House) -> AsyncIterator[httpx.AsyncClient]:
    """A program that teammates work with."""
    async with calling(shelved) as caller:
        caller.headers.update(await shelved.key("tickets", "search"))
        yield caller


async def found(worker: httpx.AsyncClient, query: str = QUESTION) -> list[tuple[str, str]]:
    results = (await worker.post("/v1/search", json={"query": query})).json()["results"]
    return [(one["article"], one["title"]) for one in results]


async def test_a_draft_cites_a_macro_without_salutation_and_closing(
    worker: httpx.AsyncClient, shelved: House, pool: Executor
) -> None:
    made = (await worker.post("/v1/macros", json=MACRO)).json()
    tools = services.tools(shelved.settings, shelved.context.policy, MINILM, pool)
    ports = tools.context(shelved.context.index)

    decision = await graph.handle(Turn(CaseId("cas_1"), DEFAULT_BRAND, QUESTION), ports)

    assert decision.reply is not None
    cited = {citation.article for said in decision.reply.sentences for citation in said.citations}
    assert cited == {f"macro:{made['id']}"}
    assert "Gear" in decision.reply.text
    assert "{" not in decision.reply.text


async def test_what_a_macro_becomes_is_found_at_once(worker: httpx.AsyncClient) -> None:
    made = (await worker.post("/v1/macros", json={**MACRO, "retrievable": False})).json()
    path, article = f"/v1/macros/{made['id']}", f"macro:{made['id']}"

    before = await found(worker)
    await worker.patch(path, json={"retrievable": True, "name": "Helmets"})
    shown = await found(worker)
    await worker.patch(path, json={"text": "Invoices are sent by e-mail on the first day of each month."})
    changed = await worker.post("/v1/search", json={"query": "When are invoices sent?"})
    await worker.patch(path, json={"retrievable": False})
    hidden = await found(worker)

    assert (before, shown, hidden) == ([], [(article, "Helmets")], [])
    assert changed.json()["results"][0]["passages"][0]["text"].endswith("first day of each month.")


async def test_a_deleted_macro_is_found_by_nobody(worker: httpx.AsyncClient) -> None:
    made = (await worker.post("/v1/macros", json=MACRO)).json()
    before = await found(worker)

    await worker.delete(f"/v1/macros/{made['id']}")

    assert [article for article, _ in before] == [f"macro:{made['id']}"]
    assert await found(worker) == []


@pytest.mark.parametrize("text", ["Dear {customer_name},\n{teammate_name}", "Hello.\nYour ticket is {ticket}.\nBye."])
async def test_what_differs_each_time_is_no_evidence(worker: httpx.AsyncClient, text: str) -> None:
    refused = await worker.post("/v1/macros", json={**MACRO, "text": text})

    assert refused.status_code == 422
    assert "first and last lines only" in refused.json()["detail"]
    assert (await worker.get("/v1/macros")).json()["macros"] == []
