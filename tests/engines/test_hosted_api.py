"""What the engine sends is what the hosted API takes, for every task, every kind of model, and on Azure."""

import json
from typing import Any

import pytest

from domain.budget import Budget
from engines.engine import AnswerUnusable, AnswerWithheld
from engines.openai_compatible import Endpoint, OpenAICompatible
from engines.tasks import CheckAnswer, DraftAnswer, DraftedSentence, RewriteAnswer, RewriteTask, Task, TriageAnswer
from prompts import policy
from tests import hosted_api
from tests.engines.given import budget, check_task, draft_task, triage_task
from tests.stub_server import Behaviour, StubServer

KEY = "a-key"
AZURE = "api-version=2024-10-21"
ASKED = RewriteTask(("And on Sundays?",), ())
TASKS: dict[str, tuple[Task[Any], Any]] = {
    "triage": (
        triage_task(policy=policy.load()),
        TriageAnswer(
            asks=["How?"], intent="how_to", sentiment="neutral", flags=[], language="en", confidence=0.9, reasons=[]
        ),
    ),
    "rewrite": (ASKED, RewriteAnswer(questions=["Are you open on Sundays?"])),
    "draft": (
        draft_task(),
        DraftAnswer(
            sentences=[DraftedSentence(text="Open Settings.", kind="step", ask=1, evidence=[1])],
            answered=[1],
            clarified=[],
            declined=[],
        ),
    ),
    "check": (check_task(), CheckAnswer(support=[1.0], completeness=[1.0], tone=1.0, reasons=[])),
}


async def asked(model: str, task: str, case: Budget, query: str = "") -> StubServer:
    """Ask the strict server for one task and return it, with what it was sent."""
    question, answer = TASKS[task]
    async with StubServer(hosted_api.answering(answer.model_dump_json())) as server:
        engine = OpenAICompatible(
            Endpoint(f"{server.url.removesuffix('/v1') if query else server.url}{query}", KEY, model, model)
        )
        try:
            assert await engine.answer(question, case) == answer
        finally:
            await engine.close()
    return server


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-4.1", "gpt-5-chat-latest", "o4-mini", "gpt-5-mini"])
async def test_every_task_is_taken_at_once_by_every_kind_of_model(model: str, task: str) -> None:
    server = await asked(model, task, budget())

    assert list(hosted_api.faults(server.requests[0])) == []
    assert len(server.requests) == 1


async def test_a_reasoning_model_under_another_name_is_known_after_one_refusal() -> None:
    case = budget()

    server = await asked("thinker", "draft", case)

    assert [list(hosted_api.faults(request)) == [] for request in server.requests] == [False, True]
    assert case.usage().model_calls == 2


def test_the_strict_server_refuses_what_the_hosted_api_refuses() -> None:
    good = {"model": "gpt-5", "messages": [{"role": "user", "content": "As JSON"}]}
    loose = {"type": "object", "properties": {"a": {"type": "string", "default": ""}}}
    form = {"type": "json_schema", "json_schema": {"name": "A", "strict": True, "schema": loose}}

    extras: dict[str, dict[str, Any]] = {
        "nothing": {},
        "a strange parameter": {"grammar": "x"},
        "a limit by its old name": {"max_tokens": 5},
        "a temperature": {"temperature": 0},
        "a loose schema": {"response_format": form},
    }

    refused = {
        name: [parameter for parameter, _ in hosted_api.faults({**good, **extra})] for name, extra in extras.items()
    }

    assert refused == {
        "nothing": [],
        "a strange parameter": ["grammar"],
        "a limit by its old name": ["max_tokens"],
        "a temperature": ["temperature"],
        "a loose schema": ["response_format"] * 3,
    }


async def test_azure_is_asked_at_the_deployment_with_its_version_and_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "of-another-account")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/of-another-account")

    server = await asked("our-drafts", "draft", budget(), f"?{AZURE}")

    assert server.paths == [f"/openai/deployments/our-drafts/chat/completions?{AZURE}"]
    assert server.headers[0]["api-key"] == KEY
    assert "of-another-account" not in json.dumps(server.headers)


async def test_the_newer_path_of_azure_is_asked_like_any_server() -> None:
    server = await asked("our-drafts", "draft", budget(), "/openai/v1?api-version=preview")

    assert server.paths == ["/openai/v1/chat/completions?api-version=preview"]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("code", ["content_filter", "invalid_prompt"])
async def test_a_question_that_the_servers_filter_stops_is_withheld_and_not_asked_otherwise(code: str) -> None:
    words = "The prompt triggered the content management policy; see response_format and max_tokens"
    filtered = Behaviour(400, json.dumps({"error": {"message": words, "code": code, "param": "prompt"}}))
    case = budget()
    async with StubServer(filtered) as server:
        engine = OpenAICompatible(Endpoint(server.url, KEY, "small", "large"))
        with pytest.raises(AnswerWithheld, match="filtered the question"):
            await engine.answer(draft_task(), case)
        await engine.close()

    assert case.usage().model_calls == 1


@pytest.mark.parametrize(
    ("behaviour", "withheld"), [("refusal", True), ("filtered", True), ("length", False), ("empty answer", False)]
)
async def test_what_a_model_would_not_say_is_told_from_what_it_could_not(behaviour: str, withheld: bool) -> None:
    async with StubServer(behaviour) as server:
        engine = OpenAICompatible(Endpoint(server.url, KEY, "small", "large"))
        with pytest.raises(AnswerUnusable) as caught:
            await engine.answer(draft_task(), budget())
        await engine.close()

    assert isinstance(caught.value, AnswerWithheld) is withheld
