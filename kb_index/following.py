"""Let what is kept beside the store keep up with it, in the background."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from embedding.embedder import EmbedderError
from kb_index.errors import KnowledgeError

FOLLOW_S = 2.0
HEAD_START_S = 5.0

logger = logging.getLogger(__name__)


class KeepsUp(Protocol):
    """Whatever has something left to do now and then."""

    async def catch_up(self) -> None:
        """Do it; cheap when nothing is left."""
        ...


@asynccontextmanager
async def kept_up(follower: KeepsUp, head_start_s: float = HEAD_START_S) -> AsyncIterator[None]:
    """Let it follow the store while this is open, and be up to date, or nearly, from the start.

    Raises KnowledgeError or EmbedderError when it cannot be brought up to date at all.
    """
    first = asyncio.create_task(follower.catch_up())
    following = asyncio.create_task(_follow(follower, first))
    try:
        await asyncio.wait([first], timeout=head_start_s)
        if first.done():
            await first
        yield
    finally:
        for task in (following, first):
            task.cancel()
        await asyncio.gather(following, first, return_exceptions=True)


async def _follow(follower: KeepsUp, step: asyncio.Task[None]) -> None:
    """Catch up again and again; what stands in the way is logged and may have gone by the next time."""
    while True:
        try:
            await step
        except (KnowledgeError, EmbedderError, SQLAlchemyError) as error:
            logger.warning("%s does not keep up: %s", type(follower).__name__, error)
        await asyncio.sleep(FOLLOW_S)
        step = asyncio.create_task(follower.catch_up())
