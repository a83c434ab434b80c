"""Score a draft without a model: support by likeness and exact rules, closeness for completeness, heads for tone."""

import numpy as np

from domain.text import plain, spans
from embedding.embedder import Embedder
from engines import tone
from engines.embedded import support
from engines.embedded.asks import asks_how, focus
from engines.embedded.units import instructs
from engines.embedded.wording import content
from engines.tasks import CheckAnswer, CheckTask

WORDS_COMPARED = 80  # of an answer
TELLS_NOTHING_TO_DO = 0.7


def check(task: CheckTask, embedder: Embedder) -> CheckAnswer:
    """Return the scores of each claim and each ask."""
    return CheckAnswer(
        support=support.scores(task.claims, embedder),
        completeness=_completeness(task.answers, embedder),
        tone=tone.overall(tone.marks(_sentences(task), task.sentiment, task.policy.tones)),
        reasons=[],
    )


def _completeness(answers: tuple[tuple[str, str], ...], embedder: Embedder) -> list[float]:
    """Return how close each answer is to its ask, 0..1: half cosine, half the words of its question that it meets."""
    if not answers:
        return []
    asked = embedder.embed_queries([ask for ask, _ in answers])
    given = embedder.embed_passages([" ".join(answer.split()[:WORDS_COMPARED]) or " " for _, answer in answers])
    cosines = np.clip(np.sum(asked * given, axis=1), 0, 1)
    return [
        round(float((cosine + _coverage(ask, answer)) / 2) * _instructive(ask, answer), 4) if answer else 0.0
        for (ask, answer), cosine in zip(answers, cosines, strict=True)
    ]


def _instructive(ask: str, answer: str) -> float:
    """Return 1, or less where somebody asks how and is told nothing to do."""
    told = any(instructs(span.text) for span in spans(answer))
    return 1.0 if told or not asks_how(focus(ask)) else TELLS_NOTHING_TO_DO


def _coverage(ask: str, answer: str) -> float:
    """Return the share of words met, of the question and of all that was told: a long story is rarely met by a quote."""
    said = set(content(answer))
    return (_share(set(content(focus(ask))), said) + _share(set(content(ask)), said)) / 2


def _share(wanted: set[str], said: set[str]) -> float:
    return len(wanted & said) / len(wanted) if wanted else 0.0


def _sentences(task: CheckTask) -> list[str]:
    return [plain(span.text) for _, answer in task.answers for span in spans(answer)]
