"""Vectors for texts that have none: in short jobs on every spare thread, stored while the next ones are made."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor

from domain.ids import PassageId
from embedding.embedder import Embedder
from kb_index.store import PostgresKnowledge

PENDING_AT_ONCE = 256
KEPT_AT_ONCE = 16
JOB_TEXTS = 4
JOB_CHARACTERS = 1200  # about 60 ms of one core

_Text = tuple[bytes, str]


class Encoding:
    """What embeds for an index; a text that is asked for twice at a time is embedded once."""

    def __init__(self, embedder: Embedder, store: PostgresKnowledge, pool: Executor) -> None:
        self._embedder = embedder
        self._store = store
        self._pool = pool
        self._coming: dict[bytes, asyncio.Task[None]] = {}
        self._looking = asyncio.Lock()

    async def complete(self, only: Collection[PassageId] | None = None) -> None:
        """Return when every living passage, or each of `only`, has its vector in the store.

        Raises EmbedderError; what was embedded until then is kept.
        """
        while True:
            async with self._looking:
                coming = dict(self._coming)
                pending = await self._store.pending(self._embedder.id, PENDING_AT_ONCE, only)
                begun = self._begun({key: text for key, text in pending.items() if key not in coming})
            if not pending:
                return
            await asyncio.gather(*begun)
            if others := {coming[key] for key in pending if key in coming}:
                await asyncio.wait(others)

    def _begun(self, texts: Mapping[bytes, str]) -> list[asyncio.Task[None]]:
        ordered = sorted(texts.items(), key=lambda item: len(item[1]))
        return [self._task(ordered[at : at + KEPT_AT_ONCE]) for at in range(0, len(ordered), KEPT_AT_ONCE)]

    def _task(self, texts: Sequence[_Text]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._encode(texts))
        for key, _ in texts:
            self._coming[key] = task
        task.add_done_callback(lambda _: [self._coming.pop(key) for key, _ in texts])
        return task

    async def _encode(self, texts: Sequence[_Text]) -> None:
        loop = asyncio.get_running_loop()
        jobs = [[text for _, text in few] for few in _jobs(texts)]
        made = [loop.run_in_executor(self._pool, self._embedder.embed_passages, job) for job in jobs]
        rows = [row for vectors in await asyncio.gather(*made) for row in vectors]
        await self._store.keep(self._embedder.id, dict(zip((key for key, _ in texts), rows, strict=True)))


def _jobs(texts: Sequence[_Text]) -> Iterator[list[_Text]]:
    """Yield the texts a few at a time, of similar length, so that no job takes long."""
    few: list[_Text] = []
    for text in texts:
        if few and (len(few) == JOB_TEXTS or sum(len(it[1]) for it in (*few, text)) > JOB_CHARACTERS):
            yield few
            few = []
        few.append(text)
    if few:
        yield few
