"""What a trace of a model call holds, and what it never holds."""

import json

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from domain.calls import ModelCall
from engines.engine import EngineError
from engines.openai_compatible import Endpoint, OpenAICompatible
from engines.tasks import DraftAnswer, DraftedSentence
from engines.watching import Watch
from tests.engines.given import INVOICES, budget, draft_task
from tests.stub_server import Behaviour, StubServer, says

MAIL = "ada.lund@example.com"
SENTENCE = DraftedSentence(text="Open Settings, then Billing.", kind="step", ask=1, evidence=[1])
GOOD = says(
    DraftAnswer(sentences=[SENTENCE], answered=[1], clarified=[], declined=[]).model_dump_json(), usage=(321, 45)
)


async def call(*behaviours: Behaviour | str, contents: bool = False) -> ReadableSpan:
    """Ask a model for a draft about an address, and return the span of the last call."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    async with StubServer(*behaviours) as server:
        watch = Watch(provider.get_tracer("test"), contents)
        engine = OpenAICompatible(Endpoint(server.url, "key", "small", "large", timeout=0.5), watch=watch)
        try:
            await engine.answer(draft_task(f"I am {MAIL}. How do I download my invoice?"), budget())
        except EngineError:
            pass
        finally:
            await engine.close()
    provider.shutdown()
    return exporter.get_finished_spans()[-1]


async def test_a_call_is_a_span_by_the_conventions_for_generative_ai() -> None:
    span = await call(GOOD)

    shown = dict(span.attributes or {})
    assert (span.name, span.kind) == ("chat large", SpanKind.CLIENT)
    assert shown.pop("server.port", None)
    assert shown == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "large",
        "gen_ai.prompt.name": "draft",
        "gen_ai.output.type": "json",
        "gen_ai.usage.input_tokens": 321,
        "gen_ai.usage.output_tokens": 45,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.response.finish_reasons": ("stop",),
        "server.address": "127.0.0.1",
    }


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("server error", "InternalServerError"),
        ("rate limited", "RateLimitError"),
        ("hang", "TimeoutError"),
        ("closed connection", "APIConnectionError"),
        ("malformed JSON", "AnswerUnusable"),
    ],
)
async def test_a_call_that_fails_is_marked_by_the_name_of_its_error_alone(behaviour: str, error: str) -> None:
    span = await call(behaviour)

    assert (span.attributes or {})["error.type"] == error
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)
    assert span.events == ()


async def test_words_stand_in_a_span_only_when_they_are_wanted_and_then_without_private_details() -> None:
    silent = (await call(GOOD)).to_json()
    telling = await call(GOOD, contents=True)

    asked = json.loads(str((telling.attributes or {})["gen_ai.input.messages"]))
    said = json.loads(str((telling.attributes or {})["gen_ai.output.messages"]))
    assert not {word for word in (INVOICES, "download", MAIL, SENTENCE.text) if word in silent}
    assert [message["role"] for message in asked] == ["system", "user"]
    assert INVOICES in asked[1]["parts"][0]["content"]
    assert SENTENCE.text in said[0]["parts"][0]["content"]
    assert MAIL not in telling.to_json()


async def test_whoever_counts_is_told_what_each_call_took_also_of_one_that_failed() -> None:
    told: list[ModelCall] = []
    async with StubServer("not an answer", "rate limited") as server:
        engine = OpenAICompatible(Endpoint(server.url, "key", "small", "large"), watch=Watch(told=told.append))
        with pytest.raises(EngineError):
            await engine.answer(draft_task(), budget())
        await engine.close()

    assert [(each.model, each.task, each.usage.prompt_tokens, each.error) for each in told] == [
        ("large", "draft", 100, None),
        ("large", "draft", 0, "RateLimitError"),
    ]
    assert all(each.seconds > 0 for each in told)
