"""What an admin's program asks about a customer: what is held, a copy, and that it is erased."""

import io
import json
import zipfile

import httpx
import pytest

from tests.api.conftest import House

MIA = "/v1/customers/mia"


@pytest.fixture
async def admin(house: House, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """An admin's program, at a desk to which Mia wrote."""
    client.headers.update(await house.key("admin"))
    await client.patch(MIA, json={"name": "Mia", "email": "mia@example.com"})
    ticket = await client.post(
        "/v1/tickets", json={"text": "My reader is broken.", "customer": "mia", "channel": "chat"}
    )
    await house.hand_over(ticket.json()["ticket"])
    return client


async def test_a_copy_is_saved_and_shown_by_no_browser(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/v1/customers/mia@example.com/export")

    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "My reader is broken." in archive.read("conversations.txt").decode()
    assert json.loads(archive.read("data.json"))["tickets"][0]["cases"]


async def test_to_erase_again_under_the_same_key_answers_the_same(admin: httpx.AsyncClient) -> None:
    held = (await admin.get(f"{MIA}/holdings")).json()["holdings"]

    first = await admin.delete(MIA, headers={"Idempotency-Key": "once"})
    again = await admin.delete(MIA, headers={"Idempotency-Key": "once"})
    later = await admin.delete(MIA)

    assert {one["kind"] for one in held} <= {one["kind"] for one in first.json()["holdings"]}
    assert again.json() == first.json()
    assert later.status_code == 404


async def test_a_request_that_told_of_them_keeps_no_answer(admin: httpx.AsyncClient) -> None:
    telling = {"name": "Mia Berg"}
    await admin.patch(MIA, json=telling, headers={"Idempotency-Key": "told"})

    erased = await admin.delete(MIA)

    assert {"kind": "answers to repeated requests", "rows": 1, "fate": "erased"} in erased.json()["holdings"]
    repeated = await admin.patch(MIA, json=telling, headers={"Idempotency-Key": "told"})
    assert "Idempotency-Replayed" not in repeated.headers


async def test_an_address_of_several_customers_is_refused(admin: httpx.AsyncClient) -> None:
    await admin.patch("/v1/customers/otto", json={"email": "MIA@example.com"})

    answers = [
        await admin.request(method, f"/v1/customers/mia@example.com{path}")
        for method, path in (("GET", "/holdings"), ("GET", "/export"), ("DELETE", ""))
    ]

    assert [(answer.status_code, answer.json()["type"]) for answer in answers] == [(409, "urn:deskhand:settled")] * 3
    assert (await admin.get(f"{MIA}/holdings")).status_code == 200
