"""Where traces go: to the OpenTelemetry collector that the settings name, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Tracer

NAME = "deskhand"
PATH = "/v1/traces"
PATIENCE_S = 5


@asynccontextmanager
async def traced(endpoint: str) -> AsyncIterator[Tracer]:
    """Yield a tracer whose spans go to this collector, in the background; what is left is sent at the end.

    Headers, certificates, compression and resource are set by OpenTelemetry's own variables. A collector that does not
    answer costs the spans and nothing else.
    """
    place = endpoint if endpoint.endswith(PATH) else endpoint + PATH
    ours = Resource({"service.name": NAME, "service.version": version(NAME)})
    provider = TracerProvider(resource=ours.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(place, timeout=PATIENCE_S)))
    try:
        yield provider.get_tracer(NAME, version(NAME))
    finally:
        await asyncio.to_thread(provider.shutdown)
