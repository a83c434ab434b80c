"""Retrieval and abstention as the product does them: search, with what was said before as the hub uses it."""

from dataclasses import replace
from typing import Any

from agents import retriever
from domain.ids import DEFAULT_BRAND, ArticleId, AskId, CaseId
from domain.search import Results
from domain.triage import Ask
from domain.turns import Turn
from evals.corpora import Corpus
from evals.examples import Example
from evals.memories import Memory
from evals.runner import SystemFailed
from evals.systems import histories, versions
from evals.systems.indexes import Indexes
from services import Tools

DEPTH = 10
SHOWN = 3
EXCERPT = 240
SIGNAL = "cosine of the nearest passage, uncalibrated"


class Searcher:
    """Answers with the articles found and how surely they hold an answer; without a line, by the nearest cosine."""

    def __init__(self, name: str, corpus: Corpus, tools: Tools, indexes: Indexes, memory: Memory | None = None) -> None:
        self.name = name
        spoken = ",".join(tools.languages)
        self.id = f"{name} searching {versions.of(*versions.SEARCHING)} {tools.searching} {spoken}"
        self.id += f" {memory.digest}" if memory else ""
        self._memory = memory
        self._corpus = corpus
        self._indexes = indexes

    async def prepare(self) -> None:
        """Open the index."""
        await self._indexes.of(self._corpus, self._memory)

    async def run(self, example: Example) -> dict[str, Any]:
        """Return the search document."""
        row = example.row
        if row.kind not in ("retrieval", "abstention"):
            raise SystemFailed(f"{self.name} searches here; it cannot answer {row.kind} examples")
        index = await self._indexes.of(self._corpus, self._memory)
        turn = Turn(CaseId(example.id), DEFAULT_BRAND, row.question, histories.read(row.history))
        known_at = self._memory.known_at(example) if self._memory else None
        asked = retriever.query(turn, Ask(AskId("a1"), row.question), None)
        without = frozenset(ArticleId(name) for name in getattr(row, "without", None) or ())
        query = replace(asked, limit=DEPTH, asked_at=known_at, without=without)
        return document(await index.search(query))


def document(found: Results) -> dict[str, Any]:
    """Return a search as scorers and reports read it."""
    nearest = max((passage.dense for hit in found.hits for passage in hit.passages), default=0.0)
    told = found.answerability
    return {
        "results": [{"article": hit.article, "title": hit.title, "score": hit.score} for hit in found.hits],
        "answerability": told.probability if told else min(1.0, max(0.0, nearest)),
        "answerable": told.answerable if told else None,
        "calibrated": told is not None,
        "signal": told.reasons[0] if told else SIGNAL,
        "evidence": [
            {"title": hit.title, "text": hit.passages[0].passage.text[:EXCERPT]} for hit in found.hits[:SHOWN]
        ],
    }
