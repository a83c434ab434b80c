"""Replies as customers would get them: one turn through the whole hub, over the articles of the suite."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

import graph
import services
from domain.budget import Budget
from domain.decisions import Decision
from domain.ids import DEFAULT_BRAND, CaseId
from domain.turns import Turn
from engines.engine import Engine, EngineError
from engines.tasks import TriageTask
from evals.corpora import Corpus
from evals.examples import Example
from evals.runner import Momentary, SystemFailed
from evals.systems import histories, versions
from evals.systems.indexes import Indexes
from services import Tools

AT_MOST = timedelta(minutes=5)
UNSTEADY = {"case", "ticket", "decided_at", "timings_ms"}
DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)


class Hub:
    """Takes every question through the hub; `sends` says whether checked replies go out without a teammate."""

    def __init__(self, name: str, corpus: Corpus, tools: Tools, indexes: Indexes, engine: Engine, sends: bool) -> None:
        self.name = name
        answering = "embedded" if engine is tools.embedded else tools.models
        self.id = (
            f"{name} hub {versions.of(*versions.THINKING)} {tools.searching} {tools.judge.id} "
            f"{tools.policy.version} {','.join(tools.languages)} {answering} {'sends' if sends else 'suggests'}"
        )
        self._corpus = corpus
        self._tools = replace(tools, engine=engine, sends=sends)
        self._indexes = indexes
        self._ready = False

    async def prepare(self) -> None:
        """Open the index, and let triage learn the policy's examples."""
        if self._ready:
            return
        await self._indexes.of(self._corpus)
        budget = Budget(services.now, services.now() + AT_MOST)
        with suppress(EngineError):
            await self._tools.embedded.answer(TriageTask("Hello", (), None, self._tools.policy), budget)
        self._ready = True

    async def run(self, example: Example) -> dict[str, Any]:
        """Return the decision, ids and times aside.

        Raises SystemFailed where the hub failed; a decision for which the model did not answer is not kept.
        """
        row = example.row
        if row.kind != "replies":
            raise SystemFailed(f"{self.name} replies here; it cannot answer {row.kind} examples")
        context = self._tools.context(await self._indexes.of(self._corpus))
        case = CaseId(f"cas_{example.key()}")
        turn = Turn(case, DEFAULT_BRAND, row.question, histories.read(row.history), "cli", row.language)
        decision = await graph.handle(turn, context)
        if decision.handover and decision.handover.reason == "fault":
            raise SystemFailed("; ".join(decision.reasons) or "the hub failed")
        document = DECISION.dump_python(decision, mode="json", exclude=UNSTEADY)
        return Momentary(document) if decision.engine.fallback else document
