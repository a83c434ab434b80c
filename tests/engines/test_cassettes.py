"""The engine against a real model server, replayed: a very small model, so that half of what it says is of no use."""

import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from vcr.cassette import Cassette  # type: ignore[import-untyped]  # vcrpy ships no types
from vcr.request import Request  # type: ignore[import-untyped]  # vcrpy ships no types

from engines.engine import AnswerUnusable
from engines.openai_compatible import Endpoint, OpenAICompatible
from tests.engines.given import INVOICES, REFUNDS, budget, check_task, draft_task, evidence, triage_task
from tests.engines.record import MODEL

PLACE = "http://model.invalid/v1"
CASSETTES = Path(__file__).parent / "cassettes" / "test_cassettes"
SECRET = "sk-not-to-be-recorded"
RESET = "Open the sign-in page and press Forgot password. We send a link that works for 30 minutes."


def scrubbed_request(request: Request) -> Request:
    """Keep nothing of a request but what it asks: the server's place is always the same and no header is kept."""
    request.uri = re.sub(r"^https?://[^/]+", "http://model.invalid", request.uri)
    request.headers = {"content-type": "application/json"}
    return request


def scrubbed_response(response: dict[str, Any]) -> dict[str, Any]:
    """Keep nothing of a response but the completion."""
    completion = json.loads(response["body"]["string"])
    kept = {key: completion[key] for key in ("object", "model", "choices", "usage", "error") if key in completion}
    response["body"]["string"] = json.dumps(kept).encode()
    response["headers"] = {"content-type": ["application/json"]}
    return response


@pytest.fixture
def vcr_config() -> dict[str, Any]:
    return {
        "match_on": ["method", "path", "body"],
        "before_record_request": scrubbed_request,
        "before_record_response": scrubbed_response,
    }


@pytest.fixture(autouse=True)
def whole_cassette(vcr: Cassette | None) -> Iterator[None]:
    """Fail a test that leaves a part of its cassette unplayed."""
    yield
    assert vcr is None or vcr.rewound is False or vcr.all_played


@pytest.fixture
async def engine() -> AsyncIterator[OpenAICompatible]:
    engine = OpenAICompatible(Endpoint(os.environ.get("RECORD_FROM", PLACE), SECRET, MODEL, MODEL, timeout=900))
    yield engine
    await engine.close()


@pytest.mark.vcr
async def test_a_turn_is_sorted_by_the_names_of_the_policy(engine: OpenAICompatible) -> None:
    case = budget(seconds=1000)

    answer = await engine.answer(triage_task("How do I download my last invoice?"), case)

    assert answer.intent == "how_to"
    assert len(answer.asks) <= 8
    assert case.usage().model_calls == 1
    assert case.engine().model == MODEL


@pytest.mark.vcr
async def test_an_answer_that_never_ends_is_not_used_and_not_asked_for_again(engine: OpenAICompatible) -> None:
    case = budget(seconds=1000)

    with pytest.raises(AnswerUnusable, match="cut off"):
        await engine.answer(triage_task("I was charged twice, I want my money back!"), case)

    assert case.usage().model_calls == 1


@pytest.mark.vcr
async def test_a_draft_serves_only_the_asks_and_the_evidence_there_are(engine: OpenAICompatible) -> None:
    case = budget(seconds=1000)
    found = (evidence(RESET, title="Password"),)

    answer = await engine.answer(draft_task("How do I reset my password?", found=found), case)

    assert {sentence.ask for sentence in answer.sentences} <= {0, 1}
    assert {number for sentence in answer.sentences for number in sentence.evidence} <= {1}
    assert case.usage().model_calls == 1


@pytest.mark.vcr
async def test_a_check_scores_every_claim_and_every_ask(engine: OpenAICompatible) -> None:
    task = check_task(("Open Settings, then Billing.", INVOICES), ("Refunds take 90 days.", REFUNDS))

    answer = await engine.answer(task, budget(seconds=1000))

    assert len(answer.support) == 2
    assert len(answer.completeness) == 2


@pytest.mark.vcr
async def test_a_check_with_a_score_too_many_is_asked_for_again_once(engine: OpenAICompatible) -> None:
    case = budget(seconds=1000)

    with pytest.raises(AnswerUnusable, match="support needs 1 scores"):
        await engine.answer(check_task(("Open Settings, then Billing.", INVOICES)), case)

    assert case.usage().model_calls == 2


def test_every_cassette_belongs_to_a_test() -> None:
    recorded = {cassette.stem for cassette in CASSETTES.glob("*.yaml")}
    source = Path(__file__).read_text("utf-8")

    asked = set(re.findall(r"@pytest\.mark\.vcr\nasync def (\w+)", source))

    assert recorded == asked


@pytest.mark.parametrize("cassette", sorted(CASSETTES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_cassette_tells_neither_key_nor_place(cassette: Path) -> None:
    text = cassette.read_text("utf-8").lower()

    found = {
        word for word in (SECRET, "authorization", "bearer", "cookie", "x-stainless", "user-agent") if word in text
    }

    assert found == set()
    assert set(re.findall(r"https?://[\w.:]+", text)) == {"http://model.invalid"}
