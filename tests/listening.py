"""A listener on this machine that notes what it hears, and a resolver that finds nothing else."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from connectors.addresses import Address

HERE = IPv4Address("127.0.0.1")
Respond = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Heard:
    """What came to a listener: each request, its head and its body."""

    port: int = 0
    requests: list[str] = field(default_factory=list)


async def nothing(_: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")


@asynccontextmanager
async def listening(respond: Respond = nothing, certificates: ssl.SSLContext | None = None) -> AsyncIterator[Heard]:
    """Yield what a listener hears."""
    heard, talks = Heard(), set[asyncio.Task[None] | None]()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())
        heard.requests.append("")
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            heard.requests[-1] = head + (await reader.readexactly(_length(head))).decode()
            await respond(heard.requests[-1], writer)
            await writer.drain()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(hear, "127.0.0.1", 0, ssl=certificates)
    heard.port = server.sockets[0].getsockname()[1]
    async with server:
        yield heard
    await asyncio.gather(*(talk for talk in talks if talk))


def _length(head: str) -> int:
    lines = (line.partition(":") for line in head.lower().splitlines())
    return next((int(value) for name, _, value in lines if name == "content-length"), 0)


async def here(host: str, port: int) -> list[Address]:
    """Be the worst of all resolvers: every name is this machine."""
    return [HERE]
