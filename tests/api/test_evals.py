import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from database.evals import SILENT, EvalRun
from domain.ids import DEFAULT_BRAND
from tests.api.conftest import NOW, House, calling, served
from tests.evals.making import write_rows, write_suite

ARTICLES = [
    {"id": "refunds", "title": "Refunds", "body": "Ask for a refund within 14 days of the purchase."},
    {"id": "passwords", "title": "Reset a password", "body": "Use the link on the sign-in page."},
]
QUESTIONS = [
    {"id": "q1", "question": "How do I ask for a refund?", "relevant_ids": ["refunds"]},
    {"id": "q2", "question": "the link on the sign-in page", "relevant_ids": ["passwords"]},
    {"id": "q3", "question": "password reset", "relevant_ids": ["passwords"]},
]


@pytest.fixture
def suite(house: House) -> Path:
    """A small suite of the operator's own."""
    folder = house.settings.suites
    assert folder is not None
    folder.mkdir()
    write_rows(folder / "articles.jsonl", *ARTICLES)
    write_rows(folder / "questions.jsonl", *QUESTIONS)
    said = {"name": "small", "kind": "retrieval", "data": "questions.jsonl", "corpus": "articles.jsonl"}
    return write_suite(folder / "small.yaml", **said, gates={"hit@1": {"min": 0.9}})


