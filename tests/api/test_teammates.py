"""Teammates, shifts, assignments and follow-ups over HTTP."""

from datetime import timedelta

import httpx
import pytest

from api.outputs import Output
from api.shapes import assignments as assigned
from api.shapes import teammates as people
from domain.ids import DEFAULT_BRAND, BrandId, TicketId
from tests.api.conftest import NOW, House

ANNA = {"name": "Anna Lund", "email": "anna@example.com", "teams": ["support"], "capacity": 2}
THEN = NOW + timedelta(days=1)


@pytest.fixture
async def lead(house: House) -> dict[str, str]:
    """The key of somebody who says who works here."""
    return await house.key("staff")


@pytest.fixture
async def anna(client: httpx.AsyncClient, lead: dict[str, str]) -> str:
    """The id of a teammate who is there."""
    added = await client.post("/v1/teammates", json=ANNA, headers=lead)
    teammate: str = added.json()["id"]
    await client.put(f"/v1/teammates/{teammate}/presence", json={"presence": "available"}, headers=lead)
    return teammate


@pytest.fixture
async def ticket(client: httpx.AsyncClient) -> str:
    """The id of a ticket that nobody has."""
    opened: str = (await client.post("/v1/chat", json={"text": "I want a person."})).json()["ticket"]
    return opened


@pytest.mark.parametrize(
    ("example", "model"),
    [
        (people.TEAMMATE, people.ShownTeammate),
        (people.TEAMMATES, people.Teammates),
        (people.LEFT, people.Left),
        (people.SHIFT, people.ShownShift),
        (people.SHIFTS, people.Shifts),
        (people.UNPLANNED, people.Unplanned),
        (assigned.ASSIGNMENT, assigned.Assignment),
        (assigned.CANDIDATES, assigned.Candidates),
        (assigned.FOLLOW_UP, assigned.ShownFollowUp),
        (assigned.FOLLOW_UPS, assigned.FollowUps),
        (assigned.FINISHED, assigned.ShownFollowUp),
    ],
)
def test_an_example_is_exactly_what_its_model_answers(example: dict[str, object], model: type[Output]) -> None:
    assert model.model_validate(example).model_dump(mode="json") == example


async def test_a_teammate_is_added_changed_listed_and_leaves(
    client: httpx.AsyncClient, lead: dict[str, str], anna: str
) -> None:
    twice = await client.post("/v1/teammates", json=ANNA, headers=lead)
    changed = await client.put(f"/v1/teammates/{anna}", json={**ANNA, "skills": ["billing"]}, headers=lead)
    listed = await client.get("/v1/teammates", params={"team": "support"}, headers=lead)
    left = await client.delete(f"/v1/teammates/{anna}", headers=lead)
    nobody = await client.get("/v1/teammates", headers=lead)
    gone = await client.delete(f"/v1/teammates/{anna}", headers=lead)

    assert (twice.status_code, changed.status_code, left.status_code, gone.status_code) == (422, 200, 200, 404)
    assert [(one["id"], one["skills"], one["presence"]) for one in listed.json()["teammates"]] == [
        (anna, ["billing"], "available")
    ]
    assert nobody.json() == {"teammates": []}


async def test_a_shift_is_planned_listed_and_taken_back(
    client: httpx.AsyncClient, lead: dict[str, str], anna: str
) -> None:
    plan = {"starts_at": NOW.isoformat(), "ends_at": (NOW + timedelta(hours=8)).isoformat(), "planned": 30}

    planned = await client.post(f"/v1/teammates/{anna}/shifts", json=plan, headers=lead)
    over = await client.post(f"/v1/teammates/{anna}/shifts", json=plan, headers=lead)
    listed = await client.get("/v1/shifts", params={"teammate": anna}, headers=lead)
    back = await client.delete(f"/v1/shifts/{planned.json()['id']}", headers=lead)
    again = await client.delete(f"/v1/shifts/{planned.json()['id']}", headers=lead)

    assert (planned.status_code, over.status_code, back.status_code, again.status_code) == (201, 422, 200, 404)
    assert listed.json()["shifts"] == [planned.json()]


