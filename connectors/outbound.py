"""The one client for whatever leaves this house.

A name is looked up once, and the request goes to the address that was looked at: a name that points elsewhere a moment
later changes nothing. Connections are not kept, cookies and proxies of the environment are not used, and one limit of
time holds for a request with all its redirects.

OutboundError
 +- Unreachable   nobody answered as HTTP wants it, or not securely
 +- TooSlow       the answer was not whole in time
 +- TooLarge      the answer is longer than we read

Refused (of `addresses`) is none of them: trying again does not help there.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from ssl import SSLContext

import httpx

from connectors import addresses
from connectors.addresses import USUAL, Address, Allowed, Refused

MOST_REDIRECTS = 3
MOST_ADDRESSES = 3  # of one name, tried one after the other
MOVED = (301, 302, 303, 307, 308)
AS_IT_WAS = (307, 308)
BARE = ("accept", "content-type", "user-agent")  # what another host may see of the headers
OURS = {"user-agent": "Deskhand", "accept-encoding": "identity", "connection": "close"}

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]


class OutboundError(Exception):
    """A request got no answer; trying again later may help."""


class Unreachable(OutboundError):
    """Nobody answered."""


class TooSlow(OutboundError):
    """The answer was not whole in time."""


class TooLarge(OutboundError):
    """The answer is longer than we read."""


@dataclass(frozen=True)
class Limits:
    """What a request may take: seconds in all and to connect, bytes of the answer, requests at the same time."""

    total_s: float = 10.0
    connect_s: float = 5.0
    body: int = 1_000_000
    at_once: int = 32


@dataclass(frozen=True)
class Request:
    """A request as it leaves: `redirects` is how many are followed."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    redirects: int = MOST_REDIRECTS
    secure: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back, and from where after all redirects."""

    url: str
    status: int
    headers: httpx.Headers
    body: bytes


async def resolve(host: str, port: int) -> list[Address]:
    """Return the addresses of a name, as this machine looks them up."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ipaddress.ip_address(place[0]) for *_, place in found))


class Outbound:
    """A client that asks only what the internet can reach, and the hosts that the operator named."""

    def __init__(
        self,
        allowed: Iterable[str] = (),
        ports: Iterable[int] = USUAL,
        limits: Limits | None = None,
        resolve: Resolve = resolve,
        certificates: SSLContext | None = None,
    ) -> None:
        self.allowed = Allowed.of(allowed, ports)
        self._limits = limits or Limits()
        self._resolve = resolve
        self._certificates = certificates

    @cached_property
    def _transport(self) -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(
            verify=self._certificates or httpx.create_ssl_context(),
            trust_env=False,
            # a kept connection belongs to an address, and the next request to it may be for another name
            limits=httpx.Limits(max_connections=self._limits.at_once, max_keepalive_connections=0),
        )

    async def close(self) -> None:
        """Close what is open."""
        await self._transport.aclose()

    def check(self, url: str, secure: bool = False) -> None:
        """See that an address may be asked, as far as its text tells.

        Raises Refused.
        """
        addresses.check(url, self.allowed, secure)

    async def request(self, request: Request) -> Answer:
        """Return the answer to a request, redirects followed; one too many is refused.

        Raises Refused or OutboundError.
        """
        try:
            async with asyncio.timeout(self._limits.total_s):
                return await self._follow(request)
        except TimeoutError as error:
            raise TooSlow(f"no whole answer within {self._limits.total_s:g} seconds") from error

    async def _follow(self, request: Request) -> Answer:
        left = request.redirects
        while True:
            url = addresses.check(request.url, self.allowed, request.secure)
            answer = await self._ask(request, url)
            if answer.status not in MOVED or "location" not in answer.headers or not request.redirects:
                return answer
            if not left:
                raise Refused(f"{request.url!r} redirects once more: {request.redirects} redirects are followed")
            left -= 1
            request = _redirected(request, url, answer)

    async def _ask(self, request: Request, url: httpx.URL) -> Answer:
        """Ask the addresses of a host one after the other, until one can be connected to."""
        *others, last = await self._places(url)
        try:
            for place in others:
                with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                    return await self._send(request, url, place)
            return await self._send(request, url, last)
        except httpx.TimeoutException as error:
            raise TooSlow(f"{url.host!r} did not answer in time") from error
        except httpx.HTTPError as error:
            raise Unreachable(f"{url.host!r} cannot be asked: {error or type(error).__name__}") from error

    async def _places(self, url: httpx.URL) -> Sequence[Address]:
        """Look a host up, and return its addresses if each of them may be asked."""
        name = addresses.host(url)
        try:
            found = await self._resolve(name, addresses.port(url))
        except (OSError, UnicodeError) as error:
            raise Unreachable(f"{name!r} cannot be found: {error}") from error
        if not found:
            raise Unreachable(f"{name!r} has no address")
        if not self.allowed.holds(url):
            for address in found:
                addresses.require(address)
        return found[:MOST_ADDRESSES]

    async def _send(self, request: Request, url: httpx.URL, place: Address) -> Answer:
        waits = dict.fromkeys(("read", "write", "pool"), self._limits.total_s)
        pinned = httpx.Request(
            request.method,
            url.copy_with(host=str(place)),
            headers={**OURS, **request.headers, "host": url.netloc.decode("ascii")},
            content=request.body,
            extensions={
                "sni_hostname": addresses.host(url),
                "timeout": {**waits, "connect": self._limits.connect_s},
            },
        )
        response = await self._transport.handle_async_request(pinned)
        try:
            return Answer(str(url), response.status_code, response.headers, await self._read(response, url))
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response, url: httpx.URL) -> bytes:
        """Return the bytes as they came: what somebody packed is not unpacked, since it may be any size."""
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > self._limits.body:
                raise TooLarge(f"the answer of {url.host!r} is longer than {self._limits.body:,} bytes")
        return bytes(body)


def _redirected(request: Request, url: httpx.URL, answer: Answer) -> Request:
    """Return the request that a redirect asks for: another host sees no header that was meant for the first."""
    try:
        target = url.join(answer.headers["location"])
    except httpx.InvalidURL as error:
        raise Refused(f"{str(url)!r} redirects to what is no address: {error}") from error
    if url.scheme == "https" and target.scheme == "http":
        raise Refused(f"{str(url)!r} redirects to what is not encrypted")
    same = (target.scheme, target.host, target.port) == (url.scheme, url.host, url.port)
    headers = {name: value for name, value in request.headers.items() if same or name.lower() in BARE}
    moved = replace(request, url=str(target), headers=headers)
    return moved if answer.status in AS_IT_WAS else replace(moved, method="GET", body=b"")
