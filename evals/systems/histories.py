"""What was said before, from lines such as `user: Hello`, as public sets write them."""

from collections.abc import Sequence

from domain.turns import Author, Utterance
from evals.runner import SystemFailed

SAID_BY: dict[str, Author] = {
    "user": "customer",
    "customer": "customer",
    "u": "customer",
    "agent": "bot",
    "assistant": "bot",
    "bot": "bot",
    "s": "bot",
    "system": "bot",
    "teammate": "teammate",
}


def read(lines: Sequence[str]) -> tuple[Utterance, ...]:
    """Return the lines as utterances, oldest first. Raises SystemFailed for a line that nobody says."""
    return tuple(_utterance(line) for line in lines if line.strip())


def _utterance(line: str) -> Utterance:
    who, colon, words = line.partition(":")
    author = SAID_BY.get(who.strip().lower())
    if not colon or author is None:
        raise SystemFailed(f"history has {line[:60]!r}; each line begins with one of {', '.join(SAID_BY)} and a colon")
    return Utterance(author, words.strip())