async def test_a_ticket_is_taken_and_given_back(
    client: httpx.AsyncClient, house: House, anna: str, ticket: str
) -> None:
    key = await house.key("tickets")
    mine = {"teammate": anna, "by": anna}

    taken = await client.put(f"/v1/tickets/{ticket}/assignment", json=mine, headers=key)
    found = await client.get(f"/v1/tickets/{ticket}/candidates", headers=key)
    back = await client.put(f"/v1/tickets/{ticket}/assignment", json={**mine, "teammate": None}, headers=key)
    strange = await client.put(f"/v1/tickets/{ticket}/assignment", json={**mine, "by": "tea_none"}, headers=key)

    assert (taken.json()["assignee"], taken.json()["team"]) == (anna, "support")
    (candidate,) = found.json()["candidates"]
    assert candidate["score"] == sum(term["points"] for term in candidate["terms"]) == 30.5
    assert back.json()["assignee"] is None
    assert strange.status_code == 404


async def test_a_follow_up_is_added_listed_and_done(
    client: httpx.AsyncClient, house: House, anna: str, ticket: str
) -> None:
    key = await house.key("tickets")
    owed = {"text": "Call back.", "due_at": THEN.isoformat(), "by": anna}

    added = await client.post(f"/v1/tickets/{ticket}/follow-ups", json=owed, headers=key)
    past = await client.post(f"/v1/tickets/{ticket}/follow-ups", json={**owed, "due_at": NOW.isoformat()}, headers=key)
    mine = await client.get("/v1/follow-ups", params={"owner": anna}, headers=key)
    overdue = await client.get("/v1/follow-ups", params={"overdue": True}, headers=key)
    done = await client.post(f"/v1/follow-ups/{added.json()['id']}/done", json={"by": anna}, headers=key)
    rest = await client.get("/v1/follow-ups", params={"ticket": ticket}, headers=key)

    assert (added.status_code, past.status_code, done.status_code) == (201, 422, 200)
    assert mine.json()["follow_ups"] == [added.json()]
    assert overdue.json()["follow_ups"] == rest.json()["follow_ups"] == []
    assert done.json()["done_by"] == anna


async def test_who_works_with_tickets_does_not_say_who_works_here(
    client: httpx.AsyncClient, house: House, anna: str
) -> None:
    key = await house.key("tickets")

    listed = await client.get("/v1/teammates", headers=key)
    refused = [
        await client.post("/v1/teammates", json=ANNA, headers=key),
        await client.put(f"/v1/teammates/{anna}", json=ANNA, headers=key),
        await client.delete(f"/v1/teammates/{anna}", headers=key),
        await client.delete("/v1/shifts/1", headers=key),
    ]

    assert listed.status_code == 200
    assert [answer.status_code for answer in refused] == [403] * 4


async def test_another_brand_sees_and_changes_nothing(
    client: httpx.AsyncClient, house: House, anna: str, ticket: str
) -> None:
    other = BrandId("other")
    await house.desk.add_brand(other, "Other", NOW)
    key = await house.key("staff", "tickets", brand=other)

    listed = await client.get("/v1/teammates", headers=key)
    refused = [
        await client.put(f"/v1/teammates/{anna}/presence", json={"presence": "away"}, headers=key),
        await client.put(f"/v1/tickets/{ticket}/assignment", json={"teammate": anna, "by": anna}, headers=key),
        await client.get(f"/v1/tickets/{ticket}/candidates", headers=key),
    ]

    assert listed.json() == {"teammates": []}
    assert [answer.status_code for answer in refused] == [404] * 3
    assert (await house.desk.ticket(TicketId(ticket), DEFAULT_BRAND)).assignee is None
