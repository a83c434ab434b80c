"""Who watches this process: its own counters, and the collector of traces that the settings may name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from engines.watching import Watch
from services.measures import Measures
from settings import Settings


@asynccontextmanager
async def watched(settings: Settings) -> AsyncIterator[tuple[Measures, Watch]]:
    """Yield the counters of this process, and who sees what models are called for."""
    measures = Measures()
    if settings.otlp_endpoint is None:
        yield measures, Watch(told=measures.called)
        return
    from services.tracing import traced  # heavy, and seldom wanted

    async with traced(settings.otlp_endpoint) as tracer:
        yield measures, Watch(tracer, settings.trace_contents, measures.called)
