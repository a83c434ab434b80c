from datetime import timedelta

import httpx
import pytest
from pydantic import TypeAdapter

from api.outputs import Output
from api.shapes import customers, tickets
from database.database import Database
from desk.desk import Incoming
from desk.staff import teammates
from desk.staff.teammates import Teammate
from domain.ids import DEFAULT_BRAND, BrandId, CustomerId, TeammateId
from tests.api.conftest import NOW, House

ANNA = TeammateId("tea_anna")
PDF = b"%PDF-1.7\n" + bytes(100)
Headers = dict[str, str]
EXAMPLES = [
    (tickets.TicketPage, tickets.PAGE),
    (tickets.Views, tickets.COUNTS),
    (tickets.FoundTickets, tickets.HITS),
    (tickets.WholeTicket, tickets.WHOLE),
    (tickets.ShownMessage, tickets.NOTE),
    (tickets.ShownAttachment, tickets.ATTACHMENT),
    (tickets.Stored, tickets.STORED),
    (customers.ShownCustomer, customers.CUSTOMER),
]


@pytest.fixture
async def worker(house: House, database: Database) -> Headers:
    """The key of a program that teammates work with, and Anna, who is one of them."""
    async with database.engine.begin() as connection:
        row = Teammate(ANNA, DEFAULT_BRAND, "Anna", "anna@example.com", ("support",), (), (), 5, "available", NOW, NOW)
        await teammates.add(connection, row)
    return await house.key("tickets")


async def asked(house: House, words: str = "My parcel is late.", brand: BrandId = DEFAULT_BRAND) -> str:
    """Let a customer write, and return the ticket."""
    return (await house.desk.receive(Incoming(brand, words, "email", customer=CustomerId("cus_1")), NOW)).ticket


@pytest.mark.parametrize(("shape", "example"), EXAMPLES, ids=lambda given: getattr(given, "__name__", ""))
def test_an_example_is_exactly_what_its_shape_answers(shape: type[Output], example: dict[str, object]) -> None:
    model = TypeAdapter(shape)

    assert model.dump_python(model.validate_python(example), mode="json") == example


