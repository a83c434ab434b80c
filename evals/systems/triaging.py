"""Intents as triage finds them, with the suite's training rows in the place of the policy's examples."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import services
from domain.budget import Budget
from domain.policy import Intent, Policy
from embedding.embedder import Embedder
from engines.embedded.engine import Embedded
from engines.embedded.triaging import Heard
from engines.tasks import TriageTask
from evals.errors import SuiteUnreadable
from evals.examples import Example, digest
from evals.runner import SystemFailed
from evals.systems import versions
from services import Tools

AT_MOST = timedelta(minutes=30)  # fitting the head to ten thousand texts takes minutes


class Triager:
    """Names the intent of a text; the degree of being in scope is the probability that triage states."""

    def __init__(self, name: str, train: Sequence[Example], tools: Tools, embedder: Embedder) -> None:
        self.name = name
        self.id = f"{name} triaging {versions.of(*versions.THINKING)} {tools.judge.id} {tools.policy.version}"
        self._policy = taught(tools.policy, train)
        self._engine = Embedded(embedder, tools.pool)
        self._ready = False

    async def prepare(self) -> None:
        """Fit the head to the examples."""
        if not self._ready:
            await self._triage("Hello")
            self._ready = True

    async def run(self, example: Example) -> dict[str, Any]:
        """Return the likeliest intent."""
        if example.row.kind != "intents":
            raise SystemFailed(f"{self.name} names intents here; it cannot answer {example.row.kind} examples")
        answer = await self._triage(example.row.text)
        return {"label": answer.intent, "confidence": answer.confidence, "in_scope": answer.in_scope}

    async def _triage(self, text: str) -> Heard:
        budget = Budget(services.now, services.now() + AT_MOST)
        answer = await self._engine.answer(TriageTask(text, (), None, self._policy), budget)
        assert isinstance(answer, Heard)
        return answer


def taught(policy: Policy, train: Sequence[Example]) -> Policy:
    """Return a policy whose intents and their examples are the labels and texts of training rows."""
    texts: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for example in train:
        if example.row.kind == "intents":
            texts[example.row.label, bool(example.positive)].append(example.row.text)
    if not texts:
        raise SuiteUnreadable("triage has nothing to learn from: give the suite train or folds")
    intents = tuple(
        Intent(name, "", tuple(said), skill="", in_scope=inside) for (name, inside), said in sorted(texts.items())
    )
    return replace(policy, intents=intents, version=digest([policy.version, sorted(texts.items())]))
