"""The engine against a real HTTP server that fails in every way a model server can."""

import inspect
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx2
import openai
import pytest
from openai import _exceptions as client_errors

from domain.budget import Allowance, Budget
from domain.decisions import Usage
from domain.prices import Price
from engines.engine import AnswerUnusable, AnswerWithheld, BudgetExhausted, EngineError, EngineUnavailable
from engines.fallback import Breaker, Fallback
from engines.openai_compatible import Endpoint, OpenAICompatible, translated
from engines.scripted import Scripted
from engines.tasks import CheckAnswer, DraftAnswer, DraftedSentence, Task
from tests.engines.given import INVOICES, NOON, budget, check_task, draft_task, evidence, triage_task
from tests.stub_server import FAULTS, Behaviour, StubServer, refuses, says

KEY = "sk-never-to-be-told-0123456789"
SENTENCE = DraftedSentence(text="Open Settings, then Billing.", kind="step", ask=1, evidence=[1])
DRAFT = DraftAnswer(sentences=[SENTENCE], answered=[1], clarified=[], declined=[])
CHECK = CheckAnswer(support=[1.0], completeness=[1.0], tone=1.0, reasons=[])
GOOD = says(DRAFT.model_dump_json(), usage=(321, 45))
Engines = Callable[..., OpenAICompatible]


@pytest.fixture
async def engine_at() -> AsyncIterator[Engines]:
    """Make engines that ask a server of the test, closed when it ends."""
    made: list[OpenAICompatible] = []

    def engine_at(url: str, timeout: float = 8.0) -> OpenAICompatible:
        made.append(OpenAICompatible(Endpoint(url, KEY, "small", "large", timeout)))
        return made[-1]

    yield engine_at
    for engine in made:
        await engine.close()


async def asked(engines: Engines, *behaviours: Behaviour | str, case: Budget) -> tuple[StubServer, DraftAnswer]:
    """Ask for a draft once and return the server, with what it was sent, and the answer."""
    async with StubServer(*behaviours) as server:
        return server, await engines(server.url).answer(draft_task(), case)


async def test_an_answer_is_read_and_its_cost_and_its_giver_are_noted(engine_at: Engines) -> None:
    case = budget()

    server, answer = await asked(engine_at, GOOD, case=case)

    assert answer == DRAFT
    assert case.usage() == Usage(1, 321, 45, cost=None)
    assert (case.engine().name, case.engine().model) == ("openai_compatible", "large")
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


async def test_a_request_carries_the_schema_and_the_prompt(engine_at: Engines) -> None:
    server, _ = await asked(engine_at, GOOD, case=budget())

    sent = server.requests[0]
    assert sent["response_format"]["json_schema"]["name"] == "DraftAnswer"
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert INVOICES in sent["messages"][1]["content"]
    assert INVOICES not in sent["messages"][0]["content"]


async def test_drafts_are_written_by_the_large_model_and_checks_by_the_small_one(engine_at: Engines) -> None:
    async with StubServer(GOOD, says(CHECK.model_dump_json())) as server:
        engine, case = engine_at(server.url), budget()
        await engine.answer(draft_task(), case)
        await engine.answer(check_task(), case)

    assert [request["model"] for request in server.requests] == ["large", "small"]


async def test_a_server_that_does_not_count_is_estimated(engine_at: Engines) -> None:
    case = budget()

    await asked(engine_at, says(DRAFT.model_dump_json(), usage=None), case=case)

    assert 500 < case.usage().prompt_tokens < 1500
    assert 20 < case.usage().completion_tokens < 80


async def test_what_a_case_costs_is_counted_with_the_servers_cache() -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 600}}
    completion = {"choices": [{"message": {"content": DRAFT.model_dump_json()}}], "usage": usage}
    priced = {"large": Price(1.0, 10.0, 0.1)}
    case = budget()
    async with StubServer(refuses("temperature"), Behaviour(body=json.dumps(completion))) as server:
        engine = OpenAICompatible(Endpoint(server.url, KEY, "small", "large", prices=priced))
        await engine.answer(draft_task(), case)
        await engine.close()

    assert case.usage() == Usage(2, 1000, 100, 600, 0.00146)


