"""Event streams that end when the server does, so that a stop need not wait for the last open tab."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

import anyio

ItemT = TypeVar("ItemT")


class Streams:
    """The open streams of one application."""

    def __init__(self) -> None:
        self._closing = asyncio.Event()

    def close(self) -> None:
        """End every stream after the item it is sending; clients come back with their last event's id."""
        self._closing.set()

    async def until_closed(self, items: AsyncIterator[ItemT]) -> AsyncGenerator[ItemT, None]:
        """Yield the items until there are no more or the server stops."""
        closing = asyncio.ensure_future(self._closing.wait())
        coming = asyncio.ensure_future(_next(items))
        try:
            while True:
                await asyncio.wait((closing, coming), return_when=asyncio.FIRST_COMPLETED)
                if closing.done():
                    return
                try:
                    item = coming.result()
                except StopAsyncIteration:
                    return
                yield item
                coming = asyncio.ensure_future(_next(items))
        finally:
            with anyio.CancelScope(shield=True):
                closing.cancel()
                coming.cancel()
                await asyncio.gather(closing, coming, return_exceptions=True)
                if isinstance(items, AsyncGenerator):
                    await items.aclose()


async def _next(items: AsyncIterator[ItemT]) -> ItemT:
    return await anext(items)
