"""Teammates sign in over HTTP, customers talk in sessions of their own, and other sites stay out."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest

from api.outputs import Output
from api.shapes import session as shapes
from desk.access import sessions
from desk.access.roles import Role
from desk.policies import Change
from desk.staff.staff import Profile
from domain.ids import DEFAULT_BRAND, BrandId, TeammateId
from prompts import policy as pages
from tests.api.conftest import NOW, House, calling

SHOP = "https://shop.example.com"
PASSWORD = "a long walk by the sea"


@pytest.fixture
def closed(house: House) -> House:
    """A house that is not in demo mode."""
    return replace(house, demo=False)


@pytest.fixture
async def browser(closed: House) -> AsyncIterator[httpx.AsyncClient]:
    """A browser: it keeps cookies."""
    async with calling(closed) as caller:
        yield caller


async def hire(house: House, role: Role = "teammate", name: str = "Anna", brand: str = DEFAULT_BRAND) -> TeammateId:
    """Add a teammate with a role and return their id."""
    profile = Profile(name, f"{name.lower()}@example.com", ("support",))
    return (await house.doors.staff.add(BrandId(brand), profile, NOW, role=role)).id


async def enter(browser: httpx.AsyncClient, house: House, teammate: TeammateId, brand: str = DEFAULT_BRAND) -> None:
    """Sign a teammate in, and send what their page would send."""
    link = await house.doors.signing_in.link(BrandId(brand), teammate, house.context.now())
    answer = await browser.post("/v1/session", json={"link": link})
    browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]


async def name_origins(house: House, *origins: str, brand: str = DEFAULT_BRAND) -> None:
    named = "origins: [" + ", ".join(origins) + "]"
    page = pages.texts()["brand.yaml"].replace("origins: []", named)
    await house.policies.put(BrandId(brand), Change({"brand.yaml": page}, "a test"), NOW)


@pytest.mark.parametrize(
    ("example", "model"),
    [
        (shapes.SIGNED_IN, shapes.SignedIn),
        (shapes.SIGNED_OUT, shapes.SignedOut),
        (shapes.LINK, shapes.Link),
        (shapes.VISIT, shapes.Visit),
        (shapes.AUDIT_LOG, shapes.AuditLog),
    ],
)
def test_an_example_is_exactly_what_its_model_answers(example: dict[str, object], model: type[Output]) -> None:
    assert model.model_validate(example).model_dump(mode="json") == example


async def test_a_teammate_signs_in_reads_writes_and_signs_out(browser: httpx.AsyncClient, closed: House) -> None:
    anna = await hire(closed)
    await enter(browser, closed, anna)

    seen = await browser.get("/v1/session")
    mine = await browser.put(f"/v1/teammates/{anna}/presence", json={"presence": "available"})
    out = await browser.delete("/v1/session")
    after = await browser.get("/v1/session")

    assert (seen.json()["teammate"], seen.json()["role"]) == (anna, "teammate")
    assert (mine.json()["presence"], out.json()["state"], after.status_code) == ("available", "signed_out", 401)


async def test_the_cookie_is_for_no_script_and_no_other_site(browser: httpx.AsyncClient, closed: House) -> None:
    link = await closed.doors.signing_in.link(DEFAULT_BRAND, await hire(closed), NOW)

    plain = await browser.post("/v1/session", json={"link": link})
    link = await closed.doors.signing_in.link(DEFAULT_BRAND, TeammateId(plain.json()["teammate"]), NOW)
    over_tls = await browser.post("https://127.0.0.1/v1/session", json={"link": link})

    cookie = plain.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" in over_tls.headers["set-cookie"].split("; ")
    assert plain.text.find(cookie.partition(";")[0].partition("=")[2]) == -1


@pytest.mark.parametrize("token", [None, "", "guessed", "\udc80"])
async def test_a_write_by_cookie_needs_the_token_of_its_page(
    browser: httpx.AsyncClient, closed: House, token: str | None
) -> None:
    anna = await hire(closed)
    await enter(browser, closed, anna)
    del browser.headers["X-CSRF-Token"]
    headers = {} if token is None else {b"X-CSRF-Token": token.encode("utf-8", "surrogateescape")}

    wrote = await browser.request(
        "PUT", f"/v1/teammates/{anna}/presence", json={"presence": "available"}, headers=headers
    )
    read = await browser.get("/v1/teammates")

    assert (wrote.status_code, read.status_code) == (403, 200)


async def test_in_demo_mode_the_chat_page_works_beside_a_session(client: httpx.AsyncClient, house: House) -> None:
    await enter(client, house, await hire(house))
    del client.headers["X-CSRF-Token"]

    said = await client.post("/v1/chat", json={"text": "Hello"})
    read = await client.get(f"/v1/chat/{said.json()['ticket']}")

    assert (said.status_code, read.status_code) == (202, 200)


async def test_whoever_is_signed_in_acts_as_themselves_whatever_the_request_says(
    browser: httpx.AsyncClient, closed: House
) -> None:
    anna, ben = await hire(closed), await hire(closed, name="Ben")
    key = await closed.key("tickets", "chat")
    ticket = (await browser.post("/v1/chat", json={"text": "Hello"}, headers=key)).json()["ticket"]
    await enter(browser, closed, anna)
    owed = {"text": "Call back.", "due_at": (NOW + timedelta(days=1)).isoformat()}

    silent = await browser.post(f"/v1/tickets/{ticket}/follow-ups", json=owed)
    lying = await browser.post(f"/v1/tickets/{ticket}/follow-ups", json={**owed, "by": ben})
    nobody = await browser.post(f"/v1/tickets/{ticket}/follow-ups", json=owed, headers=key)
    named = await browser.post(f"/v1/tickets/{ticket}/follow-ups", json={**owed, "by": ben}, headers=key)

    assert [answer.status_code for answer in (silent, lying, nobody, named)] == [201, 201, 422, 201]
    assert [answer.json()["owner"] for answer in (silent, lying, named)] == [anna, anna, ben]


async def test_a_teammate_says_of_nobody_else_whether_they_are_there_but_a_lead_does(
    browser: httpx.AsyncClient, closed: House
) -> None:
    anna, ben = await hire(closed), await hire(closed, "lead", "Ben")
    place, there = f"/v1/teammates/{ben}/presence", {"presence": "available"}

    await enter(browser, closed, anna)
    refused = await browser.put(place, json=there)
    await enter(browser, closed, ben)
    taken = await browser.put(f"/v1/teammates/{anna}/presence", json=there)

    assert (refused.status_code, taken.status_code) == (403, 200)


async def test_a_password_is_chosen_just_after_signing_in_and_ends_all_other_sessions(
    browser: httpx.AsyncClient, closed: House
) -> None:
    anna = await hire(closed)
    await enter(browser, closed, anna)
    async with calling(closed) as elsewhere:
        await enter(elsewhere, closed, anna)
        short = await browser.put("/v1/session/password", json={"password": "short"})
        chosen = await browser.put("/v1/session/password", json={"password": PASSWORD})
        other = await elsewhere.get("/v1/session")
        said = {"email": "anna@example.com", "password": PASSWORD}
        right = await elsewhere.post("/v1/session", json=said)
        wrong = await elsewhere.post("/v1/session", json={**said, "password": "something else"})

    assert [answer.status_code for answer in (short, chosen, other, right, wrong)] == [422, 200, 401, 200, 401]
    assert "short" not in short.text.replace("too short", "")
    assert (await browser.get("/v1/session")).status_code == 200


async def test_a_session_of_an_hour_ago_gets_a_new_cookie_and_chooses_no_password(
    browser: httpx.AsyncClient, closed: House
) -> None:
    await enter(browser, closed, await hire(closed))
    first = browser.cookies["deskhand_session"]
    later = replace(closed, context=replace(closed.context, now=lambda: NOW + sessions.ROTATED_EVERY))

    async with calling(later) as caller:
        caller.cookies.set("deskhand_session", first)
        seen = await caller.get("/v1/session")
        caller.headers["X-CSRF-Token"] = seen.json()["csrf_token"]
        stale = await caller.put("/v1/session/password", json={"password": PASSWORD})

    assert "set-cookie" in seen.headers
    assert first not in seen.headers["set-cookie"]
    assert stale.status_code == 403


async def test_guessing_is_told_when_to_come_back(browser: httpx.AsyncClient, closed: House) -> None:
    guess = {"email": "nobody@example.com", "password": "a guess of many"}

    answers = [await browser.post("/v1/session", json=guess) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "2"


async def test_an_admin_lets_people_in_and_gives_roles_and_the_log_says_so(
    browser: httpx.AsyncClient, closed: House
) -> None:
    root, anna = await hire(closed, "admin", "Root"), await hire(closed)
    await enter(browser, closed, root)

    once = {"Idempotency-Key": "k1"}
    link = await browser.post(f"/v1/teammates/{anna}/link", headers=once)
    again = await browser.post(f"/v1/teammates/{anna}/link", headers=once)
    given = await browser.put(f"/v1/teammates/{anna}/role", json={"role": "lead"})
    last = await browser.put(f"/v1/teammates/{root}/role", json={"role": "qa"})
    log = (await browser.get("/v1/audit", params={"limit": 2})).json()
    token = link.json()["link"].partition("#")[2]
    async with calling(closed) as other:
        entered = await other.post("/v1/session", json={"link": token})
        twice = await other.post("/v1/session", json={"link": token})
        refused = await other.get("/v1/audit")

    assert link.json()["link"].startswith("http://127.0.0.1/sign-in#dhl_")
    assert (again.json()["link"], given.json()["role"], last.status_code) == (None, "lead", 422)
    assert [(entry["action"], entry["object"], entry["by"]) for entry in log["entries"]] == [
        ("role_given", anna, root),
        ("link_made", anna, root),
    ]
    assert log["next"] is not None
    assert (entered.json()["role"], twice.status_code, refused.status_code) == ("lead", 401, 403)


async def test_a_key_is_replaced_and_the_old_one_holds_for_the_overlap(
    browser: httpx.AsyncClient, closed: House
) -> None:
    admin = await closed.key("admin")
    made = (await browser.post("/v1/keys", json={"name": "Widget", "scopes": ["search"]}, headers=admin)).json()
    place = f"/v1/keys/{made['id']}/rotation"

    small = await browser.post(place, json={}, headers=await closed.key("keys"))
    fresh = await browser.post(place, json={"overlap_hours": 1}, headers=admin)
    at = [NOW, NOW + timedelta(hours=1)]
    old = [await closed.desk.check_key(made["secret"], now) for now in at]
    new = [await closed.desk.check_key(fresh.json()["secret"], now) for now in at]
    unknown = await browser.post("/v1/keys/key_none/rotation", json={}, headers=admin)

    assert (small.status_code, fresh.status_code, unknown.status_code) == (403, 201, 404)
    assert [key is not None for key in (*old, *new)] == [True, False, True, True]
    assert fresh.json()["scopes"] == ["search"]


async def test_a_customer_reads_their_own_conversations_and_no_others(
    browser: httpx.AsyncClient, closed: House
) -> None:
    await name_origins(closed, SHOP)

    async def visitor() -> dict[str, str]:
        opened = await browser.post("/v1/chat/session", json={}, headers={"Origin": SHOP})
        return {"Authorization": f"Bearer {opened.json()['session']}"}

    mia, ben = await visitor(), await visitor()
    ticket = (await browser.post("/v1/chat", json={"text": "Where is it?"}, headers=mia)).json()["ticket"]
    servers = (await browser.post("/v1/chat", json={"text": "Hi"}, headers=await closed.key("chat"))).json()["ticket"]
    asked: list[tuple[str, str, dict[str, Any] | None]] = [
        ("GET", f"/v1/chat/{ticket}", None),
        ("POST", "/v1/chat", {"text": "Well?", "ticket": ticket}),
        ("POST", f"/v1/chat/{ticket}/citations", {"article": "refunds"}),
        ("POST", f"/v1/chat/{ticket}/rating", {"mark": 5}),
        ("GET", f"/v1/chat/{ticket}/events", None),
    ]

    own = [await browser.request(method, path, json=body, headers=mia) for method, path, body in asked[:2]]
    strange = [await browser.request(method, path, json=body, headers=ben) for method, path, body in asked]
    no_ones = await browser.get(f"/v1/chat/{servers}", headers=mia)
    by_key = await browser.get(f"/v1/chat/{ticket}", headers=await closed.key("chat"))

    assert [answer.status_code for answer in own] == [200, 202]
    assert [answer.status_code for answer in strange] == [404] * 5
    assert (no_ones.status_code, by_key.status_code) == (404, 200)


async def test_a_signed_customer_finds_their_conversation_on_another_device(
    browser: httpx.AsyncClient, closed: House
) -> None:
    secret = await closed.doors.visitors.make_secret(DEFAULT_BRAND, NOW)
    token = jwt.encode({"sub": "mia", "exp": int((NOW + timedelta(minutes=5)).timestamp())}, secret, "HS256")

    async def device() -> dict[str, str]:
        opened = await browser.post("/v1/chat/session", json={"token": token})
        return {"Authorization": f"Bearer {opened.json()['session']}"}

    ticket = (await browser.post("/v1/chat", json={"text": "Hello"}, headers=await device())).json()["ticket"]
    found = await browser.get(f"/v1/chat/{ticket}", headers=await device())
    forged = await browser.post("/v1/chat/session", json={"token": token[:-2]})

    assert (found.status_code, forged.status_code) == (200, 422)


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", "https://shop.example.com.evil.example"])
async def test_anonymous_customers_begin_on_the_brands_own_sites_only(
    browser: httpx.AsyncClient, closed: House, origin: str | None
) -> None:
    await name_origins(closed, SHOP)

    refused = await browser.post("/v1/chat/session", json={}, headers={"Origin": origin} if origin else {})

    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers


async def test_a_browser_is_told_which_sites_may_talk_to_us(browser: httpx.AsyncClient, closed: House) -> None:
    await name_origins(closed, SHOP)
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}

    ours = await browser.options("/v1/chat", headers={"Origin": SHOP, **asks})
    theirs = await browser.options("/v1/chat", headers={"Origin": "https://evil.example", **asks})
    keys = await browser.options("/v1/keys", headers={"Origin": SHOP, **asks})
    opened = await browser.post("/v1/chat/session", json={}, headers={"Origin": SHOP})

    assert (ours.status_code, ours.headers["access-control-allow-origin"]) == (204, SHOP)
    assert "access-control-allow-origin" not in {**theirs.headers, **keys.headers}
    assert (opened.headers["access-control-allow-origin"], opened.headers["vary"]) == (SHOP, "Origin")
    assert "access-control-allow-credentials" not in {**ours.headers, **opened.headers}


async def test_only_the_brands_sites_may_show_the_chat_in_a_frame(browser: httpx.AsyncClient, closed: House) -> None:
    before = (await browser.get("/")).headers["content-security-policy"]
    await name_origins(closed, SHOP)
    after = (await browser.get("/")).headers["content-security-policy"]
    sign_in = (await browser.get("/sign-in")).headers["content-security-policy"]

    assert before.endswith("frame-ancestors 'none'")
    assert after.endswith(f"frame-ancestors {SHOP}")
    assert sign_in.endswith("frame-ancestors 'none'")
