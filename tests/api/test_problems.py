import json
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from api.limits import BODY
from tests.api.conftest import House, calling

JSON = {"Content-Type": "application/json"}
REFUSED = [
    ("POST", "/v1/search", b'{"query": "a', JSON, 400, "malformed"),
    ("POST", "/v1/search", b'{"query": "\xff"}', JSON, 400, "malformed"),
    ("POST", "/v1/search", b"[" * 100_000, JSON, 400, "malformed"),
    ("GET", "/nowhere", b"", {}, 404, "not-found"),
    ("GET", "/v1/search", b"", {}, 405, "method-not-allowed"),
    ("POST", "/v1/search", b" " * (BODY + 1), JSON, 413, "too-large"),
    ("POST", "/v1/search", b"query=refund", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "not-json"),
    ("POST", "/v1/search", b'{"query": "refund"}', {}, 415, "not-json"),
    ("POST", "/v1/search", b'{"query": " "}', JSON, 422, "invalid"),
    ("POST", "/v1/search", b'{"query": "a\\u0000b"}', JSON, 422, "invalid"),
    ("POST", "/v1/search", b'{"query": "\\ud800"}', JSON, 422, "invalid"),
    ("POST", "/v1/search", b'{"query": "refund", "limitt": 3}', JSON, 422, "invalid"),
    ("POST", "/v1/search", b'{"query": "refund", "\\ud800": 3}', JSON, 422, "invalid"),
    ("POST", "/v1/search", b'{"query": "refund", "limit": 0}', JSON, 422, "invalid"),
    ("POST", "/v1/search", json.dumps({"query": "a" * 20_001}).encode(), JSON, 422, "invalid"),
    ("POST", "/v1/search", b"", JSON, 422, "invalid"),
    ("POST", "/v1/drafts", b'{"text": "Hello", "history": ["Hello"]}', JSON, 422, "invalid"),
    ("POST", "/v1/chat", b'{"text": "a\\u0000b"}', JSON, 422, "invalid"),
    ("GET", "/v1/articles?after=%00", b"", {}, 422, "invalid"),
    ("GET", "/v1/articles/%00", b"", {}, 422, "invalid"),
    ("GET", "/v1/articles/%ff", b"", {}, 404, "unknown"),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "kind"),
    REFUSED,
    ids=[f"{row[4]} {row[2][:40]!r}" for row in REFUSED],
)
async def test_what_goes_wrong_is_told_as_a_problem_document(
    client: httpx.AsyncClient, method: str, path: str, body: bytes, headers: dict[str, str], status: int, kind: str
) -> None:
    response = await client.request(method, path, content=body, headers=headers)

    problem = response.json()
    assert (response.status_code, problem["status"]) == (status, status)
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:deskhand:{kind}"
    assert problem["instance"] == f"urn:deskhand:request:{response.headers['x-request-id']}"
    assert problem["detail"]


async def test_a_body_of_unstated_length_is_refused_once_it_is_too_large(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    response = await client.post("/v1/search", content=endless(), headers=JSON)

    assert (response.status_code, response.json()["type"]) == (413, "urn:deskhand:too-large")


async def test_a_problem_names_the_place_and_never_repeats_the_value(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/search", json={"query": "refund", "audience": "my-secret", "limit": "my-secret"})

    assert {fault["place"] for fault in response.json()["errors"]} == {"body.audience", "body.limit"}
    assert "my-secret" not in response.text


async def test_a_failure_of_ours_says_where_the_log_has_it_and_nothing_else(house: House) -> None:
    broken = replace(house, indexer=None)  # type: ignore[arg-type]  # so that something breaks

    async with calling(broken) as caller:
        body = {"title": "Refunds", "body": "None."}
        response = await caller.put("/v1/articles/refunds", json=body, headers=await house.key("articles"))

    assert (response.status_code, response.json()["type"]) == (500, "urn:deskhand:failed")
    assert response.headers["x-request-id"] in response.json()["instance"]
    assert "NoneType" not in response.text


async def test_a_request_keeps_the_id_it_came_with(client: httpx.AsyncClient) -> None:
    kept = await client.get("/healthz", headers={"X-Request-ID": "mine-1"})
    replaced = await client.get("/healthz", headers={"X-Request-ID": "not one\tof ours"})

    assert kept.headers["x-request-id"] == "mine-1"
    assert replaced.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/tickets/tic_1", "GET, PATCH"),
        ("/v1/tickets/search", "GET"),
        ("/v1/articles/guides/refunds", "DELETE, GET, PUT"),
        ("/v1/chat/session", "POST"),
    ],
)
async def test_another_method_is_told_those_that_the_path_takes(
    client: httpx.AsyncClient, path: str, methods: str
) -> None:
    response = await client.request("OPTIONS", path)

    assert (response.status_code, response.headers["allow"]) == (405, methods)
