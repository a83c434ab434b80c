"""Whether a request is taken at all, decided from its first line and headers, before anything reads it.

Each process counts for itself, since it is its own processor and connections that are to be shared. Refusals are told
after a moment, so that whoever repeats a request at once does not fill the process with refusals.
"""

import asyncio
import math
from collections import Counter
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.access import is_here
from api.callers import Caller, Callers, address
from api.places import Places

ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})  # whoever watches must see a full house
STREAM = "/events"  # how the path of an event stream ends
STRANGERS_SHARE = 1 / 8  # of what is free, for who may be anybody
PAUSE_S = 0.5
PAUSING = 4  # refusals that wait to be told, for each place


@dataclass(frozen=True)
class AtOnce:
    """How many requests, and how many event streams, a process serves at the same time."""

    requests: int = 64
    streams: int = 500


USUAL = AtOnce()


@dataclass(frozen=True)
class Refusal:
    """Which limit a request is over, said as a sentence, and in how many seconds it may come again."""

    limit: str
    sentence: str
    wait_s: float = 1.0


FULL = {
    False: Refusal("requests_at_once", "Too many requests run at this moment; send it again when Retry-After says."),
    True: Refusal("streams_at_once", "Too many event streams are open; connect again when Retry-After says.", 5.0),
}


class Admission:
    """Let in so many requests at once, shared among callers, and tell the others when to come back."""

    def __init__(self, app: ASGIApp, callers: Callers, at_once: AtOnce, refused: Counter[str]) -> None:
        self._app = app
        self._callers = callers
        self._refused = refused
        self._requests = Places(at_once.requests)
        self._streams = Places(at_once.streams)
        self._pausing = asyncio.Semaphore(PAUSING * at_once.requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] in ALWAYS:
            await self._app(scope, receive, send)
            return
        caller = self._caller(scope)
        streaming = scope["method"] == "GET" and scope["path"].endswith(STREAM)
        places = self._streams if streaming else self._requests
        name = address(scope) if caller.kind == "visitor" else caller.name
        if not places.take(name, 1.0 if caller.trusted else STRANGERS_SHARE):
            await self._refuse(scope, receive, send, FULL[streaming])
            return
        try:
            await self._app(scope, receive, send)
        finally:
            places.leave(name)

    def _caller(self, scope: Scope) -> Caller:
        """Return who calls; in demo mode whoever sits at this machine is as good as its operator."""
        caller = self._callers.of(scope)
        if caller.kind == "address" and scope["app"].state.services.demo and is_here(Request(scope)):
            return Caller("operator", "demo")
        return caller

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
        self._refused[refusal.limit] += 1
        if not self._pausing.locked():
            async with self._pausing:
                await asyncio.sleep(PAUSE_S)
        wait = {"Retry-After": str(math.ceil(refusal.wait_s))}
        problem = problems.TooSoon(refusal.sentence, headers=wait)
        await problems.document(scope["state"]["request_id"], problem)(scope, receive, send)
