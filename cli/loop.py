"""Run a command's waiting part, so that Ctrl-C and SIGTERM end it in order."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

import typer

from cli import logs
from cli.logs import Level

INTERRUPTED = 130
TERMINATED = 143
T = TypeVar("T")
U = TypeVar("U")


def run(work: Coroutine[Any, Any, T], interrupted: Callable[[], str] = lambda: "stopped", level: Level = "error") -> T:
    """Return what the work comes to; on Ctrl-C or SIGTERM all is closed, the person told, the exit code 130 or 143."""
    logs.configure(level)
    try:
        return asyncio.run(_terminable(work))
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        typer.echo(f"deskhand: {interrupted()}", err=True)
        raise typer.Exit(INTERRUPTED if isinstance(error, KeyboardInterrupt) else TERMINATED) from None


async def _terminable(work: Coroutine[Any, Any, T]) -> T:
    """Let SIGTERM cancel the work, so that what it opened is closed."""
    whole = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, whole.cancel)
    return await whole


async def in_order(items: Iterable[T], work: Callable[[T], Awaitable[U]], at_once: int) -> AsyncIterator[tuple[T, U]]:
    """Yield each item with what the work makes of it, in the order given, with so many under way at once."""
    under_way: list[tuple[T, asyncio.Future[U]]] = []
    try:
        for item in items:
            under_way.append((item, asyncio.ensure_future(work(item))))
            if len(under_way) >= at_once:
                first, result = under_way.pop(0)
                yield first, await result
        while under_way:
            first, result = under_way.pop(0)
            yield first, await result
    finally:
        for _, left in under_way:
            left.cancel()
