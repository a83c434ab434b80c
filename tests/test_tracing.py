"""Traces: a turn, its nodes, their model calls, and the collector that gets them."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

import graph
from engines.engine import EngineError, EngineUnavailable
from engines.openai_compatible import Endpoint, OpenAICompatible
from engines.tasks import Answer
from engines.watching import Watch
from services.tracing import traced
from tests.stub_server import StubServer, says
from tests.test_graph import GOOD, REFUND, TRUE, context, turn

NODES = ["triage", "retrieve", "draft", "check"]


async def spans(*answers: Answer | EngineError) -> list[ReadableSpan]:
    """Return the spans of a turn that is answered with these, in the order they ended."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    await graph.handle(turn(), replace(context(*answers), tracer=provider.get_tracer("test")))
    provider.shutdown()
    return list(exporter.get_finished_spans())


async def test_a_turn_is_a_trace_with_a_span_for_each_node() -> None:
    *nodes, whole = await spans(REFUND, TRUE, GOOD)

    assert [span.name for span in nodes] == [f"invoke_agent {node}" for node in NODES]
    assert {span.parent.span_id for span in nodes if span.parent} == {whole.context.span_id}
    assert (whole.name, whole.parent) == ("invoke_workflow turn", None)
    assert dict(whole.attributes or {}) == {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.workflow.name": "turn",
        "gen_ai.conversation.id": "tic_1",
        "deskhand.case": "cas_1",
        "deskhand.brand": "default",
        "deskhand.channel": "api",
        "deskhand.outcome": "answered",
    }


async def test_a_node_that_fails_is_marked_and_the_turn_says_that_it_was_handed_over() -> None:
    found = await spans(REFUND, EngineUnavailable("the model said: a customer's words"))

    marked = {span.name: (span.attributes or {}).get("error.type") for span in found}
    assert marked["invoke_agent draft"] == "EngineUnavailable"
    assert (found[-1].attributes or {})["deskhand.handover.reason"] == "fault"
    assert found[-1].status.status_code is StatusCode.UNSET
    assert not [span for span in found if "words" in span.to_json() or "refund?" in span.to_json()]


@asynccontextmanager
async def collector() -> AsyncIterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """Yield the address of a collector, and what it gets."""
    got: list[ExportTraceServiceRequest] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            body = await reader.readexactly(int(head["content-length"]))
            assert head["path"] == "/v1/traces"
            assert head["x-team"] == "support"
            plain = gzip.decompress(body) if head.get("content-encoding") == "gzip" else body
            got.append(ExportTraceServiceRequest.FromString(plain))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1") as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", got


async def _head(reader: asyncio.StreamReader) -> dict[str, str]:
    try:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    except asyncio.IncompleteReadError:
        return {}
    fields = (line.partition(": ") for line in lines if line)
    return {"path": first.split()[1], **{name.lower(): value for name, _, value in fields}}


async def test_a_collector_gets_the_turn_its_nodes_and_their_calls_by_the_time_the_process_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-team=support")
    async with collector() as (url, got), StubServer(says(TRUE.model_dump_json())) as server, traced(url) as tracer:
        model = OpenAICompatible(Endpoint(server.url, None, "small", "large"), watch=Watch(tracer))
        ports = replace(context(REFUND, TRUE, GOOD), engine=model, tracer=tracer)
        await graph.handle(turn(), ports)
        await model.close()

    resource = got[0].resource_spans[0].resource
    shown = [span for each in got for of in each.resource_spans for scope in of.scope_spans for span in scope.spans]
    names = {span.span_id: span.name for span in shown}
    parents = {span.name: names.get(span.parent_span_id) for span in shown}
    assert {field.key: field.value.string_value for field in resource.attributes}["service.name"] == "deskhand"
    assert len({span.trace_id for span in shown}) == 1
    assert parents["chat large"] == "invoke_agent draft"
    assert parents["invoke_agent draft"] == "invoke_workflow turn"


async def test_a_collector_that_is_not_there_holds_up_neither_a_turn_nor_the_end() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()

    async with traced("http://127.0.0.1:9") as tracer:
        decision = await graph.handle(turn(), replace(context(REFUND, TRUE, GOOD), tracer=tracer))
        answered = loop.time()

    assert decision.outcome == "answered"
    assert answered - began < 5
    assert loop.time() - answered < 10