@pytest.fixture
async def server(house: House, suite: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of a real server who may run suites."""
    async with served(house) as caller:
        caller.headers.update(await house.key("evals"))
        yield caller


async def started(caller: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    response = await caller.post("/v1/evals/runs", json={"suite": "small", "system": "bm25", **wanted})
    assert response.status_code == 202, response.text
    run: dict[str, Any] = response.json()
    return run


async def followed(caller: httpx.AsyncClient, run: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the events of a run until its end, by name."""
    stream = (await caller.get(f"/v1/evals/runs/{run}/events")).text
    blocks = [
        dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in stream.split("\n\n")
    ]
    return [(block["event"], json.loads(block["data"])) for block in blocks if "event" in block]


async def finished(caller: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    run = (await started(caller, **wanted))["id"]
    await followed(caller, run)
    whole: dict[str, Any] = (await caller.get(f"/v1/evals/runs/{run}")).json()
    return whole


async def test_a_run_is_started_followed_and_read(server: httpx.AsyncClient) -> None:
    run = await started(server)
    events = await followed(server, run["id"])
    whole = (await server.get(f"/v1/evals/runs/{run['id']}")).json()

    assert run["state"] == "waiting"
    assert events[-1] == ("done", {"state": "done", "done": 3, "total": 3})
    assert {name for name, _ in events[:-1]} <= {"progress"}
    (hit,) = [score for score in whole["summary"]["scores"] if score["scorer"] == "hit@1"]
    assert (hit["value"], hit["n"]) == (pytest.approx(1.0), 3)
    assert (whole["state"], whole["passed"], whole["summary"]["gates"][0]["passed"]) == ("done", True, True)


async def test_two_runs_are_compared_example_by_example(server: httpx.AsyncClient) -> None:
    earlier = await finished(server, system="bm25")
    later = await finished(server, system="deskhand")

    response = await server.get(f"/v1/evals/runs/{later['id']}/compare", params={"with": earlier["id"]})

    compared = response.json()
    assert (compared["suite"], compared["paired"], compared["unpaired"]) == ("small", 3, 0)
    assert {one["scorer"] for one in compared["differences"]} >= {"hit@1", "mrr@10"}
    assert all(one["change"]["detectable"] > 0 for one in compared["differences"])


async def test_runs_are_listed_newest_first_page_by_page(server: httpx.AsyncClient) -> None:
    runs = [(await started(server))["id"] for _ in range(3)]
    await followed(server, runs[-1])

    first = (await server.get("/v1/evals/runs", params={"limit": 2})).json()
    second = (await server.get("/v1/evals/runs", params={"limit": 2, "after": first["next"]})).json()

    assert len(first["runs"]) == 2
    assert sorted(run["id"] for run in [*first["runs"], *second["runs"]]) == sorted(runs)
    assert second["next"] is None


async def test_the_suites_that_may_be_run_are_listed(server: httpx.AsyncClient) -> None:
    suites = (await server.get("/v1/evals/suites")).json()["suites"]

    shown = {suite["name"]: suite for suite in suites}
    assert {"small", "demo"} <= set(shown)
    assert shown["small"]["systems"] == ["deskhand", "bm25", "dense", "rrf"]


@pytest.mark.parametrize("name", ["../suites/small", "{folder}/small.yaml", "{folder}/small", "gone"])
async def test_a_suite_is_a_name_and_never_a_path(server: httpx.AsyncClient, suite: Path, name: str) -> None:
    response = await server.post("/v1/evals/runs", json={"suite": name.format(folder=suite.parent)})

    assert response.status_code == 404
    assert "GET /v1/evals/suites" in response.json()["detail"]


@pytest.mark.parametrize(
    ("said", "wanted", "detail"),
    [
        ({"data": "gone.jsonl"}, {}, "Its data is not here: no file 'gone.jsonl'"),
        ({"data": "gone.jsonl", "optional": True}, {}, "Its data is not here: suite 'bad' cannot be run here"),
        ({"data": "articles.jsonl"}, {}, "articles.jsonl:1: question: Field required"),
        ({"gates": {"hits@1": {"min": 1}}}, {}, "no scorer 'hits@1'"),
        ({}, {"system": "oracle"}, "no system 'oracle' for retrieval suites"),
    ],
)
async def test_a_suite_that_cannot_be_run_is_told_at_once_without_this_machines_folders(
    server: httpx.AsyncClient, suite: Path, said: dict[str, Any], wanted: dict[str, Any], detail: str
) -> None:
    bad = {"name": "bad", "kind": "retrieval", "data": "questions.jsonl", "corpus": "articles.jsonl"} | said
    write_suite(suite.with_name("bad.yaml"), **bad)

    response = await server.post("/v1/evals/runs", json={"suite": "bad", **wanted})

    assert response.status_code == 422
    assert detail in response.json()["detail"]
    assert str(suite.parent) not in response.text
    assert (await server.get("/v1/evals/runs")).json()["runs"] == []


async def test_runs_take_the_scope_and_stay_in_their_brand(house: House, suite: Path) -> None:
    await house.desk.add_brand("other", "Other", NOW)  # type: ignore[arg-type]  # a plain id
    async with served(house) as caller:
        mine = await house.key("evals")
        run = (await caller.post("/v1/evals/runs", json={"suite": "small", "system": "bm25"}, headers=mine)).json()
        place = f"/v1/evals/runs/{run['id']}"

        without = await caller.get(place, headers=await house.key("search", "drafts"))
        elsewhere = await caller.get(place, headers=await house.key("evals", brand="other"))
        anyone = await caller.get(place)

    assert (without.status_code, elsewhere.status_code, anyone.status_code) == (403, 404, 403)


async def test_a_run_whose_process_fell_silent_is_stopped_and_says_so(house: House) -> None:
    run = EvalRun("evr_1", DEFAULT_BRAND, "demo", "deskhand", None, "running", 3, 40, None, None, NOW, NOW, None)
    await house.eval_runs.add(replace(run, heard_at=NOW - SILENT - timedelta(seconds=1)))

    async with calling(house) as caller:
        shown = (await caller.get("/v1/evals/runs/evr_1", headers=await house.key("evals"))).json()

    assert (shown["state"], shown["done"], shown["summary"]) == ("stopped", 3, None)
    assert "start it again" in shown["error"]


async def test_a_run_is_stopped_with_its_server(house: House, suite: Path) -> None:
    rows = [{"question": f"How do I ask for refund {number}?", "relevant_ids": ["refunds"]} for number in range(5000)]
    write_rows(suite.with_name("questions.jsonl"), *rows)
    async with served(house) as caller:
        caller.headers.update(await house.key("evals"))
        run = await started(caller, system="deskhand")

    async with calling(house) as caller:
        caller.headers.update(await house.key("evals"))
        stopped = (await caller.get(f"/v1/evals/runs/{run['id']}")).json()

    assert (stopped["state"], stopped["passed"]) == ("stopped", None)
    assert "what was done is kept" in stopped["error"]


async def test_runs_of_different_suites_or_without_a_result_cannot_be_compared(
    server: httpx.AsyncClient, house: House
) -> None:
    run = EvalRun("evr_1", DEFAULT_BRAND, "small", "bm25", None, "waiting", 0, None, None, None, NOW, NOW, None)
    await house.eval_runs.add(run)
    done = await finished(server)

    unfinished = await server.get(f"/v1/evals/runs/{done['id']}/compare", params={"with": "evr_1"})
    unknown = await server.get(f"/v1/evals/runs/{done['id']}/compare", params={"with": "evr_2"})

    assert (unfinished.status_code, unknown.status_code) == (422, 404)
    assert "has come to nothing yet" in unfinished.json()["detail"]
