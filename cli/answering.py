"""Who answers a question from the command line: a corpus given with it, a running server, or this process itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from api.outputs import Found
from cli import running
from cli.refusal import Refusal
from cli.remote import Remote
from domain.decisions import Decision
from domain.ids import BrandId
from domain.search import Query
from domain.turns import Turn
from settings import Settings

if TYPE_CHECKING:
    from graph import Context

PATIENCE_S = 10.0


class Answering(Protocol):
    """Anything that searches and decides, and writes nothing to the desk while doing so."""

    async def search(self, query: Query) -> Found:
        """Return the articles found for a query."""
        ...

    async def ask(self, turn: Turn) -> Decision:
        """Return what the hub makes of a turn."""
        ...


class Here:
    """Answers in this process."""

    def __init__(self, context: "Context") -> None:
        self._context = context

    async def search(self, query: Query) -> Found:
        """Return the articles found for a query."""
        return Found.of(await self._context.index.search(query))

    async def ask(self, turn: Turn) -> Decision:
        """Return what the hub makes of a turn."""
        import graph

        return await graph.handle(turn, self._context)


@asynccontextmanager
async def opened(settings: Settings, kb: Path | None, brand: BrandId) -> AsyncIterator[Answering]:
    """Yield what answers for this data directory, or for the corpus `kb` where one is given."""
    if kb:
        import services
        from cli.progress import Building

        building = Building()
        async with services.one_shot(kb, settings, building) as context:
            building.end()
            yield Here(context)
    elif server := running.find(settings.data):
        if settings.policy:
            raise Refusal(f"the server at {server.url} answers with its own policy: add --kb, or stop it first")
        async with Remote.opened(server, brand) as remote:
            yield remote
    else:
        import services

        async with services.open_services(settings, patience_s=PATIENCE_S) as here:
            if brand not in {known.id for known in await here.desk.brands()}:
                raise Refusal(f"there is no brand {brand!r}: `deskhand brands list` shows those there are")
            yield Here(here.context)
