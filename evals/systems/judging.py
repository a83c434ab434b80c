"""Grounding and ratings as the checker sees them: the engine's scores for support, completeness and tone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import services
from agents.checker import SUPPORTED
from domain.budget import Budget
from domain.text import plain, spans
from engines.embedded import support
from engines.engine import EngineError
from engines.tasks import CheckAnswer, CheckTask
from evals.examples import Example, GroundingRow, RatingRow
from evals.runner import SystemFailed
from evals.systems import versions
from services import Tools

Score = Literal["support", "completeness", "tone"]
AT_MOST = timedelta(seconds=60)
MEASURED_BY: Mapping[str, Score] = {
    "faithfulness": "support",
    "factuality": "support",
    "grounding": "support",
    "completeness": "completeness",
    "appropriateness": "tone",
    "naturalness": "tone",
    "politeness": "tone",
    "tone": "tone",
}


def sentences(text: str) -> list[str]:
    """Return the sentences, points and rows of a text as they read."""
    return [plain(span.text) for span in spans(text)]


class Judge:
    """Scores answers that somebody gave, never with the engine that may have drafted them."""

    def __init__(self, name: str, tools: Tools) -> None:
        self.name = name
        self.id = f"{name} judging {versions.of(*versions.THINKING)} {tools.judge.id} {tools.policy.version}"
        self._engine = tools.embedded
        self._task = CheckTask((), (), "neutral", tools.policy)

    async def run(self, example: Example) -> dict[str, Any]:
        """Return a judgement, or a score for every dimension that the checker has a score for."""
        match example.row:
            case GroundingRow():
                return await self._grounded(example.row)
            case RatingRow():
                return await self._rated(example.row)
        raise SystemFailed(f"{self.name} judges answers here; it cannot answer {example.row.kind} examples")

    async def _grounded(self, row: GroundingRow) -> dict[str, Any]:
        """Judge an answer by all its sentences; as for the checker, it passes only where the weakest does."""
        marks = await self._supported(row.answer, row.context)
        passes = all(mark["score"] >= SUPPORTED for mark in marks)
        return {"score": _overall(marks), "flagged": passes, "marks": marks}

    async def _rated(self, row: RatingRow) -> dict[str, Any]:
        sources = (row.context,) if row.context else ()
        said = await self._check(answers=((row.question or "", row.answer),), sources=sources)
        known: dict[Score, float] = {"tone": said.tone}
        if row.question:
            known["completeness"] = said.completeness[0]
        if row.context:
            marks = await self._supported(row.answer, row.context)
            known["support"] = _overall(marks)
        scored = {name: known.get(MEASURED_BY[name]) for name in row.ratings if name in MEASURED_BY}
        return {"scores": {name: score for name, score in scored.items() if score is not None}}

    async def _supported(self, answer: str, context: str) -> list[dict[str, Any]]:
        said = sentences(answer)
        scores = (await self._check(claims=tuple((sentence, context) for sentence in said))).support
        return [
            {"part": "support", "score": score, "sentence": sentence}
            for sentence, score in zip(said, scores, strict=True)
        ]

    async def _check(self, **asked: Any) -> CheckAnswer:
        try:
            return await self._engine.answer(
                replace(self._task, **asked), Budget(services.now, services.now() + AT_MOST)
            )
        except EngineError as exc:
            raise SystemFailed(f"the checker gave no scores: {exc}") from exc


def _overall(marks: Sequence[Mapping[str, Any]]) -> float:
    return support.overall([(mark["sentence"], mark["score"]) for mark in marks])
