"""The index of each corpus, opened once, at the first question."""

import asyncio
from pathlib import Path

from evals.corpora import Corpus
from evals.runner import SystemFailed
from kb_index.errors import KnowledgeError
from kb_index.index import Index
from kb_index.one_shot import Tell, ignore
from services import Tools


class Indexes:
    """Opens indexes and keeps them; `tell` hears how a new one is built."""

    def __init__(self, tools: Tools, tell: Tell = ignore) -> None:
        self._tools = tools
        self._tell = tell
        self._open: dict[Path, Index] = {}
        self._turn = asyncio.Lock()

    async def of(self, corpus: Corpus) -> Index:
        """Return the index of a corpus, built first if need be. Raises SystemFailed when it cannot be."""
        async with self._turn:
            if corpus.path not in self._open:
                try:
                    self._open[corpus.path] = await asyncio.to_thread(self._tools.index, corpus.path, self._tell)
                except KnowledgeError as exc:
                    raise SystemFailed(f"the index of {corpus.path} cannot be opened: {exc}") from exc
            return self._open[corpus.path]
