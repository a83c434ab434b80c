"""A tiny real HTTP server that answers like a model server, and fails like one, on a free port of this machine."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Behaviour:
    """How one request is answered: after `delay` seconds, `pause` seconds between pieces of the body, or not at all."""

    status: int = 200
    body: str = ""
    delay: float = 0.0
    pause: float = 0.0
    closes: bool = False


def says(
    content: str | None,
    finish_reason: str = "stop",
    refusal: str | None = None,
    usage: tuple[int, int] | None = (100, 20),
) -> Behaviour:
    """Answer with a chat completion that says this; `usage` is tokens read and written, None for none."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    completion: dict[str, Any] = {
        "id": "chatcmpl-stub",
        "object": "chat.completion",
        "created": 0,
        "model": "stub",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
    }
    if usage:
        completion["usage"] = dict(zip(("prompt_tokens", "completion_tokens"), usage, strict=True))
    return Behaviour(body=json.dumps(completion))


def refuses(parameter: str, status: int = 400) -> Behaviour:
    """Answer that a parameter of the request is not supported."""
    fault = {"message": f"Unsupported parameter: '{parameter}'", "type": "invalid_request_error", "param": parameter}
    return Behaviour(status, json.dumps({"error": fault}))


FAULTS: dict[str, Behaviour] = {
    "rate limited": Behaviour(429, '{"error": {"message": "slow down"}}'),
    "server error": Behaviour(500, '{"error": {"message": "a secret of the server"}}'),
    "unauthorized": Behaviour(401, '{"error": {"message": "no such key"}}'),
    "not found": Behaviour(404, '{"error": {"message": "no such model"}}'),
    "hang": Behaviour(delay=600),
    "slow": Behaviour(body=" " * 600, pause=0.05),
    "closed connection": Behaviour(closes=True),
    "empty body": Behaviour(),
    "malformed JSON": Behaviour(body='{"choices": [{"mess'),
    "wrong shape": Behaviour(body='{"choices": []}'),
    "not an answer": says("Happy to help! What can I do for you?"),
    "wrong answer": says('{"colour": "blue"}'),
    "empty answer": says(""),
    "no answer": says(None),
    "refusal": says(None, refusal="I cannot help with that"),
    "filtered": says("", finish_reason="content_filter"),
    "length": says('{"sentences": [{"text": "Open the', finish_reason="length"),
}


class StubServer:
    """Answers requests with the given behaviours in turn, the last one again and again; keeps what it was sent.

    A behaviour may be a function of the request's body.
    """

    def __init__(self, *behaviours: Behaviour | str | Callable[[dict[str, Any]], Behaviour]) -> None:
        self._behaviours = [FAULTS[given] if isinstance(given, str) else given for given in behaviours]
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._connections: set[asyncio.Task[None]] = set()
        host, port = self._server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        try:
            await self._read(reader)
            behaviour = self._behaviours[min(len(self.requests), len(self._behaviours)) - 1]
            await self._answer(behaviour if isinstance(behaviour, Behaviour) else behaviour(self.requests[-1]), writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has gone, or the test is over
        finally:
            self._connections.discard(task)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.paths.append(head[0].split(" ")[1])
        self.headers.append(headers)
        self.requests.append(json.loads(body or b"{}"))

    async def _answer(self, behaviour: Behaviour, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(behaviour.delay)
        if behaviour.closes:
            return
        body = behaviour.body.encode()
        writer.write(
            f"HTTP/1.1 {behaviour.status} Stub\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        )
        for piece in [body[n : n + 1] for n in range(len(body))] if behaviour.pause else [body]:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(behaviour.pause)


@asynccontextmanager
async def stub_server(*behaviours: Behaviour | str) -> AsyncIterator[str]:
    """Serve these behaviours, by name or in full, and give the URL to configure as the model's."""
    async with StubServer(*behaviours) as server:
        yield server.url
