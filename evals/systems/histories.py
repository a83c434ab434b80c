"""What was said before, from lines such as `user: Hello`, as public sets write them."""

from collections.abc import Sequence

from domain.turns import SAID_BY, Author, Utterance, spoken
from evals.runner import SystemFailed

SPEAKERS: dict[str, Author] = {**SAID_BY, "u": "customer", "assistant": "bot", "s": "bot", "system": "bot"}


def read(lines: Sequence[str]) -> tuple[Utterance, ...]:
    """Return the lines as utterances, oldest first. Raises SystemFailed for a line that nobody says."""
    return tuple(_utterance(line) for line in lines if line.strip())


def _utterance(line: str) -> Utterance:
    heard = spoken(line, SPEAKERS)
    if heard is None:
        raise SystemFailed(f"history has {line[:60]!r}; each line begins with one of {', '.join(SPEAKERS)} and a colon")
    return heard
