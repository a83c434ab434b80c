from typing import Any

import httpx

from tests.api.conftest import NOW, House, calling

REFUNDS = {
    "title": "Refunds",
    "body": "## When\n\nYou can ask for a refund within 30 days of a payment.",
    "url": "https://help.example/refunds",
    "updated_at": "2026-05-04T09:00:00Z",
    "tags": ["billing"],
}
STAFF = {"title": "Refunds for staff", "body": "Refund up to 50 EUR yourself.", "visibility": "internal"}


async def found(caller: httpx.AsyncClient, **asked: str) -> list[str]:
    response = await caller.post("/v1/search", json={"query": "How do I get a refund?", **asked})
    return [hit["article"] for hit in response.json()["results"]]


async def test_an_article_is_found_as_soon_as_it_is_acknowledged(writer: httpx.AsyncClient) -> None:
    added = await writer.put("/v1/articles/billing/refunds:en", json=REFUNDS)
    unchanged = await writer.put("/v1/articles/billing/refunds:en", json=REFUNDS)

    assert [added.json()["state"], unchanged.json()["state"]] == ["added", "unchanged"]
    assert await found(writer) == ["billing/refunds:en"]


async def test_an_article_is_read_as_it_was_written(writer: httpx.AsyncClient) -> None:
    await writer.put("/v1/articles/refunds", json=REFUNDS)

    read = (await writer.get("/v1/articles/refunds")).json()

    assert {name: read[name] for name in REFUNDS} == REFUNDS


async def test_a_deleted_article_is_gone_at_the_next_search_and_can_come_back(writer: httpx.AsyncClient) -> None:
    await writer.put("/v1/articles/refunds", json=REFUNDS)

    deleted = await writer.delete("/v1/articles/refunds")
    after = await found(writer)
    gone = [await writer.get("/v1/articles/refunds"), await writer.delete("/v1/articles/refunds")]
    again = await writer.put("/v1/articles/refunds", json=REFUNDS)

    assert (deleted.json(), after) == ({"id": "refunds", "state": "deleted", "replies": [], "next": None}, [])
    assert [answer.status_code for answer in gone] == [404, 404]
    assert (again.json()["state"], await found(writer)) == ("added", ["refunds"])


async def test_each_row_of_a_batch_is_acknowledged_by_itself(writer: httpx.AsyncClient) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "refunds", **REFUNDS},
        {"id": "untitled", "body": "Words."},
        {"title": "Nameless", "body": "Words."},
        {"id": "nul", "title": "Nul", "body": "a\x00b"},
        {"id": "link", "title": "Link", "body": "Words.", "url": "javascript:alert(1)"},
        {"id": "staff", **STAFF},
    ]

    response = await writer.post("/v1/articles:batch", json={"articles": rows})

    told = response.json()["rows"]
    assert [row["state"] for row in told] == ["added", "failed", "failed", "failed", "failed", "added"]
    assert [row["index"] for row in told] == list(range(6))
    assert [row["id"] for row in told] == ["refunds", "untitled", None, "nul", "link", "staff"]
    assert told[1]["reason"] == "title: Field required."
    assert "NUL" in told[3]["reason"]


async def test_articles_are_listed_page_by_page(writer: httpx.AsyncClient) -> None:
    rows = [{"id": f"article-{number}", "title": f"Article {number}", "body": "Words."} for number in range(5)]
    await writer.post("/v1/articles:batch", json={"articles": rows})

    first = (await writer.get("/v1/articles", params={"limit": 2})).json()
    second = (await writer.get("/v1/articles", params={"limit": 2, "after": first["next"]})).json()
    last = (await writer.get("/v1/articles", params={"limit": 2, "after": second["next"]})).json()

    pages = [[article["id"] for article in page["articles"]] for page in (first, second, last)]
    assert pages == [["article-0", "article-1"], ["article-2", "article-3"], ["article-4"]]
    assert last["next"] is None


async def test_who_may_only_search_sees_no_internal_article_at_all(writer: httpx.AsyncClient, stocked: House) -> None:
    await writer.put("/v1/articles/a-staff", json=STAFF)
    await writer.put("/v1/articles/refunds", json=REFUNDS)

    async with calling(stocked) as guest:
        listed = (await guest.get("/v1/articles", params={"limit": 1})).json()
        read = await guest.get("/v1/articles/a-staff")
        searched = await found(guest)

    assert ([article["id"] for article in listed["articles"]], listed["next"]) == (["refunds"], None)
    assert (read.status_code, searched) == (404, ["refunds"])
    assert set(await found(writer, audience="teammate")) == {"refunds", "a-staff"}


async def test_a_brand_sees_only_its_own_articles(writer: httpx.AsyncClient, stocked: House) -> None:
    await stocked.desk.add_brand("acme", "Acme", NOW)  # type: ignore[arg-type]  # a plain id
    await writer.put("/v1/articles/refunds", json=REFUNDS)

    async with calling(stocked) as stranger:
        stranger.headers.update(await stocked.key("articles", "search", brand="acme"))
        listed = (await stranger.get("/v1/articles")).json()
        answers = [await stranger.get("/v1/articles/refunds"), await stranger.delete("/v1/articles/refunds")]
        searched = await found(stranger)

    assert (listed["articles"], searched) == ([], [])
    assert [answer.status_code for answer in answers] == [404, 404]
