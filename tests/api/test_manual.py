import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from api import examples, outputs
from api.app import create_app
from domain.decisions import Decision
from tests.api.conftest import House

EXAMPLES = {
    "FOUND": outputs.Found,
    "DECISION": Decision,
    "ACCEPTED": outputs.Accepted,
    "CONVERSATION": outputs.Conversation,
    "ARTICLES": outputs.ArticlePage,
    "ARTICLE": outputs.WholeArticle,
    "ACKNOWLEDGED_ROW": outputs.Acknowledgement,
    "ACKNOWLEDGED": outputs.Acknowledged,
    "DELETED": outputs.DeletedArticle,
    "STANDING": outputs.ShownStanding,
    "VERSIONS": outputs.Versions,
    "VERSION": outputs.WholeVersion,
    "REPLIES": outputs.ReplyPage,
    "AGREEMENTS": outputs.Agreements,
    "SUITES": outputs.Suites,
    "RUN": outputs.ShownRun,
    "RUNS": outputs.RunPage,
    "WHOLE_RUN": outputs.WholeRun,
    "COMPARED": outputs.Compared,
    "MARKED": outputs.Marked,
    "KEYS": outputs.Keys,
    "NEW_KEY": outputs.NewKey,
    "REVOKED": outputs.Deleted,
    "HEALTH": outputs.Health,
    "READINESS": outputs.Readiness,
}
OPENING = {"/v1/session", "/v1/session/password", "/v1/chat/session"}  # an answer that opens something is not kept


@pytest.fixture
def app(house: House) -> FastAPI:
    return create_app(house)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_exactly_what_its_model_answers(name: str) -> None:
    model: TypeAdapter[Any] = TypeAdapter(EXAMPLES[name])
    example = getattr(examples, name)

    answered = model.dump_python(model.validate_python(example), mode="json")

    assert answered == example


def test_no_example_is_without_a_model() -> None:
    assert {name for name in vars(examples) if name.isupper() and not name.startswith("_")} == {
        *EXAMPLES,
        "EVENTS",
        "PROGRESS",
    }


def test_every_route_has_a_summary_a_tag_an_example_and_its_problems(app: FastAPI) -> None:
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            good = [answer for status, answer in operation["responses"].items() if status < "300"]
            place = f"{method} {path}"
            assert operation["summary"], place
            assert operation["description"], place
            assert len(operation["tags"]) == 1, place
            assert all("example" in content for answer in good for content in answer["content"].values()), place
            assert path in ("/healthz", "/readyz") or {"401", "403"} <= operation["responses"].keys(), place


def test_problems_have_their_own_media_type(app: FastAPI) -> None:
    for operations in app.openapi()["paths"].values():
        for operation in operations.values():
            problems = {status: answer for status, answer in operation["responses"].items() if "400" <= status < "500"}
            assert all(list(answer["content"]) == ["application/problem+json"] for answer in problems.values())


def test_every_route_that_writes_takes_an_idempotency_key(app: FastAPI) -> None:
    dry = {"/v1/search", "/v1/drafts", "/v1/checks", *OPENING, "/v1/inbound/mail"}  # mail has ids of its own
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            names = {given["name"].lower() for given in operation.get("parameters", ())}
            assert ("idempotency-key" in names) == (method != "get" and path not in dry), f"{method} {path}"


async def test_the_manual_shows_every_route_with_a_command_to_try(client: httpx.AsyncClient, app: FastAPI) -> None:
    page = (await client.get("/docs")).text

    for path in app.openapi()["paths"]:
        assert f"<code>{path}</code>" in page
    assert "curl -X POST http://127.0.0.1/v1/search" in page
    assert "How do I get a refund?" in page
    assert "application/problem+json" in page


@pytest.mark.parametrize("path", ["/", "/docs", "/sign-in"])
async def test_a_page_asks_no_other_host_and_holds_no_inline_code(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)

    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', response.text)
    assert all(place.startswith("/static/") for place in loaded)
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|style=", response.text)
    assert "default-src 'none'" in response.headers["content-security-policy"]
    for place in loaded:
        assert (await client.get(place)).status_code == 200


def test_every_page_route_is_read_only(app: FastAPI) -> None:
    hidden = [route for route in app.routes if isinstance(route, APIRoute) and not route.include_in_schema]

    assert all(route.methods == {"GET"} for route in hidden)
