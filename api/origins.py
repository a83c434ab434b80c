"""Which sites may talk to us from their visitors' browsers: those that brands name in brand.yaml, `origins`.

Other sites get no word through: a browser keeps what we answer from a page whose origin we do not name. Cookies are
never taken from another site; its visitors carry sessions of their own.
"""

from collections.abc import Collection
from time import monotonic
from typing import cast

from fastapi import Request
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.access import is_here
from api.ports import Services
from domain.ids import BrandId

PATHS = ("/v1/chat", "/v1/search")  # what a customer's window speaks
KNOWN_FOR = 10.0  # seconds; then the policies are asked again
ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-ID",
    "Access-Control-Max-Age": "600",
}
EXPOSED = "X-Request-ID, Retry-After, Idempotency-Replayed"


async def require(request: Request, house: Services, brand: BrandId) -> None:
    """Let anonymous customers begin on a brand's own sites only, and in demo mode on this machine.

    Raises Forbidden.
    """
    if house.demo and is_here(request):
        return
    if request.headers.get("origin") not in (await house.policies.in_force(brand)).origins:
        raise problems.Forbidden(
            "Anonymous customers begin on the brand's own sites: name this one in brand.yaml, `origins`, or send a "
            "`token` that the brand's backend signed."
        )


class Origins:
    """Answer the browsers that ask, before they let a page of another site talk to us, whether it may."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._known: tuple[float, frozenset[str]] = (0.0, frozenset())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        origin = Headers(scope=scope).get("origin") if scope["type"] == "http" else None
        if origin is None or not _spoken(scope["path"]) or origin not in await self._named(scope):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope):
            await Response(None, 204, {**ALLOWED, **_for(origin)})(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update({**_for(origin), "Access-Control-Expose-Headers": EXPOSED})
            await send(message)

        await self._app(scope, receive, told)

    async def _named(self, scope: Scope) -> Collection[str]:
        """Return the sites that any brand names; which one may do what, its session says."""
        at, named = self._known
        if monotonic() - at > KNOWN_FOR or not at:
            try:
                named = await _origins(cast(Services, scope["app"].state.services))
            except (OperationalError, InterfaceError):
                return named  # the route tells that the store does not answer
            self._known = monotonic(), named
        return named


async def _origins(house: Services) -> frozenset[str]:
    found = [(await house.policies.in_force(brand.id)).origins for brand in await house.desk.brands()]
    return frozenset(origin for origins in found for origin in origins)


def _spoken(path: str) -> bool:
    return path.startswith(PATHS)


def _for(origin: str) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