async def test_a_day_that_is_used_up_sends_no_request_until_midnight() -> None:
    async with StubServer(GOOD) as server:
        engine = OpenAICompatible(Endpoint(server.url, KEY, "small", "large"), Allowance(tokens=300))
        await engine.answer(draft_task(), budget())
        with pytest.raises(BudgetExhausted, match="before midnight UTC: 366 of 300 tokens a day are used"):
            await engine.answer(draft_task(), budget())
        await engine.answer(draft_task(), budget(now=lambda: NOON + timedelta(days=1)))
        await engine.close()

    assert len(server.requests) == 2


async def test_a_draft_leaves_room_for_its_check_and_takes_it_when_none_can_follow(engine_at: Engines) -> None:
    found = tuple(evidence("word " * 120, title=f"Article{number}") for number in range(20))
    async with StubServer(GOOD) as server:
        for calls in (2, 1):
            await engine_at(server.url).answer(draft_task(found=found), budget(calls=calls))

    with_check, alone = (sum(len(one["content"]) for one in request["messages"]) / 3.6 for request in server.requests)
    assert 2000 < with_check <= 2500 < alone <= 3500


async def test_a_customers_details_do_not_leave_and_come_back_in_the_answer(engine_at: Engines) -> None:
    sentence = SENTENCE.model_copy(update={"text": "We wrote to [email_1]."})
    reply = says(DRAFT.model_copy(update={"sentences": [sentence]}).model_dump_json())
    async with StubServer(reply) as server:
        answer = await engine_at(server.url).answer(draft_task("Where is my mail to jana@example.org?"), budget())

    assert "jana@example.org" not in json.dumps(server.requests)
    assert answer.sentences[0].text == "We wrote to jana@example.org."


@pytest.mark.parametrize(
    ("fault", "meaning", "words", "calls"),
    [
        ("rate limited", EngineUnavailable, "HTTP 429", 1),
        ("server error", EngineUnavailable, "HTTP 500", 1),
        ("unauthorized", EngineUnavailable, r"HTTP 401 \(check the key\)", 1),
        ("not found", EngineUnavailable, r"HTTP 404 \(check the URL and the model's name\)", 1),
        ("hang", EngineUnavailable, "did not answer in time", 1),
        ("slow", EngineUnavailable, "did not answer in time", 1),
        ("closed connection", EngineUnavailable, "cannot be reached or broke off", 1),
        ("empty body", AnswerUnusable, "sent no chat completion", 1),
        ("malformed JSON", AnswerUnusable, "sent no chat completion", 1),
        ("wrong shape", AnswerUnusable, "sent no chat completion", 1),
        ("not an answer", AnswerUnusable, "holds no JSON object", 2),
        ("wrong answer", AnswerUnusable, "wrong shape", 2),
        ("empty answer", AnswerUnusable, "sent an empty answer", 1),
        ("no answer", AnswerUnusable, "sent an empty answer", 1),
        ("refusal", AnswerUnusable, "refused to answer", 1),
        ("filtered", AnswerUnusable, "refused to answer", 1),
        ("length", AnswerUnusable, "was cut off", 1),
    ],
)
async def test_every_fault_ends_in_an_error_of_ours_within_a_few_calls(
    engine_at: Engines, fault: str, meaning: type[EngineError], words: str, calls: int
) -> None:
    case = budget()
    async with StubServer(fault) as server:
        with pytest.raises(meaning, match=words) as caught:
            await engine_at(server.url, timeout=0.3).answer(draft_task(), case)

    assert len(server.requests) == case.usage().model_calls == calls
    assert KEY not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert case.answered_by == []


def test_every_fault_of_the_stub_is_tried() -> None:
    tried = {mark.args[1][row][0] for mark in marks() for row in range(len(mark.args[1]))}

    assert tried == set(FAULTS)


def marks() -> list[pytest.Mark]:
    return list(test_every_fault_ends_in_an_error_of_ours_within_a_few_calls.pytestmark)  # type: ignore[attr-defined]  # set by the decorator


async def test_a_server_that_is_not_there_is_unavailable(engine_at: Engines) -> None:
    async with StubServer("hang") as server:
        gone = server.url

    with pytest.raises(EngineUnavailable, match="cannot be reached"):
        await engine_at(gone).answer(draft_task(), budget())


