"""Whether a request is taken at all, decided from its first line and headers, before anything reads it.

Each process counts for itself, since it is its own processor and connections that are to be shared. Refusals are told
after a moment, so that whoever repeats a request at once does not fill the process with refusals.
"""

import asyncio
import math
from dataclasses import dataclass
from time import monotonic

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.access import DEMO, is_here
from api.backlog import Backlog
from api.callers import Caller, address
from api.places import Places, Turns
from api.rates import Over, Rates

ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})  # whoever watches must see a full house
STREAM = "/events"  # how the path of an event stream ends
STRANGERS_SHARE = 1 / 8  # of what is free, for who may be anybody
TOGETHER = {
    True: 4,
    False: 2,
}  # requests of one caller that run, by whether they are known; more share a processor badly
PAUSE_S = 1.0
PAUSING = 4  # refusals that wait to be told, for each place


@dataclass(frozen=True)
class AtOnce:
    """How many requests and event streams a process serves at the same time, and how many turns may wait; 0 is any."""

    requests: int = 64
    streams: int = 500
    turns: int = 0


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
BEHIND = Refusal("turns_waiting", "Too many customers wait for an answer; send it again when Retry-After says.", 5.0)


class Admission:
    """Let in so many requests at once, shared among callers, and tell the others when to come back.

    Who calls, what they may ask and what was refused is in the application's state: `callers`, `allowances`, `refused`.
    """

    def __init__(self, app: ASGIApp, at_once: AtOnce) -> None:
        self._app = app
        self._rates = Rates()
        self._requests = Places(at_once.requests)
        self._streams = Places(at_once.streams)
        self._turns = Turns()
        self._backlog = Backlog(at_once.turns)
        self._pausing = asyncio.Semaphore(PAUSING * at_once.requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] in ALWAYS:
            await self._app(scope, receive, send)
            return
        caller = _caller(scope)
        state = scope["app"].state
        rates = await state.allowances.rates(state.services, caller, scope)
        if over := self._rates.take(rates, monotonic()):
            await self._refuse(scope, receive, send, _too_often(over))
            return
        if not await self._backlog.takes(state.services, scope):
            await self._refuse(scope, receive, send, BEHIND)
            return
        await self._in_place(caller, scope, receive, send)

    async def _in_place(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request while it holds a place."""
        streaming = scope["method"] == "GET" and scope["path"].endswith(STREAM)
        places = self._streams if streaming else self._requests
        name = address(scope) if caller.kind == "visitor" else caller.name
        if not places.take(name, 1.0 if caller.trusted else STRANGERS_SHARE):
            await self._refuse(scope, receive, send, FULL[streaming])
            return
        try:
            if streaming or caller.kind == "operator":
                await self._app(scope, receive, send)
                return
            async with self._turns.one(name, TOGETHER[caller.trusted]):
                await self._app(scope, receive, send)
        finally:
            places.leave(name)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
        scope["app"].state.refused[refusal.limit] += 1
        if not self._pausing.locked():
            async with self._pausing:
                await asyncio.sleep(PAUSE_S)
        wait = {"Retry-After": str(math.ceil(refusal.wait_s))}
        problem = problems.TooSoon(refusal.sentence, headers=wait)
        await problems.document(scope["state"]["request_id"], problem)(scope, receive, send)


def _caller(scope: Scope) -> Caller:
    """Return who calls; in demo mode whoever sits at this machine is as good as its operator."""
    state = scope["app"].state
    caller: Caller = state.callers.of(scope)
    if caller.kind == "address" and state.services.demo and is_here(Request(scope)):
        return Caller("operator", DEMO)
    return caller


def _too_often(over: Over) -> Refusal:
    limit, most = over.rate.limit, over.rate.a_minute
    sentence = f"The limit `{limit}`, {most}, is reached; send it again when Retry-After says."
    return Refusal(limit, sentence, over.wait_s)
