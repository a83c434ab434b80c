"""What a process shows that only works: whether it is well, and what it has done."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from fastapi import FastAPI

from api import problems
from api.access import COOKIE
from api.callers import Callers
from api.logs import RequestLog
from api.metrics import Counted
from api.ports import Services
from api.routes import health, metrics
from api.server import serving
from api.streams import Streams


def create_door(services: Services) -> FastAPI:
    """Return an application of `/healthz`, `/readyz` and `/metrics` alone."""
    app = FastAPI(title="Deskhand", openapi_url=None)
    app.state.services = services
    app.state.streams = Streams()
    app.state.callers = Callers(COOKIE)
    app.state.refused = Counter[str]()
    for routes in (health, metrics):
        app.include_router(routes.router)
    problems.install(app)
    app.add_middleware(RequestLog)
    app.add_middleware(Counted, measures=services.measures)
    return app


@asynccontextmanager
async def opened(services: Services, listener: socket.socket) -> AsyncIterator[None]:
    """Answer there, beside whatever else the process does."""
    host, port = listener.getsockname()[:2]
    server = serving(create_door(services), host, port, drain_s=1)
    server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]  # the command has the signals
    answering = asyncio.create_task(server.serve(sockets=[listener]), name="the door of a worker")
    try:
        yield
    finally:
        server.should_exit = True
        await answering
