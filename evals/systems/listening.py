"""Pairs of replies as the checker hears them: a score each, for the part of the tone in which they differ."""

from typing import Any

from domain.text import plain, spans
from engines import tone
from evals.examples import Example
from evals.runner import SystemFailed
from evals.systems import versions
from services import Tools


class Listener:
    """Scores both replies of a pair, each without knowing the other."""

    def __init__(self, name: str, tools: Tools) -> None:
        self.name = name
        self.id = f"{name} listening {versions.of(*versions.THINKING)} {tools.policy.version}"
        self._tones = tools.policy.tones

    async def run(self, example: Example) -> dict[str, Any]:
        """Return the scores of the better and the worse reply."""
        row = example.row
        if row.kind != "pairs":
            raise SystemFailed(f"{self.name} compares replies here; it cannot answer {row.kind} examples")
        return {"scores": {name: self._score(getattr(row, name), row.mood, row.part) for name in ("better", "worse")}}

    def _score(self, reply: str, mood: str, part: str) -> float:
        heard = tone.marks([plain(span.text) for span in spans(reply)], mood, self._tones)
        return next((mark.score for mark in heard if mark.part == part), 1.0)
