"""The tickets a suite may learn from: graded questions with their articles, each known some time after it was asked."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from domain.ids import TicketId
from evals import rows
from evals.errors import RowBroken
from evals.examples import Example, digest
from evals.rows import Fields
from kb_index.solved import Solved

LINKED = "linked"


@dataclass(frozen=True)
class Memory:
    """Solved tickets; a question may be helped by those that were answered `lag` or longer before it was asked."""

    solved: tuple[Solved, ...]
    lag: timedelta

    @cached_property
    def digest(self) -> str:
        """Return a short hash of everything remembered."""
        return digest([vars(one) for one in self.solved] + [self.lag])

    def known_at(self, example: Example) -> datetime:
        """Return until when tickets count for a question."""
        return _asked_at(example) - self.lag

    def sliced(self, example: Example) -> Example:
        """Return the example in the slice `linked`: *before* when a ticket knew one of its articles, else *never*."""
        known = self.known_at(example)
        relevant = getattr(example.row, "relevant", ())
        before = any(name in self._first and self._first[name] <= known for name in relevant)
        return replace(example, slices={**example.slices, LINKED: "before" if before else "never"})

    @cached_property
    def _first(self) -> dict[str, datetime]:
        """Return when each article was first answered with."""
        first: dict[str, datetime] = {}
        for one in sorted(self.solved, key=lambda solved: solved.answered_at):
            for link in one.links:
                first.setdefault(link, one.answered_at)
        return first


def load(path: Path, fields: Fields, lag: timedelta) -> Memory:
    """Read rows shaped as the suite's own as tickets; one that names no article is left out.

    A question of several lines begins with its subject. Raises DataMissing or RowBroken.
    """
    examples = rows.examples(rows.read(path), "retrieval", fields, lambda _: None, ())
    return Memory(tuple(_solved(one) for one in examples if one.positive), lag)


def latest(examples: tuple[Example, ...], count: int) -> tuple[Example, ...]:
    """Return the examples that were asked last, in their old order."""
    chosen = sorted(range(len(examples)), key=lambda place: _asked_at(examples[place]))[-count:]
    return tuple(examples[place] for place in sorted(chosen))


def _solved(example: Example) -> Solved:
    row, at = example.row, _asked_at(example)
    assert row.kind == "retrieval"
    subject, _, question = row.question.partition("\n")
    if not question.strip():
        subject, question = "", row.question
    return Solved(TicketId(example.id), question, row.relevant, at, at, subject)


def _asked_at(example: Example) -> datetime:
    """Return when a question was asked; raises RowBroken where nobody knows."""
    at = example.row.asked_at if example.row.kind == "retrieval" else None
    if at is None:
        raise RowBroken(f"{example.id}: when it was asked is missing; name its field with fields: {{asked_at: FIELD}}")
    return at
