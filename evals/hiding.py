"""Questions that a help center does not answer: its own with the right articles hidden, and those of another one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from evals import rows
from evals.errors import RowBroken
from evals.examples import Example, RetrievalRow

ANSWER = "answer"


def add(
    examples: Sequence[Example], hidden: bool, foreign: Path | None, slices: Sequence[str] = ()
) -> tuple[Example, ...]:
    """Return the examples, in the slice `answer=there`, and beside them those that nothing answers.

    With `hidden` each is asked again as if its articles did not exist (`answer=hidden`); `foreign` is a file of
    questions to another help center (`answer=foreign`). Raises DataMissing or RowBroken.
    """
    there = (replace(one, slices={**one.slices, ANSWER: "there"}) for one in examples)
    gone = (_hidden(one, one.row) for one in examples if hidden and isinstance(one.row, RetrievalRow) and one.positive)
    strange = _foreign(foreign, slices) if foreign else ()
    return (*there, *gone, *strange)


def _hidden(example: Example, row: RetrievalRow) -> Example:
    without = row.model_copy(update={"relevant": (), "without": row.relevant})
    return Example(f"{example.id} hidden", without, False, {**example.slices, ANSWER: "hidden"})


def _foreign(file: Path, slices: Sequence[str]) -> Iterator[Example]:
    for number, raw in enumerate(rows.read(file), 1):
        question = raw.fields.get("question")
        if not isinstance(question, str) or not question:
            raise RowBroken(f"{raw.place}: no question; each row of foreign needs one, under that name")
        row = RetrievalRow(question=question, relevant=())
        yield Example(f"foreign {number}", row, False, {**dict.fromkeys(slices, "none"), ANSWER: "foreign"})
