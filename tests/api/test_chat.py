import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

from tests.api.conftest import ANSWER, House, served

QUESTION = {"text": "Can I get a refund?"}


async def test_a_message_is_stored_and_the_customer_is_told_who_answers(
    client: httpx.AsyncClient, house: House
) -> None:
    response = await client.post("/v1/chat", json=QUESTION)

    accepted = response.json()
    assert response.status_code == 202
    assert "bot" in accepted["notice"]
    (message,) = await house.desk.messages(accepted["ticket"])
    assert (message.id, message.text) == (accepted["message"], "Can I get a refund?")


async def test_a_conversation_says_that_the_bot_works_before_anything_is_answered(client: httpx.AsyncClient) -> None:
    ticket = (await client.post("/v1/chat", json=QUESTION)).json()["ticket"]

    conversation = (await client.get(f"/v1/chat/{ticket}")).json()

    assert conversation["working"] == "queued"
    assert [said["author"] for said in conversation["messages"]] == ["customer"]


async def test_a_reply_is_shown_sentence_by_sentence_with_its_sources(client: httpx.AsyncClient, house: House) -> None:
    ticket = (await client.post("/v1/chat", json=QUESTION)).json()["ticket"]
    await house.answer(ticket)

    conversation = (await client.get(f"/v1/chat/{ticket}")).json()

    reply = conversation["messages"][1]
    assert conversation["working"] is None
    assert [(said["text"], said["sources"]) for said in reply["sentences"]] == [("Hello.", []), (ANSWER, [1])]
    (source,) = reply["sources"]
    assert (source["title"], source["url"]) == ("Refunds", "https://help.example/refunds")
    assert source["quotes"] == ["Fernway refunds a payment in full within 14 days."]


async def test_what_the_hub_thought_is_not_shown_to_a_customer(client: httpx.AsyncClient, house: House) -> None:
    ticket = (await client.post("/v1/chat", json=QUESTION)).json()["ticket"]
    await house.answer(ticket)

    conversation = (await client.get(f"/v1/chat/{ticket}")).json()

    assert set(conversation) == {"ticket", "handed_over", "working", "last_event", "rating", "messages"}
    assert set(conversation["messages"][1]) == {"id", "author", "kind", "text", "at", "sentences", "sources"}


async def test_a_stream_tells_what_happens_until_the_case_is_done(house: House) -> None:
    async with served(house) as caller:
        accepted = (await caller.post("/v1/chat", json=QUESTION)).json()
        async with caller.stream("GET", accepted["events"]) as stream:
            await house.answer(accepted["ticket"])
            told = await upto(stream, "done")

    assert [event["event"] for event in told] == ["status", "status", "reply", "done"]
    assert [event["data"]["status"] for event in told[:2]] == ["reading", "searching"]
    assert told[2]["data"]["message"]["sources"][0]["title"] == "Refunds"


async def test_a_stream_goes_on_after_the_last_event_that_was_seen(house: House) -> None:
    async with served(house) as caller:
        accepted = (await caller.post("/v1/chat", json=QUESTION)).json()
        await house.answer(accepted["ticket"])
        async with caller.stream("GET", accepted["events"]) as stream:
            told = await upto(stream, "done")

        after, header = f"/v1/chat/{accepted['ticket']}/events?after={told[1]['id']}", {"Last-Event-ID": told[2]["id"]}
        async with caller.stream("GET", after) as stream:
            after_the_number = await upto(stream, "done")
        async with caller.stream("GET", accepted["events"], headers=header) as stream:
            after_the_header = await upto(stream, "done")

    assert after_the_number == told[2:]
    assert after_the_header == told[3:]


async def test_two_tabs_see_the_same(house: House) -> None:
    async with served(house) as caller:
        accepted = (await caller.post("/v1/chat", json=QUESTION)).json()
        async with caller.stream("GET", accepted["events"]) as one, caller.stream("GET", accepted["events"]) as other:
            await house.answer(accepted["ticket"])
            seen = await asyncio.gather(upto(one, "done"), upto(other, "done"))

    assert seen[0] == seen[1]


async def test_a_handover_is_an_event_and_stays_visible(house: House) -> None:
    async with served(house) as caller:
        accepted = (await caller.post("/v1/chat", json=QUESTION)).json()
        await house.hand_over(accepted["ticket"])
        async with caller.stream("GET", accepted["events"]) as stream:
            told = await upto(stream, "done")

    assert told[2]["event"] == "handed_over"
    assert told[2]["data"]["message"]["text"] == "A colleague takes over."


async def test_a_stop_of_the_server_ends_open_streams(house: House) -> None:
    async with served(house) as caller:
        accepted = (await caller.post("/v1/chat", json=QUESTION)).json()
        stream = await caller.send(caller.build_request("GET", accepted["events"]), stream=True)

        reading = asyncio.create_task(stream.aread())

    assert (await asyncio.wait_for(reading, 2)).startswith(b": open")


async def test_an_event_id_that_cannot_be_is_refused(client: httpx.AsyncClient) -> None:
    ticket = (await client.post("/v1/chat", json=QUESTION)).json()["ticket"]

    response = await client.get(f"/v1/chat/{ticket}/events", params={"after": 2**63})

    assert response.status_code == 422


async def test_an_unknown_ticket_is_not_found(client: httpx.AsyncClient) -> None:
    answers = [
        await client.get("/v1/chat/tic_none"),
        await client.get("/v1/chat/tic_none/events"),
        await client.post("/v1/chat", json={"text": "Hello", "ticket": "tic_none"}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert {answer.json()["type"] for answer in answers} == {"urn:deskhand:unknown"}


async def test_a_ticket_of_another_brand_is_not_found(client: httpx.AsyncClient, house: House) -> None:
    await house.desk.add_brand("other", "Other", house.context.now())  # type: ignore[arg-type]  # a plain id
    ticket = (await client.post("/v1/chat", json=QUESTION)).json()["ticket"]
    stranger = await house.key("chat", brand="other")

    answers = [
        await client.get(f"/v1/chat/{ticket}", headers=stranger),
        await client.get(f"/v1/chat/{ticket}/events", headers=stranger),
        await client.post("/v1/chat", json={"text": "Hello", "ticket": ticket}, headers=stranger),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def upto(stream: httpx.Response, kind: str) -> list[dict[str, Any]]:
    """Return the events of a stream up to the first of a kind."""
    told = []
    async with asyncio.timeout(5):
        async for event in events(stream):
            told.append(event)
            if event["event"] == kind:
                break
    return told


async def events(stream: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    async for line in stream.aiter_lines():
        name, _, value = line.partition(": ")
        if name in ("event", "data", "id"):
            event[name] = json.loads(value) if name == "data" else value
        elif not line and "event" in event:
            yield event
            event = {}


async def test_a_customer_says_that_it_is_solved_and_is_asked_for_a_mark(
    client: httpx.AsyncClient, house: House
) -> None:
    ticket = (await client.post("/v1/chat", json=QUESTION)).json()["ticket"]
    await house.answer(ticket)

    confirmed = await client.post(f"/v1/chat/{ticket}/confirm")
    again = await client.post(f"/v1/chat/{ticket}/confirm")
    unknown = await client.post("/v1/chat/tic_x/confirm")

    assert (confirmed.status_code, again.status_code, unknown.status_code) == (200, 200, 404)
    assert confirmed.json()["rating"] == "asked"
    assert [message["author"] for message in confirmed.json()["messages"]] == ["customer", "bot"]