@pytest.mark.parametrize("fault", ["hang", "slow"])
async def test_a_call_ends_in_time_for_somebody_else_to_answer(engine_at: Engines, fault: str) -> None:
    started = time.monotonic()
    async with StubServer(fault) as server:
        with pytest.raises(EngineUnavailable, match="in time"):
            await engine_at(server.url).answer(draft_task(), budget(seconds=1.5))
    took = time.monotonic() - started

    assert 0.4 < took < 1.4


async def test_a_wrong_answer_is_asked_for_once_more_with_its_fault(engine_at: Engines) -> None:
    case = budget()

    server, answer = await asked(engine_at, "wrong answer", GOOD, case=case)

    repair = server.requests[1]["messages"]
    assert answer == DRAFT
    assert repair[2] == {"role": "assistant", "content": '{"colour": "blue"}'}
    assert "sentences: Field required" in repair[3]["content"]
    assert case.usage().model_calls == 2


async def test_a_draft_that_has_filled_its_case_is_mended_in_its_form_without_the_evidence(engine_at: Engines) -> None:
    wrong = DRAFT.model_copy(update={"sentences": [SENTENCE.model_copy(update={"evidence": [1, 7]})]})
    case = budget()

    server, answer = await asked(engine_at, says(wrong.model_dump_json(), usage=(2700, 50)), GOOD, case=case)

    mending = " ".join(message["content"] for message in server.requests[1]["messages"])
    assert answer == DRAFT
    assert "there is no evidence number 7" in mending
    assert wrong.model_dump_json() in mending
    assert INVOICES not in mending
    assert case.usage().model_calls == 2


async def test_what_is_no_draft_at_all_is_not_mended(engine_at: Engines) -> None:
    with pytest.raises(AnswerUnusable, match="holds no JSON object"):
        await asked(engine_at, says("Happy to help!", usage=(2700, 50)), GOOD, case=budget())


@pytest.mark.parametrize("case", [budget(calls=1), budget(prompt_tokens=1300)], ids=["calls", "tokens"])
async def test_a_wrong_answer_is_not_asked_for_again_beyond_the_budget(engine_at: Engines, case: Budget) -> None:
    with pytest.raises(AnswerUnusable, match="wrong shape"):
        await asked(engine_at, says('{"colour": "blue"}', usage=(1000, 10)), case=case)

    assert case.usage().model_calls == 1


@pytest.mark.parametrize(
    "case", [budget(calls=0), budget(prompt_tokens=100), budget(seconds=0.9)], ids=["calls", "tokens", "seconds"]
)
async def test_no_request_is_sent_without_budget(engine_at: Engines, case: Budget) -> None:
    async with StubServer(GOOD) as server:
        with pytest.raises(BudgetExhausted, match="No further model call"):
            await engine_at(server.url).answer(draft_task(), case)

    assert server.requests == []


async def test_a_case_never_makes_more_calls_than_its_budget(engine_at: Engines) -> None:
    case = budget(prompt_tokens=50_000)
    async with StubServer("wrong answer") as server:
        engine = engine_at(server.url)
        tasks: list[Task[Any]] = [triage_task(), draft_task(), check_task()]
        for task in tasks:
            with pytest.raises(EngineError):
                await engine.answer(task, case)

    assert len(server.requests) == 3


async def test_what_a_server_refuses_is_left_out_and_remembered(engine_at: Engines) -> None:
    async with StubServer(refuses("response_format"), refuses("temperature"), GOOD) as server:
        engine = engine_at(server.url)
        await engine.answer(draft_task(), budget())
        await engine.answer(draft_task(), budget())

    formats = [request.get("response_format", {}).get("type") for request in server.requests]
    assert formats == ["json_schema", "json_object", "json_object", "json_object"]
    assert ["temperature" in request for request in server.requests] == [True, True, False, False]


@pytest.mark.parametrize("status", [400, 422, 500])
async def test_a_server_without_structured_output_is_asked_by_the_prompt_alone(engine_at: Engines, status: int) -> None:
    refusal = refuses("response_format", status)

    server, answer = await asked(engine_at, refusal, refusal, GOOD, case=budget())

    assert answer == DRAFT
    assert "response_format" not in server.requests[2]
    assert "One JSON object and nothing else" in server.requests[2]["messages"][0]["content"]


