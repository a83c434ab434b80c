"""The index of each corpus, opened once, at the first question."""

import asyncio
import json
from dataclasses import asdict
from itertools import repeat
from pathlib import Path

import numpy as np

from evals.corpora import Corpus
from evals.memories import Memory
from evals.runner import SystemFailed
from kb_index.addresses import Addresses
from kb_index.errors import KnowledgeError
from kb_index.index import Index
from kb_index.learned import Judge, Learned
from kb_index.memory import GivenMemory, embedded
from kb_index.one_shot import Tell, ignore
from services import Tools

AT_ONCE = 8


class Indexes:
    """Opens indexes and keeps them; `tell` hears how a new one is built, `judge` takes the place of their own."""

    def __init__(self, tools: Tools, tell: Tell = ignore, judge: Judge | None = None) -> None:
        self._tools = tools
        self._judge = judge
        self._tell = tell
        self._open: dict[str, Index] = {}
        self._turn = asyncio.Lock()

    async def of(self, corpus: Corpus, memory: Memory | None = None) -> Index:
        """Return the index of a corpus, built first if need be. Raises SystemFailed when it cannot be."""
        name = f"{corpus.digest} {memory.digest if memory else ''}"
        async with self._turn:
            if name not in self._open:
                self._open[name] = await asyncio.to_thread(self._index, corpus, memory)
            return self._open[name]

    def _index(self, corpus: Corpus, memory: Memory | None) -> Index:
        learned = Learned(self._remembering(corpus, memory) if memory else None, judge=self._judge)
        try:
            return self._tools.index(corpus.path if corpus.whole else self._written(corpus), self._tell, learned)
        except KnowledgeError as exc:
            raise SystemFailed(f"the index of {corpus.path} cannot be opened: {exc}") from exc

    def _remembering(self, corpus: Corpus, memory: Memory) -> GivenMemory:
        """Return the memory ready to vote, embedded on every thread."""
        parts = [memory.solved[start : start + AT_ONCE] for start in range(0, len(memory.solved), AT_ONCE)]
        rows = self._tools.pool.map(embedded, parts, repeat(self._tools.embedder))
        there = Addresses((article.id, article.url) for article in corpus.articles)
        return GivenMemory(memory.solved, np.concatenate(list(rows)), there)

    def _written(self, corpus: Corpus) -> Path:
        """Return a file of the chosen articles, so that they are indexed as a whole file is."""
        folder = self._tools.cache / "chosen" / corpus.digest
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / corpus.path.name
        rows = [json.dumps(asdict(article), default=str) for article in corpus.articles]
        file.write_text("\n".join(rows), "utf-8")
        return file
