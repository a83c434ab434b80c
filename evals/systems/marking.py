"""Replies that are handed in, marked as `POST /v1/checks` marks them."""

from dataclasses import asdict
from typing import Any

import services
from engines.engine import EngineError
from evals.examples import Example
from evals.given import Checking, Given
from evals.runner import SystemFailed
from evals.systems import histories, versions
from services import Tools


class Marking:
    """Marks given replies, never with the engine that may have drafted them."""

    def __init__(self, name: str, tools: Tools) -> None:
        self.name = name
        source = versions.of(*versions.THINKING, "evals/given.py")
        self.id = f"{name} marking {source} {tools.judge.id} {tools.policy.version}"
        self._marker = Checking(tools.embedded, tools.policy, services.now)

    async def run(self, example: Example) -> dict[str, Any]:
        """Return the marks."""
        row = example.row
        if row.kind != "given":
            raise SystemFailed(f"{self.name} marks replies here; it cannot answer {row.kind} examples")
        given = Given(row.question, row.answer, histories.read(row.history), row.evidence)
        try:
            return asdict(await self._marker.mark(given))
        except EngineError as exc:
            raise SystemFailed(f"the checker gave no marks: {exc}") from exc
