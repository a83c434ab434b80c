"""What was said before the questions of a suite: taken away, or put in the place of another conversation's."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from evals.examples import AbstentionRow, Example, RetrievalRow

History = Literal["own", "none", "other"]

_TRIES = 50  # to find a conversation about other articles


def retold(examples: Sequence[Example], history: History, seed: int) -> tuple[Example, ...]:
    """Return the examples of retrieval or abstention, each asked first, or after a conversation on another topic.

    That is what another example, of no article in common, was asked and what came before it.
    """
    drawing = random.Random(seed)
    return tuple(_asked_after(one, _before(one, examples, history, drawing)) for one in examples)


def _before(example: Example, examples: Sequence[Example], history: History, drawing: random.Random) -> tuple[str, ...]:
    row = _row(example)
    if history == "own":
        return row.history
    for _ in range(_TRIES if history == "other" else 0):
        other = _row(drawing.choice(examples))
        if other is not row and not {*other.relevant} & {*row.relevant}:
            return (*other.history, f"user: {other.question}")
    return ()


def _asked_after(example: Example, said: tuple[str, ...]) -> Example:
    return replace(example, row=_row(example).model_copy(update={"history": said}))


def _row(example: Example) -> RetrievalRow | AbstentionRow:
    assert isinstance(example.row, RetrievalRow | AbstentionRow)
    return example.row
