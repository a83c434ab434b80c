"""Rows of the demo's long suites: every question as it was written, and once more in other words."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from evals.demo import rewording, seeds
from evals.demo.rewording import Rewriter
from evals.demo.seeds import HERE, Class, Seed, Split

VARIED: frozenset[Class] = frozenset(
    {"answerable", "multi", "follow_up", "false_premise", "angry", "benign", "unanswerable", "internal"}
)
MANNERS: tuple[Rewriter, ...] = (
    rewording.greeted, rewording.told, rewording.formal, rewording.terse, rewording.mistyped, rewording.terse
)  # fmt: skip
IN_A_CHAT: tuple[Rewriter, ...] = (rewording.terse, rewording.mistyped)


def rows(split: Split) -> Iterator[dict[str, Any]]:
    """Yield the rows of one side: the questions of every seed, each followed by its variant where there is one."""
    for seed in seeds.read(split):
        for number, question in enumerate(seed.questions, start=1):
            written = f"{seed.id}-{number}"
            yield row(seed, split, written, question, "written")
            if seed.class_ in VARIED and seed.language == "en" and (other := variant(written, question, seed)):
                yield row(seed, split, f"{written}-varied", other, "varied")


def row(seed: Seed, split: Split, name: str, question: str, made: str) -> dict[str, Any]:
    """Return one row; rows of one `seed` ask the same, so they are no independent trials."""
    return {"id": name, "question": question, **seed.rules(), "split": split, "seed": seed.id, "made": made}


def variant(name: str, question: str, seed: Seed) -> str | None:
    """Return the question in other words, the same every time; None where only its manner would change."""
    random = Random(name)
    said = rewording.turned(question, random) or question
    said = rewording.rephrased(said, random) or said
    if said == question:
        return None
    manner = random.choice(IN_A_CHAT if seed.history or seed.class_ == "angry" or question[:1].islower() else MANNERS)
    return manner(said, random) or said


def write(split: Split) -> int:
    """Write the rows of one side beside this module; return how many there are."""
    written = [json.dumps(one, ensure_ascii=False) for one in rows(split)]
    (HERE / f"{split}.jsonl").write_text("\n".join(written) + "\n", "utf-8")
    return len(written)
