"""Score a draft without a model: support by likeness and exact rules, completeness by closeness, heads for tone."""

from domain.text import plain, spans
from embedding.embedder import Embedder
from engines import tone
from engines.embedded import completeness, support
from engines.tasks import CheckAnswer, CheckTask


def check(task: CheckTask, embedder: Embedder) -> CheckAnswer:
    """Return the scores of each claim and each ask."""
    return CheckAnswer(
        support=support.scores(task.claims, embedder),
        completeness=completeness.scores(task.answers, task.sources, embedder),
        tone=tone.overall(tone.marks(_sentences(task), task.sentiment, task.policy.tones)),
        reasons=[],
    )


def _sentences(task: CheckTask) -> list[str]:
    return [plain(span.text) for _, answer in task.answers for span in spans(answer)]
