"""Who gets in where, route by route: the page `access_matrix.yaml` says it, and a route it does not name fails."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi import FastAPI

from api.app import create_app
from database.evals import EvalRun
from desk.access.roles import ROLES, Role
from desk.keys import SCOPES
from desk.policies import Change
from desk.staff.staff import Profile
from domain.ids import DEFAULT_BRAND, BrandId, TicketId
from prompts import policy as pages
from tests.api.conftest import NOW, House, calling
from tests.api.test_work import suggest

Route = tuple[str, str]
PAGE: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "access_matrix.yaml").read_text("utf-8"))
ANYONE = "anyone"
ACME = BrandId("acme")
LAST = {"DELETE": 1}
SIGN_OUT = ("DELETE", "/v1/session")


def routes(app: FastAPI) -> list[Route]:
    """Return every route of the OpenAPI document, what deletes and what signs out after the others."""
    listed = [(method.upper(), path) for path, each in app.openapi()["paths"].items() for method in each]
    return sorted(listed, key=lambda route: (route == SIGN_OUT, LAST.get(route[0], 0)))


def named(matrix: Mapping[str, str]) -> dict[str, set[str]]:
    """Return who gets in at each route, with `anyone` spelt out."""
    everybody = {"nobody", "customer", *ROLES, *(f"key:{scope}" for scope in SCOPES)}
    return {route: everybody if who == ANYONE else set(who.split()) for route, who in matrix.items()}


@pytest.fixture
async def callers(stocked: House) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """A caller of each kind, by name."""
    closed = replace(stocked, demo=False)
    unlimited = re.sub(r"(requests_a_minute): \d+", r"\1: 0", pages.texts()["limits.yaml"])
    await closed.policies.put(DEFAULT_BRAND, Change({"limits.yaml": unlimited}, "a test"), NOW)
    async with AsyncExitStack() as stack:
        made = {"nobody": await stack.enter_async_context(calling(closed))}
        for scope in SCOPES:
            made[f"key:{scope}"] = await stack.enter_async_context(calling(closed))
            made[f"key:{scope}"].headers.update(await closed.key(scope))
        for role in ROLES:
            made[role] = await stack.enter_async_context(calling(closed))
            await enter(made[role], closed, role)
        made["customer"] = await stack.enter_async_context(calling(closed))
        token, _ = await closed.doors.visitors.open(DEFAULT_BRAND, None, NOW)
        made["customer"].headers["Authorization"] = f"Bearer {token}"
        yield made


async def enter(caller: httpx.AsyncClient, house: House, role: Role) -> None:
    """Sign somebody of a role in."""
    who = await house.doors.staff.add(DEFAULT_BRAND, Profile(role, f"{role}@example.com", ()), NOW, role=role)
    link = await house.doors.signing_in.link(DEFAULT_BRAND, who.id, NOW)
    answer = await caller.post("/v1/session", json={"link": link})
    caller.headers["X-CSRF-Token"] = answer.json()["csrf_token"]


async def let_in(caller: httpx.AsyncClient, route: Route) -> bool:
    """Say whether a request that asks for nothing real is let in; whoever has no key must be told to bring one."""
    method, path = route
    filled = path.replace("{shift}", "1").replace("{number}", "1").replace("{version}", "1")
    status = (await caller.request(method, filled.replace("{", "no_").replace("}", ""))).status_code
    if status == 401:
        assert "Authorization" not in caller.headers or path.startswith(("/v1/session", "/v1/inbound")), route
    return status not in (401, 403)


async def test_every_route_lets_in_exactly_whom_the_page_names(
    callers: dict[str, httpx.AsyncClient], stocked: House
) -> None:
    found = {
        f"{method} {path}": {name for name, caller in callers.items() if await let_in(caller, (method, path))}
        for method, path in routes(create_app(stocked))
    }

    assert found == named(PAGE["callers"])


@dataclass(frozen=True)
class Things:
    """One thing of each kind that belongs to a brand, by the name its id has in paths."""

    ids: Mapping[str, str]
    key: Mapping[str, str]
    teammate: str


def edited(minutes: int) -> str:
    """Return a page of the policy that promises P0 an answer in so many minutes."""
    return pages.texts()["clocks.yaml"].replace("P0: {response: 30,", f"P0: {{response: {minutes},")


async def things(house: House, brand: BrandId) -> Things:
    """Make one of each."""
    hearing, _ = await house.doors.webhooks.subscribe(brand, "https://hooks.example.com/in", ["*"], NOW)
    key, _ = await house.doors.keys.create(brand, "theirs", ["search"], "a test", NOW)
    anna = (await house.doors.staff.add(brand, Profile("Anna", "anna@example.com", ("support",)), NOW)).id
    case, ticket = await suggest(house, brand)
    await house.policies.put(brand, Change({"clocks.yaml": edited(10)}, "a test"), NOW)
    if brand == DEFAULT_BRAND:  # so that it has a version whose number the other has not
        await house.policies.put(brand, Change({"clocks.yaml": edited(15)}, "a test"), NOW)
    shift = await house.doors.staff.plan(brand, anna, NOW, NOW + timedelta(hours=8))
    owed = await house.doors.staff.follow_up(brand, TicketId(ticket), "Call.", NOW + timedelta(days=1), anna, NOW)
    head = await house.key("admin", brand=brand)
    async with calling(house) as caller:
        caller.headers.update(head)
        macro = (await caller.post("/v1/macros", json={"name": "Hello", "text": "Hello"})).json()["id"]
        asked = {"query": "refund", "record": "teammate"}
        search = (await caller.post("/v1/search", json=asked)).json()["search"]
        await caller.put(f"/v1/articles/of_{brand}", json={"title": "Refunds", "body": f"Refunds of {brand}."})
        await caller.patch(f"/v1/customers/of_{brand}", json={"name": "Mia"})
        file = await caller.post(
            f"/v1/tickets/{ticket}/attachments",
            params={"name": "a.txt"},
            content=b"hello",
            headers={"Content-Type": "application/octet-stream"},
        )
    sent = await house.doors.workspace.reply(brand, TicketId(ticket), "You will have it on Friday.", anna, NOW)
    run = EvalRun(f"run_{brand}", brand, "demo", "deskhand", None, "done", 0, 0, True, None, NOW, NOW, NOW)
    await house.eval_runs.add(run)
    ids = {
        "subscription": hearing.subscription.id,
        "delivery": str((await house.doors.webhooks.deliveries(brand))[0].id),
        "key": key.id,
        "teammate": anna,
        "case": case,
        "ticket": ticket,
        "shift": str(shift.id),
        "follow_up": owed.id,
        "macro": macro,
        "search": search,
        "article": f"of_{brand}",
        "attachment": file.json().get("id", "none"),
        "run": run.id,
        "customer": f"of_{brand}",
        "version": "1",
        "number": "2",
        "message": sent.id,
    }
    return Things(ids, head, anna)


def body(document: Mapping[str, Any], operation: Mapping[str, Any], teammate: str) -> Any:
    """Return what an operation's own examples say that it takes, done by this teammate."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    schema = content["application/json"]["schema"]
    return example(document, schema, teammate) if schema else None


