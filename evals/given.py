"""Marks for a reply that is handed in, whoever wrote it: complete for each ask, its tone in named parts, supported.

Every mark names the sentence that earned it. The marks are simple rules and the checker's scores; whatever scores
better stands behind the same port.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from domain.budget import Budget
from domain.policy import Policy, TonePart
from domain.text import plain, spans
from domain.turns import Utterance
from engines import tone
from engines.embedded import clarity
from engines.engine import Engine
from engines.tasks import CheckTask, TriageTask

Part = TonePart | Literal["completeness", "grounding", "clear"]
AT_MOST = timedelta(seconds=60)


@dataclass(frozen=True)
class Given:
    """A reply and what it answers; `evidence` are the texts it should rest on, if any are known."""

    question: str
    answer: str
    history: tuple[Utterance, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """How good one part of a reply is, 0..1, and the sentence that earned it; `ask` where it is about one ask."""

    part: Part
    score: float
    sentence: str
    reason: str
    ask: str | None = None


@dataclass(frozen=True)
class Marks:
    """All marks of a reply: `completeness` is that of its worst ask, `grounding` None without evidence."""

    completeness: float
    tone: dict[str, float]
    grounding: float | None
    marks: tuple[Mark, ...]


class Marker(Protocol):
    """Anything that marks replies."""

    async def mark(self, given: Given) -> Marks:
        """Return the marks. Raises EngineError when the engine behind it does not answer."""
        ...


class Checking:
    """Marks with the scores of an engine's checker, sentence by sentence, and the ears that hear the tone's parts."""

    def __init__(self, engine: Engine, policy: Policy, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._policy = policy
        self._now = now

    async def mark(self, given: Given) -> Marks:
        """Return the marks."""
        said = [plain(span.text) for span in spans(given.answer)] or [given.answer]
        task = TriageTask(given.question, given.history, None, self._policy)
        heard = await self._engine.answer(task, self._budget())
        complete = [await self._complete(ask, given, said) for ask in heard.asks or [given.question]]
        sounds = [*_sounding(said, heard.sentiment, self._policy), *_clear(said, given)]
        grounded = [await self._grounded(said, given.evidence)] if given.evidence else []
        return Marks(
            completeness=min(mark.score for mark in complete),
            tone={part: min(mark.score for mark in sounds if mark.part == part) for part in _parts(sounds)},
            grounding=grounded[0].score if grounded else None,
            marks=(*complete, *sounds, *grounded),
        )

    async def _complete(self, ask: str, given: Given, said: Sequence[str]) -> Mark:
        """Score the whole answer to an ask, and name the sentence that by itself answers it best."""
        task = self._task(answers=((ask, given.answer), *((ask, sentence) for sentence in said)))
        task = replace(task, sources=given.evidence)
        whole, *each = (await self._engine.answer(task, self._budget())).completeness
        best = max(range(len(said)), key=lambda place: each[place])
        reason = f"by itself this sentence answers the ask to {each[best]:.2f}"
        return Mark("completeness", max(whole, each[best]), said[best], reason, ask)

    async def _grounded(self, said: Sequence[str], evidence: Sequence[str]) -> Mark:
        task = self._task(claims=tuple((sentence, "\n".join(evidence)) for sentence in said))
        scores = (await self._engine.answer(task, self._budget())).support
        worst = min(range(len(said)), key=lambda place: scores[place])
        return Mark("grounding", scores[worst], said[worst], "the sentence that the evidence supports least")

    def _task(self, **asked: tuple[tuple[str, str], ...]) -> CheckTask:
        return replace(CheckTask((), (), "neutral", self._policy), **asked)  # type: ignore[arg-type]  # claims, answers

    def _budget(self) -> Budget:
        now = self._now()
        return Budget(self._now, now + AT_MOST)


def _sounding(said: Sequence[str], sentiment: str, policy: Policy) -> list[Mark]:
    """Mark each part of the tone by the sentence that spoils it most."""
    return [
        Mark(found.part, found.score, said[found.sentence or 0], found.advice or "nothing spoils it")
        for found in tone.marks(said, sentiment, policy.tones)
    ]


def _parts(marks: Sequence[Mark]) -> list[Part]:
    return list(dict.fromkeys(mark.part for mark in marks))


def _clear(said: Sequence[str], given: Given) -> list[Mark]:
    """Mark every sentence that is unclear, each with what would mend it; a clear reply by its first."""
    found = clarity.unclear(_numbered(given.answer) or said, given.question)
    if not found:
        return [Mark("clear", 1.0, said[0], "nothing is in the way of reading it")]
    return [Mark("clear", clarity.score([one]), said[one.sentence], one.advice) for one in found]


def _numbered(answer: str) -> list[str]:
    """Return the sentences of a reply as they are shown, a step with its number."""
    starts = (answer.rfind("\n", 0, span.start) + 1 if span.kind == "step" else span.start for span in spans(answer))
    return [plain(answer[start : span.end]) for start, span in zip(starts, spans(answer), strict=True)]
