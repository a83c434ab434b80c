"""The store of record as a search reads it: what may be shown is looked up in memory, what is shown in PostgreSQL."""

import asyncio
from collections.abc import Collection

from domain.articles import VISIBLE_TO, Audience, Passage, Visibility
from domain.ids import ArticleId, BrandId, PassageId
from kb_index.ranking import Candidate
from kb_index.register import Register
from kb_index.store import Entered, PostgresKnowledge

READ_AT_ONCE = 2000


class Catalogue:
    """Which passages live, as of the last change that was seen; call it from one event loop.

    It need not be told of changes. The last word of every search, `live`, also says how many changes there were until
    then, and a passage it does not know makes it look for them.
    """

    def __init__(self, store: PostgresKnowledge) -> None:
        self._store = store
        self._registers: dict[tuple[BrandId, Visibility], Register] = {}
        self._seen = 0
        self._reading = asyncio.Lock()

    async def indexed(self, brand: BrandId, audience: Audience) -> int:
        """Return how many articles this audience may see."""
        if not (known := self._count(brand, audience)):
            await self.refresh()
            known = self._count(brand, audience)
        return known

    async def candidates(self, brand: BrandId, audience: Audience, passages: Collection[PassageId]) -> list[Candidate]:
        """Return those of the passages that this audience may see, without their words."""
        found = self._found(brand, audience, passages)
        if len(found) < len(passages):
            await self.refresh()
            found = self._found(brand, audience, passages)
        return found

    async def translated(
        self, brand: BrandId, audience: Audience, families: Collection[ArticleId], language: str
    ) -> list[Candidate]:
        """Return the passages, in a language, of the articles of these families that this audience may see."""
        registers = self._visible(brand, audience)
        return [candidate for register in registers for candidate in register.translated(families, language)]

    async def live(
        self, brand: BrandId, audience: Audience, passages: Collection[PassageId]
    ) -> dict[PassageId, Passage]:
        """Return those of the passages that this audience may see now, in the store's words."""
        shown = await self._store.shown(brand, audience, passages)
        if shown.sequence < self._seen:  # a store that was restored, or lost a brand
            self._registers.clear()
            self._seen = 0
        if shown.sequence != self._seen:
            await self.refresh()
        return shown.passages

    async def refresh(self) -> None:
        """Take note of every change since the last time."""
        async with self._reading:
            while changed := await self._store.entries(self._seen, READ_AT_ONCE):
                for change in changed:
                    self._note(change)
                self._seen = changed[-1].sequence

    def _note(self, change: Entered) -> None:
        for visibility in VISIBLE_TO["teammate"]:
            register = self._register(change.brand, visibility)
            if change.visibility == visibility and change.entry:
                register.put(change.entry)
            else:
                register.remove(change.article)

    def _register(self, brand: BrandId, visibility: Visibility) -> Register:
        return self._registers.setdefault((brand, visibility), Register())

    def _visible(self, brand: BrandId, audience: Audience) -> list[Register]:
        keys = ((brand, visibility) for visibility in VISIBLE_TO[audience])
        return [self._registers[key] for key in keys if key in self._registers]

    def _count(self, brand: BrandId, audience: Audience) -> int:
        return sum(register.count() for register in self._visible(brand, audience))

    def _found(self, brand: BrandId, audience: Audience, passages: Collection[PassageId]) -> list[Candidate]:
        return [candidate for register in self._visible(brand, audience) for candidate in register.candidates(passages)]