def example(document: Mapping[str, Any], schema: Mapping[str, Any], teammate: str) -> Any:
    if "$ref" in schema:
        return example(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], teammate)
    if "properties" not in schema:
        return schema["examples"][0]
    wanted = {name for name in schema["properties"] if name in schema.get("required", ()) or name in ("by", "teammate")}
    given = {name: example(document, schema["properties"][name], teammate) for name in wanted - {"by", "teammate"}}
    return given | dict.fromkeys(wanted & {"by", "teammate"}, teammate)


async def asked(caller: httpx.AsyncClient, route: Route, ids: Mapping[str, str], said: Any) -> int:
    """Return the status of a request about these ids; a file comes as itself."""
    method, path = route
    place = path.format(**ids)
    if path.endswith("/attachments"):
        headers = {"Content-Type": "application/octet-stream"}
        return (await caller.post(place, params={"name": "a.txt"}, content=b"hello", headers=headers)).status_code
    params = {"with": ids["run"]} if path.endswith("/compare") else None
    return (await caller.request(method, place, json=said, params=params)).status_code


async def test_an_id_of_another_brand_is_unknown_everywhere(stocked: House) -> None:
    closed = replace(stocked, demo=False)
    await closed.desk.add_brand(ACME, "Acme", NOW)
    theirs, ours = await things(closed, DEFAULT_BRAND), await things(closed, ACME)
    app = create_app(closed)
    with_ids = [route for route in routes(app) if "{" in route[1]]
    said = {route: app.openapi()["paths"][route[1]][route[0].lower()] for route in with_ids}

    async with calling(closed) as stranger, calling(closed) as owner:
        stranger.headers.update(ours.key)
        owner.headers.update(theirs.key)
        refused = {
            route: await asked(stranger, route, theirs.ids, body(app.openapi(), said[route], ours.teammate))
            for route in with_ids
        }
        own = {
            route: await asked(owner, route, theirs.ids, body(app.openapi(), said[route], theirs.teammate))
            for route in with_ids
            if route[0] == "GET" and not route[1].endswith("/events")
        }

    told = {f"{method} {path}": status for (method, path), status in refused.items() if status != 404}
    assert told == PAGE["own_instead"]
    assert {route: status for route, status in own.items() if status == 404} == {}
