"""A support lead edits the policy over HTTP: tried whole, versioned, and in force for the next customer."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from api.shapes import policy as shapes
from domain.ids import DEFAULT_BRAND, BrandId
from domain.triage import Priority
from prompts import policy as pages
from tests.api.conftest import NOW, House, calling

CLOCKS = pages.texts()["clocks.yaml"]
QUICK = CLOCKS.replace("P0: {response: 30,", "P0: {response: 10,")


@pytest.fixture
async def lead(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A caller who may edit the policy, and nothing else."""
    async with calling(house) as caller:
        caller.headers.update(await house.key("policy"))
        yield caller


async def put(lead: httpx.AsyncClient, **body: object) -> httpx.Response:
    return await lead.put("/v1/policy", json=body)


@pytest.mark.parametrize(
    ("example", "model"),
    [
        (shapes.POLICY, shapes.WholePolicy),
        (shapes.POLICY_VERSION, shapes.PolicyVersion),
        (shapes.POLICY_VERSIONS, shapes.PolicyVersions),
    ],
)
def test_an_example_is_exactly_what_its_model_answers(example: dict[str, Any], model: type) -> None:
    shape: TypeAdapter[Any] = TypeAdapter(model)

    assert shape.dump_python(shape.validate_python(example), mode="json") == example


async def test_a_brand_begins_with_the_usual_pages(lead: httpx.AsyncClient) -> None:
    found = (await lead.get("/v1/policy")).json()

    assert (found["number"], found["own"], found["created_at"]) == (0, [], None)
    assert found["pages"] == pages.texts()
    assert found["hash"] == pages.load().version


async def test_an_edit_is_in_force_at_once_and_the_history_says_whose_it_is(
    lead: httpx.AsyncClient, house: House
) -> None:
    answer = await put(lead, pages={"clocks.yaml": QUICK}, note="a new promise", after=0)

    assert answer.status_code == 200
    assert (await house.ports(DEFAULT_BRAND)).policy.targets[Priority.P0].response == 10
    (version,) = (await lead.get("/v1/policy/versions")).json()["versions"]
    assert version == answer.json()
    assert (version["number"], version["changed"], version["note"]) == (1, ["clocks.yaml"], "a new promise")
    assert version["written_by"].startswith("key_")
    assert datetime.fromisoformat(version["created_at"]) == NOW


async def test_a_page_that_does_not_fit_changes_nothing_and_is_named(lead: httpx.AsyncClient) -> None:
    bad = QUICK.replace("business_hours: false", "business_hours: maybe", 1)

    answer = await put(lead, pages={"tone.md": "Be brief.", "clocks.yaml": bad})

    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["place"] == "body.pages.clocks.yaml"
    assert "at targets.P0.business_hours" in fault["message"]
    assert (await lead.get("/v1/policy")).json()["number"] == 0


async def test_a_page_nobody_knows_is_refused(lead: httpx.AsyncClient) -> None:
    answer = await put(lead, pages={"clock.yaml": CLOCKS})

    assert answer.status_code == 422
    assert "there is no page 'clock.yaml'" in answer.json()["detail"]


async def test_an_edit_of_what_somebody_else_changed_meanwhile_is_refused(lead: httpx.AsyncClient) -> None:
    await put(lead, pages={"tone.md": "Be brief."}, after=0)

    answer = await put(lead, pages={"tone.md": "Be long."}, after=0)

    assert answer.status_code == 409
    assert (await lead.get("/v1/policy")).json()["pages"]["tone.md"] == "Be brief."


async def test_a_version_can_be_read_and_brought_back(lead: httpx.AsyncClient) -> None:
    await put(lead, pages={"clocks.yaml": QUICK})

    back = await lead.post("/v1/policy/versions/0/restore")

    assert (back.json()["number"], back.json()["note"]) == (2, "version 0 again")
    assert (await lead.get("/v1/policy/versions/1")).json()["pages"]["clocks.yaml"] == QUICK
    assert (await lead.get("/v1/policy")).json()["pages"]["clocks.yaml"] == CLOCKS
    for answer in (await lead.get("/v1/policy/versions/9"), await lead.post("/v1/policy/versions/9/restore")):
        assert answer.status_code == 404


async def test_history_comes_page_by_page(lead: httpx.AsyncClient) -> None:
    for tone in ("Be brief.", "Be warm.", "Be both."):
        await put(lead, pages={"tone.md": tone})

    first = (await lead.get("/v1/policy/versions", params={"limit": 2})).json()
    second = (await lead.get("/v1/policy/versions", params={"limit": 2, "before": first["next"]})).json()

    assert [version["number"] for version in first["versions"] + second["versions"]] == [3, 2, 1]
    assert second["next"] is None


async def test_an_edit_repeated_under_its_key_is_made_once(lead: httpx.AsyncClient) -> None:
    body, once = {"pages": {"tone.md": "Be brief."}, "after": 0}, {"Idempotency-Key": "edit-1"}

    answers = [await lead.put("/v1/policy", json=body, headers=once) for _ in range(2)]

    assert [answer.json()["number"] for answer in answers] == [1, 1]


async def test_another_brand_sees_and_changes_its_own_policy_only(lead: httpx.AsyncClient, house: House) -> None:
    await house.desk.add_brand(BrandId("other"), "Other", NOW)
    await put(lead, pages={"tone.md": "A canary."})

    async with calling(house) as other:
        other.headers.update(await house.key("policy", brand="other"))
        seen = (await other.get("/v1/policy")).json()
        assert (await other.get("/v1/policy/versions/1")).status_code == 404
        await put(other, pages={"tone.md": "Another one."})

    assert seen["number"] == 0
    assert "canary" not in str(seen)
    assert (await lead.get("/v1/policy")).json()["pages"]["tone.md"] == "A canary."


async def test_editing_takes_a_key_for_it(house: House, client: httpx.AsyncClient) -> None:
    async with calling(house) as caller:
        caller.headers.update(await house.key("articles", "drafts", "chat", "keys"))
        assert (await caller.get("/v1/policy")).status_code == 403
        assert (await put(caller, pages={"tone.md": "Be brief."})).status_code == 403
    assert (await client.get("/v1/policy")).status_code == 403
