"""Compose a reply from extracts: an opening, what answers each ask, a closing."""

from collections.abc import Sequence

from domain.drafts import quoted_heading
from domain.search import Evidence
from domain.text import plain
from domain.triage import Ask
from embedding.embedder import Embedder
from engines.embedded import extracts
from engines.embedded.extracts import Extract
from engines.embedded.units import Unit
from engines.tasks import DraftAnswer, DraftedSentence, DraftTask


def draft(task: DraftTask, embedder: Embedder) -> DraftAnswer:
    """Return a reply that quotes, for every ask that the evidence answers, the part that answers it."""
    body: list[DraftedSentence] = []
    answered: list[int] = []
    for number, ask in enumerate(task.asks, 1):
        extract = extracts.find(ask.text, _evidence(task, ask), embedder)
        if extract is None or extract.score < task.policy.thresholds.answerable:
            continue
        answered.append(number)
        body.extend(_quoted(extract, number, task))
    opening = [] if not body else _opening(task)
    closing = [] if not body else [_courtesy(task.policy.speak(task.language).closing)]
    return DraftAnswer(sentences=[*opening, *body, *closing], answered=answered, clarified=[], declined=[])


def _evidence(task: DraftTask, ask: Ask) -> Sequence[tuple[int, Evidence]]:
    return [(number, found) for number, found in enumerate(task.evidence, 1) if found.ask == ask.id]


def _opening(task: DraftTask) -> list[DraftedSentence]:
    phrases = task.policy.speak(task.language)
    if task.sentiment in ("negative", "angry"):
        return [_courtesy(phrases.sorry)]
    return [] if task.history else [_courtesy(phrases.greeting)]


def _quoted(extract: Extract, ask: int, task: DraftTask) -> list[DraftedSentence]:
    source = task.evidence[extract.units[0].evidence - 1].passage
    foreign = source.language != task.language
    sentences = [_courtesy(task.policy.speak(task.language).other_language, ask)] if foreign else []
    before: Unit | None = None
    introduced: set[str] = set()
    for unit in extract.units:
        opening = [line for line in _introduced(unit, before, ask, task) if line.text not in introduced]
        introduced |= {line.text for line in opening}
        sentences.extend([*opening, *_sentences(unit, ask)])
        before = unit
    return sentences


def _introduced(unit: Unit, before: Unit | None, ask: int, task: DraftTask) -> list[DraftedSentence]:
    """Return the line without which a list hangs in the air: its own lead-in, else the heading it stands under."""
    if unit.shape not in ("bullet", "steps") or (before and _same_list(before, unit)):
        return []
    if unit.lead:
        return [DraftedSentence(text=plain(unit.lead.text), kind="fact", ask=ask, evidence=[unit.evidence])]
    path = task.evidence[unit.evidence - 1].passage.heading_path
    return [_courtesy(quoted_heading(path), ask)] if path else []


def _same_list(before: Unit, unit: Unit) -> bool:
    return (before.evidence, before.shape, before.lead) == (unit.evidence, unit.shape, unit.lead)


def _sentences(unit: Unit, ask: int) -> list[DraftedSentence]:
    if unit.shape == "row":
        return [DraftedSentence(text=_row(unit), kind="fact", ask=ask, evidence=[unit.evidence])]
    return [
        DraftedSentence(
            text=f"- {plain(part.text)}" if unit.shape == "bullet" else plain(part.text),
            kind="step" if unit.shape == "steps" else "fact",
            ask=ask,
            evidence=[unit.evidence],
        )
        for part in unit.parts
    ]


def _row(unit: Unit) -> str:
    """Return a table row as a line: its first cell, then every other cell behind its column's name."""
    names, cells = (_cells(part.text) for part in (unit.lead or unit.parts[0], unit.parts[0]))
    pairs = [f"{name} {cell}".strip() for name, cell in zip(names[1:], cells[1:], strict=False) if cell]
    return f"- {cells[0]}: {', '.join(pairs)}" if pairs else f"- {cells[0]}"


def _cells(row: str) -> list[str]:
    return [plain(cell) for cell in row.strip().strip("|").split("|")]


def _courtesy(text: str, ask: int = 0) -> DraftedSentence:
    return DraftedSentence(text=text, kind="courtesy", ask=ask, evidence=[])
