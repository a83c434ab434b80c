from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from engines.embedded.engine import Embedded
from tests.api.conftest import MINILM, House, calling


@pytest.fixture
def marking(house: House) -> House:
    """A house whose embedded engine is the real one."""
    embedded = Embedded(MINILM, ThreadPoolExecutor(1))
    return replace(house, context=replace(house.context, embedded=embedded))


QUESTION = (
    "This is ridiculous, I was charged twice!! How do I get my money back? And how do I change my e-mail address?"
)


async def marked(house: House, answer: str, **more: object) -> dict[str, Any]:
    async with calling(house) as caller:
        response = await caller.post("/v1/checks", json={"question": QUESTION, "answer": answer, **more})
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.json()
    return document | {"by_part": {mark["part"]: mark for mark in document["marks"]}}


async def test_every_mark_names_the_sentence_that_earned_it(marking: House) -> None:
    feeling = "I am sorry that you were charged twice."
    blame = "You should have checked the invoice."
    document = await marked(marking, f"{feeling} Open Billing and choose Refund to get your money back. {blame}")

    marks = document["by_part"]
    assert marks["empathetic"]["score"] > 0.9
    assert marks["empathetic"]["sentence"] == feeling
    assert marks["no_blame"]["sentence"] == blame
    assert document["tone"]["no_blame"] < 0.5
    assert document["grounding"] is None


async def test_an_ask_that_is_left_open_makes_the_reply_incomplete(marking: House) -> None:
    half = "Open Billing and choose Refund to get your money back."
    whole = f"{half} To change your e-mail address, open Settings and edit your e-mail address."

    one, both = await marked(marking, half), await marked(marking, whole)

    assert one["completeness"] < both["completeness"]
    asks = [mark["ask"] for mark in both["marks"] if mark["part"] == "completeness"]
    assert len(asks) == 2


async def test_an_upset_customer_is_owed_a_word_of_feeling(marking: House) -> None:
    document = await marked(marking, "Open Billing and choose Refund.")

    assert document["tone"]["empathetic"] < 0.5


async def test_with_evidence_the_sentence_that_it_supports_least_is_named(marking: House) -> None:
    evidence = ["Open Billing and choose Refund. A refund takes 5 working days."]
    document = await marked(
        marking, "Open Billing and choose Refund. A refund takes 3 working days.", evidence=evidence
    )

    assert document["grounding"] < 0.1
    assert document["by_part"]["grounding"]["sentence"] == "A refund takes 3 working days."


async def test_a_check_takes_a_key_that_may_draft_or_evaluate(marking: House) -> None:
    wanted = {"question": "How?", "answer": "So."}
    async with calling(replace(marking, demo=False)) as caller:
        codes = [
            (await caller.post("/v1/checks", json=wanted, headers=headers)).status_code
            for headers in ({}, await marking.key("search"), await marking.key("drafts"), await marking.key("evals"))
        ]

    assert codes == [401, 403, 200, 200]


async def test_a_reply_that_says_nothing_is_refused_with_the_place(marking: House) -> None:
    async with calling(marking) as caller:
        response = await caller.post("/v1/checks", json={"question": "How?", "answer": " "})

    assert response.status_code == 422
    assert response.json()["errors"][0]["place"] == "body.answer"
