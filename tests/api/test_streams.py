import asyncio
from collections.abc import AsyncIterator

from api.streams import Streams


class Source:
    """Numbers up to a limit, and then a wait without end; it knows whether it was closed."""

    def __init__(self, limit: int, endless: bool) -> None:
        self.limit = limit
        self.endless = endless
        self.closed = False

    async def items(self) -> AsyncIterator[int]:
        try:
            for number in range(self.limit):
                yield number
            if self.endless:
                await asyncio.Event().wait()
        finally:
            self.closed = True


async def test_a_stream_ends_with_its_source() -> None:
    source = Source(3, endless=False)

    seen = [item async for item in Streams().until_closed(source.items())]

    assert (seen, source.closed) == ([0, 1, 2], True)


async def test_a_stream_that_waits_ends_when_the_server_stops() -> None:
    streams, source, seen = Streams(), Source(1, endless=True), []

    async with asyncio.timeout(5):
        async for item in streams.until_closed(source.items()):
            seen.append(item)
            asyncio.get_running_loop().call_later(0.01, streams.close)

    assert (seen, source.closed) == ([0], True)


async def test_a_stream_that_its_reader_leaves_lets_go_of_its_source() -> None:
    source = Source(3, endless=True)
    stream = Streams().until_closed(source.items())

    await anext(stream)
    await stream.aclose()

    assert source.closed
