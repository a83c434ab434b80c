"""One line in the log for each request, and the id that finds it again."""

import re
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain import ids

_GIVEN = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_log = structlog.get_logger("api")


class RequestLog:
    """Give each request an id and log how it ended: never a body, a key, a query or an id that stands in the path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope.setdefault("state", {})["request_id"] = _request_id(scope)
        started, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            took = round((time.perf_counter() - started) * 1000, 1)
            _log.info("request", id=request_id, method=scope["method"], route=route(scope), status=status, ms=took)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _GIVEN.fullmatch(given) else ids.new("req")


def route(scope: Scope) -> str:
    """Return the template of the route that took a request, such as `/v1/tickets/{ticket}`."""
    return str(getattr(scope.get("route"), "path", "unmatched"))
