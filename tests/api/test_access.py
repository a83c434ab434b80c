from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from desk.audit import OPERATOR
from desk.keys import Scope
from domain.ids import DEFAULT_BRAND
from tests.api.conftest import NOW, RUN_KEY, House, calling

SEARCH = {"query": "Can I get a refund?"}
RUN = {"Authorization": f"Bearer {RUN_KEY}"}


async def test_without_demo_mode_a_key_is_needed(house: House) -> None:
    async with calling(replace(house, demo=False)) as caller:
        without = await caller.post("/v1/search", json=SEARCH)
        wrong = await caller.post("/v1/search", json=SEARCH, headers={"Authorization": "Bearer dh_00000000_wrong"})
        right = await caller.post("/v1/search", json=SEARCH, headers=await house.key("search"))

    assert [without.status_code, wrong.status_code, right.status_code] == [401, 401, 200]
    assert without.headers["www-authenticate"] == "Bearer"


async def test_demo_mode_lets_this_machine_search_draft_and_chat_but_not_write(client: httpx.AsyncClient) -> None:
    searched = await client.post("/v1/search", json=SEARCH)
    chatted = await client.post("/v1/chat", json={"text": "Hello"})
    wrote = await client.put("/v1/articles/refunds", json={"title": "Refunds", "body": "None."})
    listed = await client.get("/v1/keys")

    assert [answer.status_code for answer in (searched, chatted, wrote, listed)] == [200, 202, 403, 403]


@pytest.mark.parametrize(
    "headers", [{"Host": "rebound.example"}, {"X-Forwarded-For": "192.0.2.1"}, {"Forwarded": "for=x"}]
)
async def test_demo_mode_is_not_for_a_rebound_name_or_a_proxy(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    response = await client.post("/v1/search", json=SEARCH, headers=headers)

    assert response.status_code == 401


async def test_an_expired_or_revoked_key_opens_nothing(client: httpx.AsyncClient, house: House) -> None:
    record, revoked = await house.doors.keys.create(DEFAULT_BRAND, "revoked", ["search"], OPERATOR, NOW)
    past = NOW - timedelta(seconds=1)
    _, expired = await house.doors.keys.create(DEFAULT_BRAND, "expired", ["search"], OPERATOR, NOW, past)
    await house.doors.keys.revoke(record.id, OPERATOR, NOW)

    answers = [
        await client.post("/v1/search", json=SEARCH, headers={"Authorization": f"Bearer {secret}"})
        for secret in (revoked, expired)
    ]

    assert [answer.status_code for answer in answers] == [401, 401]


@pytest.mark.parametrize("scope", ["search", "drafts", "chat", "articles", "keys"])
async def test_a_key_opens_what_its_scope_says_and_no_more(
    client: httpx.AsyncClient, house: House, scope: Scope
) -> None:
    headers = await house.key(scope)

    opened = {
        "search": await client.post("/v1/search", json=SEARCH, headers=headers),
        "drafts": await client.post("/v1/drafts", json={"text": "Hello"}, headers=headers),
        "chat": await client.post("/v1/chat", json={"text": "Hello"}, headers=headers),
        "articles": await client.post("/v1/articles:batch", json={"articles": []}, headers=headers),
        "keys": await client.get("/v1/keys", headers=headers),
    }

    assert {name for name, answer in opened.items() if answer.status_code != 403} == {scope}


async def test_internal_articles_take_the_scope_of_articles(client: httpx.AsyncClient, house: House) -> None:
    asked = {"query": "refund rules for staff", "audience": "teammate"}

    customer = await client.post("/v1/search", json=SEARCH, headers=await house.key("search"))
    refused = await client.post("/v1/search", json=asked, headers=await house.key("search"))
    teammate = await client.post("/v1/search", json=asked, headers=await house.key("search", "articles"))

    assert refused.status_code == 403
    assert [hit["article"] for hit in customer.json()["results"]] == ["refunds"]
    assert [hit["article"] for hit in teammate.json()["results"]] == ["staff", "refunds"]


async def test_the_key_of_the_run_opens_everything_in_any_brand_there_is(
    client: httpx.AsyncClient, house: House
) -> None:
    await house.desk.add_brand("acme", "Acme", NOW)  # type: ignore[arg-type]  # a plain id

    default = await client.get("/v1/keys", headers=RUN)
    acme = await client.post("/v1/chat", json={"text": "Hello"}, headers={**RUN, "X-Deskhand-Brand": "acme"})
    nobody = await client.post("/v1/chat", json={"text": "Hello"}, headers={**RUN, "X-Deskhand-Brand": "nobody"})

    assert [default.status_code, acme.status_code, nobody.status_code] == [200, 202, 404]
    assert (await house.desk.ticket(acme.json()["ticket"], "acme")).brand == "acme"  # type: ignore[arg-type]  # a plain id


async def test_no_other_key_chooses_its_brand(client: httpx.AsyncClient, house: House) -> None:
    await house.desk.add_brand("acme", "Acme", NOW)  # type: ignore[arg-type]  # a plain id
    headers = {**await house.key("chat"), "X-Deskhand-Brand": "acme"}

    ticket = (await client.post("/v1/chat", json={"text": "Hello"}, headers=headers)).json()["ticket"]

    assert (await house.desk.ticket(ticket, DEFAULT_BRAND)).brand == DEFAULT_BRAND


async def test_a_key_is_made_shown_once_listed_and_revoked(client: httpx.AsyncClient, house: House) -> None:
    holder = await house.key("admin")

    made = (await client.post("/v1/keys", json={"name": "Widget", "scopes": ["search"]}, headers=holder)).json()
    fresh = {"Authorization": f"Bearer {made['secret']}"}
    before = await client.post("/v1/search", json=SEARCH, headers=fresh)
    listed = await client.get("/v1/keys", headers=holder)
    revoked = await client.delete(f"/v1/keys/{made['id']}", headers=holder)
    after = await client.post("/v1/search", json=SEARCH, headers=fresh)
    unknown = await client.delete("/v1/keys/key_none", headers=holder)

    assert [before.status_code, revoked.status_code, after.status_code, unknown.status_code] == [200, 200, 401, 404]
    assert "Widget" in [key["name"] for key in listed.json()["keys"]]
    assert made["secret"] not in listed.text


async def test_a_key_gives_no_scope_that_it_does_not_hold(client: httpx.AsyncClient, house: House) -> None:
    wanted = {"name": "More", "scopes": ["articles"]}

    response = await client.post("/v1/keys", json=wanted, headers=await house.key("keys"))

    assert response.status_code == 403


async def test_the_log_holds_no_key_no_words_and_no_ticket(
    client: httpx.AsyncClient, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = await house.key("chat", "search")
    ticket = (await client.post("/v1/chat", json={"text": "My own words"}, headers=headers)).json()["ticket"]
    await client.get(f"/v1/chat/{ticket}?after=private", headers=headers)

    logged = capsys.readouterr().out
    assert "/v1/chat/{ticket}" in logged
    assert not [word for word in ("My own words", ticket, "private", headers["Authorization"][7:]) if word in logged]
