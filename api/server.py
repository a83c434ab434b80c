"""The web server: one process, one worker, and a stop that does not hang on open streams."""

import asyncio
import socket
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

HERE = ("127.0.0.1", "::1")


class Server(uvicorn.Server):
    """uvicorn, told to end the event streams before it waits for connections to close."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, and set `listening`."""
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking requests, end the streams, and wait for what is running."""
        self.config.app.state.streams.close()  # type: ignore[union-attr]  # `serving` gives it our application
        await super().shutdown(sockets)


def serving(app: FastAPI, host: str, port: int, drain_s: float, proxies: Sequence[str] = ()) -> Server:
    """Return a server for the application; `drain_s` is how many seconds a stop waits for running requests.

    Of `proxies`, and of those on this machine, it is taken where a request comes from.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=[*HERE, *proxies],
        timeout_graceful_shutdown=max(1, round(drain_s)),
    )
    return Server(config)
