from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from database.database import Database
from desk.desk import Incoming
from desk.staff import teammates
from desk.staff.teammates import Teammate
from domain.ids import DEFAULT_BRAND, BrandId, CustomerId, TeammateId
from tests.api.conftest import ANSWER, NOW, House, decided

ANNA = TeammateId("tea_anna")
Headers = dict[str, str]


@pytest.fixture
async def worker(house: House, database: Database) -> Headers:
    """The key of a program that teammates work with, and Anna, who is one of them."""
    async with database.engine.begin() as connection:
        row = Teammate(ANNA, DEFAULT_BRAND, "Anna", "anna@example.com", (), (), (), 5, "available", NOW, NOW)
        await teammates.add(connection, row)
    return await house.key("tickets", "insights")


async def suggest(house: House, brand: BrandId = DEFAULT_BRAND) -> tuple[str, str]:
    """Let the bot suggest a reply, and return the case and its ticket."""
    asked = Incoming(brand, "Can I get a refund?", "email", customer=CustomerId("c1"))
    received = await house.desk.receive(asked, NOW)
    later = NOW + timedelta(seconds=8)
    attempt = await house.desk.begin(received.ticket, later)
    assert attempt is not None
    await house.desk.conclude(attempt, replace(decided(attempt.case, ANSWER), outcome="suggested"), (), later)
    return attempt.case, received.ticket


async def test_a_teammate_finds_approves_and_undoes_a_suggestion(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    case, _ = await suggest(house)

    listed = (await client.get("/v1/suggestions", headers=worker)).json()["suggestions"]
    approved = await client.post(f"/v1/suggestions/{case}/approve", json={"teammate": ANNA}, headers=worker)
    undone = await client.post(f"/v1/suggestions/{case}/undo", json={"teammate": ANNA}, headers=worker)

    assert [(one["case"], one["text"]) for one in listed] == [(case, f"Hello.\n\n{ANSWER}")]
    assert approved.json()["state"] == "approved"
    assert approved.json()["send_at"] == (NOW + timedelta(seconds=10)).isoformat().replace("+00:00", "Z")
    assert undone.json()["state"] == "waiting"


async def test_an_edited_suggestion_shows_the_difference_and_what_the_checker_thinks(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    case, _ = await suggest(house)
    mine = ANSWER.replace("14 days", "99 days")

    edited = await client.post(f"/v1/suggestions/{case}/edit", json={"teammate": ANNA, "text": mine}, headers=worker)

    assert edited.status_code == 200
    assert {"change": "added", "text": "99 "} in edited.json()["edits"]
    assert edited.json()["final_text"] == mine


async def test_what_somebody_decided_is_settled(client: httpx.AsyncClient, house: House, worker: Headers) -> None:
    case, _ = await suggest(house)
    rejection = {"teammate": ANNA, "reason": "incomplete", "comment": "The fee is missing."}

    rejected = await client.post(f"/v1/suggestions/{case}/reject", json=rejection, headers=worker)
    late = await client.post(f"/v1/suggestions/{case}/approve", json={"teammate": ANNA}, headers=worker)

    assert (rejected.json()["state"], rejected.json()["reason"]) == ("rejected", "incomplete")
    assert (late.status_code, late.json()["type"]) == (409, "urn:deskhand:settled")


async def test_a_suggestion_of_another_brand_is_unknown(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    other = (await house.desk.add_brand(BrandId("other"), "Other", NOW)).id
    case, _ = await suggest(house, other)

    read = await client.get(f"/v1/suggestions/{case}", headers=worker)
    approved = await client.post(f"/v1/suggestions/{case}/approve", json={"teammate": ANNA}, headers=worker)
    edited = await client.post(f"/v1/suggestions/{case}/edit", json={"teammate": ANNA, "text": "Hello"}, headers=worker)

    assert [answer.status_code for answer in (read, approved, edited)] == [404, 404, 404]


async def test_a_macro_is_saved_filled_in_changed_and_deleted(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    _, ticket = await suggest(house)
    saved = {"name": "Greeting", "text": "{teammate_name} from {brand_name} looks after {ticket}."}

    made = (await client.post("/v1/macros", json=saved, headers=worker)).json()
    use = {"ticket": ticket, "teammate": ANNA}
    filled = (await client.post(f"/v1/macros/{made['id']}/fill", json=use, headers=worker)).json()
    changed = await client.patch(f"/v1/macros/{made['id']}", json={"name": "Hello"}, headers=worker)
    listed = (await client.get("/v1/macros", headers=worker)).json()["macros"]
    deleted = await client.delete(f"/v1/macros/{made['id']}", headers=worker)

    assert filled["text"] == f"Anna from Default looks after {ticket}."
    assert (changed.json()["name"], changed.json()["text"]) == ("Hello", saved["text"])
    assert [(one["name"], one["used"]) for one in listed] == [("Hello", 1)]
    assert deleted.json() == {"id": made["id"], "state": "deleted"}
    assert (await client.get("/v1/macros", headers=worker)).json()["macros"] == []


async def test_a_macro_with_an_unknown_variable_is_told_which_there_are(
    client: httpx.AsyncClient, worker: Headers
) -> None:
    refused = await client.post("/v1/macros", json={"name": "A", "text": "Dear {custmer}"}, headers=worker)

    assert refused.status_code == 422
    assert "{customer_name}" in refused.json()["detail"]
    assert "custmer" not in refused.text


async def test_looking_at_tickets_becomes_handling_time(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    _, ticket = await suggest(house)
    looking = {"teammate": ANNA, "ticket": ticket}

    noted = await client.post("/v1/activity/focus", json=looking, headers=worker)
    await client.post("/v1/activity/focus", json={"teammate": ANNA}, headers=worker)
    await client.post("/v1/activity/wrap-up", json={**looking, "seconds": 90}, headers=worker)

    assert noted.json() == {"state": "noted"}
    told = {event.kind: event.data for event in await house.desk.events(ticket)}  # type: ignore[arg-type]  # a plain id
    assert (told["ticket_left"]["seconds"], told["wrapped_up"]["seconds"]) == (0, 90)


async def test_an_open_ticket_takes_no_mark(client: httpx.AsyncClient, house: House) -> None:
    _, ticket = await suggest(house)

    refused = await client.post(f"/v1/chat/{ticket}/rating", json={"mark": 5})

    assert (refused.status_code, refused.json()["detail"]) == (
        422,
        "Only solved tickets are marked, from 1 (bad) to 5 (good).",
    )


async def test_the_kpis_stand_beside_their_targets(client: httpx.AsyncClient, house: House, worker: Headers) -> None:
    await suggest(house)

    read = (await client.get("/v1/insights/kpis", params={"end": "2026-05-05T00:00:00Z"}, headers=worker)).json()

    shown = {one["name"]: one for one in read["kpis"]}
    assert len(shown) == 14
    assert (shown["backlog"]["value"], shown["backlog"]["standing"], shown["backlog"]["says_little"]) == (
        1,
        "good",
        True,
    )
    assert shown["customer_satisfaction"]["value"] is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/suggestions"),
        ("POST", "/v1/suggestions/cas_1/approve"),
        ("GET", "/v1/macros"),
        ("POST", "/v1/activity/focus"),
        ("GET", "/v1/insights/kpis"),
    ],
)
async def test_a_visitor_without_a_key_works_with_nothing(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path, json={"teammate": ANNA} if method == "POST" else None)

    assert answer.status_code == 403