async def test_a_reasoning_model_is_asked_its_way_after_one_refusal(engine_at: Engines) -> None:
    server, _ = await asked(engine_at, refuses("max_tokens"), GOOD, case=budget())

    sent = server.requests[1]
    assert sent["max_completion_tokens"] == 4 * server.requests[0]["max_tokens"]
    assert sent["reasoning_effort"] == "low"
    assert "temperature" not in sent


async def test_a_refusal_costs_a_call_and_no_tokens(engine_at: Engines) -> None:
    case = budget()

    await asked(engine_at, refuses("temperature"), GOOD, case=case)

    assert case.usage() == Usage(2, 321, 45, cost=None)


async def test_the_embedded_side_answers_within_the_deadline_when_the_server_hangs(engine_at: Engines) -> None:
    async with StubServer("hang") as server:
        rules = Scripted([DRAFT, CHECK])
        engine = Fallback(engine_at(server.url, timeout=0.2), rules, Breaker())
        case = budget()

        answers = [await engine.answer(draft_task(), case), await engine.answer(check_task(), case)]

    assert answers == [DRAFT, CHECK]
    assert case.usage().model_calls == 1
    assert case.engine().fallback == "Model 'large' did not answer in time"


async def test_nothing_of_the_environments_account_is_sent(engine_at: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-account")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-another-account")

    server, _ = await asked(engine_at, GOOD, case=budget())

    assert "another-account" not in json.dumps(server.headers)


async def test_neither_key_nor_customers_words_are_logged(engine_at: Engines, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with StubServer("server error") as server:
        with pytest.raises(EngineUnavailable):
            await engine_at(server.url).answer(draft_task("Where is my purple umbrella?"), budget())

    assert KEY not in caplog.text
    assert "umbrella" not in caplog.text


def test_an_endpoint_keeps_its_key_to_itself() -> None:
    assert KEY not in repr(Endpoint("http://localhost/v1", KEY, "small", "large"))


@pytest.mark.parametrize(
    ("url", "model", "timeout", "fault"),
    [
        ("localhost:11434", "m", 8.0, "Model URL 'localhost:11434' is not like"),
        ("ftp://host/v1", "m", 8.0, "Model URL 'ftp://host/v1' is not like"),
        ("http://host/v1", "", 8.0, "needs the name of a model"),
        ("http://host/v1", "m", 0.0, "may take some seconds, not 0.0"),
    ],
)
def test_an_endpoint_that_cannot_work_is_refused_when_it_is_made(
    url: str, model: str, timeout: float, fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        Endpoint(url, None, model, "large", timeout)


def client_error_classes() -> list[type[openai.OpenAIError]]:
    classes = [kind for _, kind in inspect.getmembers(client_errors, inspect.isclass)]
    return [kind for kind in classes if issubclass(kind, openai.OpenAIError)]


@pytest.mark.parametrize("kind", client_error_classes(), ids=lambda kind: kind.__name__)
def test_every_error_of_the_client_means_something_to_us(kind: type[openai.OpenAIError]) -> None:
    error = kind.__new__(kind)
    response = httpx2.Response(418, request=httpx2.Request("POST", "http://host/v1"))
    vars(error).update(response=response, status_code=418, message="a secret of the server")
    unusable = {
        openai.LengthFinishReasonError: AnswerUnusable,
        openai.ContentFilterFinishReasonError: AnswerWithheld,
        openai.APIResponseValidationError: AnswerUnusable,
    }

    meaning = translated(error, "large")

    assert type(meaning) is unusable.get(kind, EngineUnavailable)
    assert "'large'" in str(meaning)
    assert "secret" not in str(meaning)


async def test_evidence_is_trimmed_to_what_the_case_has_left(engine_at: Engines) -> None:
    found = tuple(evidence("word " * 200, title=f"Article{number}") for number in range(20))
    case = budget()
    async with StubServer(GOOD) as server:
        await engine_at(server.url).answer(draft_task(found=found), case)

    sent = sum(len(message["content"]) for message in server.requests[0]["messages"]) / 3.6
    assert sent <= 2500