async def test_a_ticket_is_opened_listed_read_answered_and_solved(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    opened = await client.post("/v1/tickets", json={"text": "My parcel is late.", "customer": "cus_1"}, headers=worker)
    ticket = opened.json()["ticket"]
    more = await client.post(f"/v1/tickets/{ticket}/messages", json={"text": "It is order 17."}, headers=worker)
    note = await client.post(f"/v1/tickets/{ticket}/notes", json={"text": "Lost.", "by": ANNA}, headers=worker)
    said = {"text": "It comes today.", "by": ANNA, "then": "solved"}
    reply = await client.post(f"/v1/tickets/{ticket}/replies", json=said, headers=worker)

    read = (await client.get(f"/v1/tickets/{ticket}", headers=worker)).json()
    listed = (await client.get("/v1/tickets", params={"view": "done"}, headers=worker)).json()

    assert [answer.status_code for answer in (opened, more, note, reply)] == [202, 202, 201, 201]
    assert [(message["author"], message["kind"]) for message in read["messages"]] == [
        ("customer", "text"),
        ("customer", "text"),
        ("teammate", "note"),
        ("teammate", "reply"),
    ]
    assert (read["status"], read["customer"], read["bot_silent"]) == ("solved", "cus_1", True)
    assert [(one["ticket"]["id"], one["preview"]) for one in listed["tickets"]] == [(ticket, "My parcel is late.")]


async def test_no_customer_ever_sees_a_note(client: httpx.AsyncClient, house: House, worker: Headers) -> None:
    ticket = (await client.post("/v1/chat", json={"text": "My parcel is late."})).json()["ticket"]
    await client.post(f"/v1/tickets/{ticket}/notes", json={"text": "A canary.", "by": ANNA}, headers=worker)
    await client.post(f"/v1/tickets/{ticket}/replies", json={"text": "It comes.", "by": ANNA}, headers=worker)
    await house.deliver(ticket)

    conversation = (await client.get(f"/v1/chat/{ticket}")).text
    rows = await house.desk.rows(ticket)

    assert "It comes." in conversation
    assert "canary" not in conversation + str(rows)


async def test_a_merged_conversation_is_read_where_it_goes_on(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    first, second = await asked(house), await asked(house, "Where is it?")
    await client.post(f"/v1/tickets/{second}/merge", json={"into": first, "by": ANNA}, headers=worker)

    conversation = (await client.get(f"/v1/chat/{second}", headers=await house.key("chat"))).json()

    assert conversation["ticket"] == first
    assert [said["text"] for said in conversation["messages"]] == ["My parcel is late.", "Where is it?"]


async def test_what_is_not_named_stays_and_what_cannot_be_is_refused_whole(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    ticket = await asked(house)
    place = f"/v1/tickets/{ticket}"

    changed = await client.patch(place, json={"by": ANNA, "priority": "P1", "tags": ["late"]}, headers=worker)
    again = await client.patch(place, json={"by": ANNA, "subject": "Parcel"}, headers=worker)
    refused = await client.patch(place, json={"by": ANNA, "subject": "No", "team": "wizards"}, headers=worker)
    nowhere = await client.patch(place, json={"by": ANNA, "status": "closed"}, headers=worker)

    assert (changed.json()["priority"], again.json()["priority"], again.json()["tags"]) == ("P1", "P1", ["late"])
    assert (refused.status_code, nowhere.status_code) == (422, 409)
    assert (await client.get(place, headers=worker)).json()["subject"] == "Parcel"


async def test_a_problem_is_linked_and_with_null_let_go(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    ticket, cause = await asked(house), await asked(house, "Nothing loads.")

    linked = await client.patch(f"/v1/tickets/{ticket}", json={"by": ANNA, "problem": cause}, headers=worker)
    free = await client.patch(f"/v1/tickets/{ticket}", json={"by": ANNA, "problem": None}, headers=worker)

    assert (linked.json()["problem"], free.json()["problem"]) == (cause, None)


async def test_tickets_are_merged_split_found_and_counted(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    first, second = await asked(house), await asked(house, "My invoice is wrong.")

    merged = await client.post(f"/v1/tickets/{second}/merge", json={"into": first, "by": ANNA}, headers=worker)
    message = (await client.get(f"/v1/tickets/{first}", headers=worker)).json()["messages"][1]["id"]
    split = await client.post(f"/v1/tickets/{first}/split", json={"message": message, "by": ANNA}, headers=worker)
    back = await client.post(f"/v1/tickets/{first}/hand-back", json={"by": ANNA}, headers=worker)
    found = (await client.get("/v1/tickets/search", params={"query": "invoice"}, headers=worker)).json()["results"]
    counted = (await client.get("/v1/views", headers=worker)).json()["views"]

    assert (merged.json()["id"], split.status_code, back.json()["bot_silent"]) == (first, 201, False)
    assert [hit["ticket"]["id"] for hit in found] == [split.json()["id"]]
    assert {"text": "invoice", "match": True} in found[0]["snippet"]
    assert counted["open"] == 2


async def test_pages_follow_one_another_and_a_wrong_cursor_is_refused(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    made = {await asked(house) for _ in range(3)}

    first = (await client.get("/v1/tickets", params={"limit": 2}, headers=worker)).json()
    rest = (await client.get("/v1/tickets", params={"limit": 2, "after": first["next"]}, headers=worker)).json()
    wrong = await client.get("/v1/tickets", params={"after": "bm9uZQ"}, headers=worker)

    assert {one["ticket"]["id"] for one in first["tickets"] + rest["tickets"]} == made
    assert (rest["next"], wrong.status_code) == (None, 422)


async def test_a_file_comes_back_as_it_was_and_no_browser_runs_it(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    place = f"/v1/tickets/{await asked(house)}/attachments"
    sent = {**worker, "Content-Type": "application/octet-stream"}

    kept = await client.post(place, params={"name": "../Rechnung ü.pdf"}, content=PDF, headers=sent)
    got = await client.get(kept.json()["url"], headers=worker)

    assert (kept.status_code, kept.json()["name"], kept.json()["media_type"]) == (
        201,
        "Rechnung ü.pdf",
        "application/pdf",
    )
    assert got.content == PDF
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''Rechnung%20%C3%BC.pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"PK\x03\x04", "application/octet-stream", 422),
        (PDF, "text/plain", 415),
        (b"{}", "application/json", 415),
        (b"a" * 10_000_001, "application/octet-stream", 413),
    ],
)
async def test_what_is_no_file_of_ours_is_refused(
    client: httpx.AsyncClient, house: House, worker: Headers, content: bytes, kind: str, status: int
) -> None:
    place = f"/v1/tickets/{await asked(house)}/attachments"

    refused = await client.post(
        place, params={"name": "file"}, content=content, headers={**worker, "Content-Type": kind}
    )

    assert refused.status_code == status


async def test_a_customer_is_told_of_and_read(client: httpx.AsyncClient, worker: Headers) -> None:
    told = await client.patch(
        "/v1/customers/cus_9", json={"name": "Cleo", "time_zone": "Europe/Berlin"}, headers=worker
    )
    refused = await client.patch("/v1/customers/cus_9", json={"time_zone": "Mars"}, headers=worker)
    read = await client.get("/v1/customers/cus_9", headers=worker)

    assert (told.status_code, refused.status_code) == (200, 422)
    assert (read.json()["name"], read.json()["created_at"]) == ("Cleo", NOW.isoformat().replace("+00:00", "Z"))


async def test_another_brands_tickets_customers_and_files_are_unknown(
    client: httpx.AsyncClient, house: House, worker: Headers
) -> None:
    other = (await house.desk.add_brand(BrandId("other"), "Other", NOW)).id
    theirs, ours = await asked(house, brand=other), await asked(house)
    file = await house.doors.workspace.attach(other, theirs, "a.pdf", PDF, NOW + timedelta(minutes=1))  # type: ignore[arg-type]  # a plain id
    place = f"/v1/tickets/{theirs}"
    sent = {**worker, "Content-Type": "application/octet-stream"}

    answers = [
        await client.get(place, headers=worker),
        await client.get(f"{place}/attachments/{file.id}", headers=worker),
        await client.patch(place, json={"by": ANNA, "status": "solved"}, headers=worker),
        await client.post(f"{place}/messages", json={"text": "Hello"}, headers=worker),
        await client.post(f"{place}/replies", json={"text": "Hello", "by": ANNA}, headers=worker),
        await client.post(f"{place}/notes", json={"text": "Hello", "by": ANNA}, headers=worker),
        await client.post(f"{place}/merge", json={"into": ours, "by": ANNA}, headers=worker),
        await client.post(f"/v1/tickets/{ours}/merge", json={"into": theirs, "by": ANNA}, headers=worker),
        await client.post(f"{place}/split", json={"message": "msg_1", "by": ANNA}, headers=worker),
        await client.post(f"{place}/hand-back", json={"by": ANNA}, headers=worker),
        await client.post(f"{place}/attachments", params={"name": "a.pdf"}, content=PDF, headers=sent),
        await client.get("/v1/customers/cus_7", headers=worker),
    ]

    assert {answer.status_code for answer in answers} == {404}
    listed = (await client.get("/v1/tickets", params={"view": "all"}, headers=worker)).json()["tickets"]
    assert [one["ticket"]["id"] for one in listed] == [ours]
