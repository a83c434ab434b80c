"""What whoever watches sees of the hub: spans by OpenTelemetry's conventions for generative AI, and what a call took.

A span holds names, ids and numbers. Nobody's words stand in it, not even those of an error, unless `contents` says so;
then it holds what was sent to the model server and came back, where private details are hidden already.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import urlsplit

from opentelemetry.trace import NoOpTracer, Span, SpanKind, Status, StatusCode, Tracer

from domain.calls import ModelCall
from domain.decisions import Usage

Attributes = Mapping[str, str | int | float | bool]
Words = Mapping[Literal["role", "content"], str]


def nobody(call: ModelCall) -> None:
    """Tell nobody of a call."""


@dataclass(frozen=True)
class Watch:
    """Who watches model calls: `tracer` gets a span of each, with its words if `contents` says so, `told` the sum."""

    tracer: Tracer = field(default_factory=NoOpTracer)
    contents: bool = False
    told: Callable[[ModelCall], None] = nobody

    @contextmanager
    def call(self, model: str, task: str, url: str) -> Iterator["Watched"]:
        """Yield what the outcome of a call to this server is told to; an error that ends it is told by its name."""
        server = urlsplit(url)
        named: dict[str, str | int] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": model,
            "gen_ai.prompt.name": task,
            "gen_ai.output.type": "json",
            "server.address": server.hostname or "",
            "server.port": server.port or (443 if server.scheme == "https" else 80),
        }
        began = time.perf_counter()
        with span(self.tracer, f"chat {model}", named, SpanKind.CLIENT) as shown:
            seen = Watched(shown, self.contents, ModelCall(model, task, 0, Usage(), "cancelled"))
            try:
                yield seen
            except Exception as error:
                seen.call = replace(seen.call, error=type(error).__name__)
                raise
            finally:
                self.told(replace(seen.call, seconds=time.perf_counter() - began))


@dataclass
class Watched:
    """A call under way."""

    _span: Span
    _contents: bool
    call: ModelCall

    def asked(self, *messages: Words) -> None:
        """Note what is asked."""
        if self._contents:
            self._span.set_attribute("gen_ai.input.messages", _parts(*messages))

    def answered(self, usage: Usage, finish: str | None, said: str) -> None:
        """Note what came back."""
        self.call = replace(self.call, usage=usage, error=None)
        self._span.set_attribute("gen_ai.usage.input_tokens", usage.prompt_tokens)
        self._span.set_attribute("gen_ai.usage.output_tokens", usage.completion_tokens)
        self._span.set_attribute("gen_ai.usage.cache_read.input_tokens", usage.cached_tokens)
        if finish:
            self._span.set_attribute("gen_ai.response.finish_reasons", [finish])
        if self._contents:
            self._span.set_attribute("gen_ai.output.messages", _parts({"role": "assistant", "content": said}))


@contextmanager
def span(tracer: Tracer, name: str, attributes: Attributes, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[Span]:
    """Yield a span that those begun inside belong to; an error marks it by its name alone, since its words may tell."""
    with tracer.start_as_current_span(
        name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as shown:
        try:
            yield shown
        except Exception as error:
            shown.set_attribute("error.type", type(error).__name__)
            shown.set_status(Status(StatusCode.ERROR))
            raise


def _parts(*messages: Words) -> str:
    shaped = [{"role": said["role"], "parts": [{"type": "text", "content": said["content"]}]} for said in messages]
    return json.dumps(shaped, ensure_ascii=False)
