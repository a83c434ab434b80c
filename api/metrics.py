"""Every request counted, by the route that took it."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import route
from services.measures import Measures

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Counted:
    """Count requests and time them until their answer begins, so that streams do not count as slow."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self._app = app
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "other"
        began, status = time.perf_counter(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start" and not status:
                status = message["status"]
                self._measures.waiting.dec()
                self._measures.answering.inc()
                self._measures.began(method, route(scope), time.perf_counter() - began)
            await send(message)

        self._measures.waiting.inc()
        try:
            await self._app(scope, receive, noting)
        finally:
            (self._measures.answering if status else self._measures.waiting).dec()
            self._measures.answered(method, route(scope), status or 500)
