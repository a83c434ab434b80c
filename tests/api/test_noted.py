"""What windows tell of what people do: searches, votes, views, sources looked up, and the mark for a solved ticket."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from database.database import Database
from database.tables import events
from database.work import searches
from desk import solving, tickets
from domain.ids import TicketId
from prompts import policy
from tests.api.conftest import NOW, House

QUESTION = {"query": "How do I get a refund?"}
REFUNDS = {"title": "Refunds", "body": "You can ask for a refund within 30 days."}


async def rows(database: Database, table: Any) -> list[Any]:
    async with database.engine.connect() as connection:
        return list(await connection.execute(select(table).order_by(table.c.id)))


async def told(database: Database, *kinds: str) -> list[tuple[str, dict[str, Any]]]:
    return [(row.kind, row.data) for row in await rows(database, events) if row.kind in kinds]


async def solved(database: Database, ticket: str) -> None:
    """Solve a ticket, as its customer's word does."""
    async with database.engine.begin() as connection:
        held = await tickets.hold(connection, TicketId(ticket))
        assert held is not None
        await solving.solve(connection, held, policy.load(), "customer", NOW, "confirmed")


async def test_a_search_is_kept_when_a_window_says_who_searches(client: httpx.AsyncClient, database: Database) -> None:
    found = (await client.post("/v1/search", json={**QUESTION, "record": "customer"})).json()
    again = {"query": "Money back", "record": "customer", "instead_of": found["search"]}
    anew = (await client.post("/v1/search", json=again)).json()
    opened = {"how": "opened", "article": "refunds"}
    ended = await client.post(f"/v1/searches/{anew['search']}/end", json=opened)

    assert ended.status_code == 200
    kept = {row.id: row for row in await rows(database, searches)}
    first, second = kept[found["search"]], kept[anew["search"]]
    assert (first.query, first.by, first.shown, first.ended) == (
        QUESTION["query"], "customer", [one["article"] for one in found["results"]], "reformulated"
    )  # fmt: skip
    assert (second.opened, second.ended) == (["refunds"], "opened")


async def test_the_search_of_a_program_is_kept_by_nobody(client: httpx.AsyncClient, database: Database) -> None:
    found = (await client.post("/v1/search", json=QUESTION)).json()

    assert found["search"] is None
    assert await rows(database, searches) == []


@pytest.mark.parametrize(
    ("body", "status"), [({"instead_of": "sea_x"}, 422), ({"record": "teammate", "instead_of": "sea_x"}, 404)]
)
async def test_a_search_takes_the_place_of_one_there_is(
    client: httpx.AsyncClient, database: Database, body: dict[str, str], status: int
) -> None:
    answer = await client.post("/v1/search", json={**QUESTION, **body})

    assert answer.status_code == status
    assert await rows(database, searches) == []


async def test_votes_and_views_of_readers_are_told(
    writer: httpx.AsyncClient, stocked: House, database: Database
) -> None:
    await writer.put("/v1/articles/refunds", json=REFUNDS)
    ticket = (await writer.post("/v1/chat", json={"text": "Hello"}, headers=await stocked.key("chat"))).json()["ticket"]
    reader = await stocked.key("search")

    vote = {"helpful": False, "ticket": ticket}
    voted = await writer.post("/v1/articles/refunds/votes", json=vote, headers=reader)
    strange = await writer.post("/v1/articles/refunds/votes", json={**vote, "ticket": "tic_x"}, headers=reader)
    viewed = await writer.post("/v1/articles/refunds/views", json={"count": 3}, headers=reader)
    nothing = await writer.post("/v1/articles/nothing/views", json={}, headers=reader)

    assert [answer.status_code for answer in (voted, strange, viewed, nothing)] == [200, 404, 200, 404]
    assert (viewed.json()["down"], viewed.json()["views"]) == (1, 3)
    assert await told(database, "article_voted", "article_viewed") == [
        ("article_voted", {"article": "refunds", "up": False}),
        ("article_viewed", {"article": "refunds", "by": "customer", "times": 3}),
    ]


async def test_a_solved_ticket_asks_for_a_mark_until_one_is_given(
    client: httpx.AsyncClient, database: Database
) -> None:
    ticket = (await client.post("/v1/chat", json={"text": "Hello"})).json()["ticket"]

    async def rating() -> str | None:
        answer: str | None = (await client.get(f"/v1/chat/{ticket}")).json()["rating"]
        return answer

    before = await rating()
    await solved(database, ticket)
    asked = await rating()
    given = await client.post(f"/v1/chat/{ticket}/rating", json={"mark": 4})

    assert given.status_code == 200
    assert (before, asked, await rating()) == (None, "asked", "given")
    assert await told(database, "csat_given") == [("csat_given", {"mark": 4})]


async def test_a_source_that_a_customer_looks_up_is_told(
    client: httpx.AsyncClient, house: House, database: Database
) -> None:
    ticket = (await client.post("/v1/chat", json={"text": "Hello"})).json()["ticket"]
    await house.answer(ticket)

    noted = await client.post(f"/v1/chat/{ticket}/citations", json={"article": "refunds"})
    strange = await client.post("/v1/chat/tic_x/citations", json={"article": "refunds"})
    never = await client.post(f"/v1/chat/{ticket}/citations", json={"article": "My card is 4111 1111"})

    assert (noted.status_code, strange.status_code, never.status_code) == (200, 404, 404)
    assert await told(database, "citation_opened") == [("citation_opened", {"article": "refunds"})]
