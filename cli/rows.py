"""Questions as they come from outside: one from the command line, or many from a file of JSON lines."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.refusal import Refusal
from domain.ids import ArticleId
from domain.turns import SAID_BY, Utterance, spoken

LONGEST = 20_000


@dataclass(frozen=True)
class Row:
    """A question of a file, with its id there, what was said before it, oldest first, and the articles to be found."""

    id: str | int
    question: str
    history: tuple[Utterance, ...] = ()
    relevant: frozenset[ArticleId] = frozenset()


def text(given: str, what: str) -> str:
    """Return the text as it is.

    Raises Refusal when it is empty, longer than 20,000 characters, or not made of characters; `what` names it.
    """
    if not given.strip():
        raise Refusal(f"{what} is empty: say what the customer wants to know, in quotes")
    if len(given) > LONGEST:
        raise Refusal(f"{what} has {len(given):,} characters; at most {LONGEST:,} are read: send the part that asks")
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in given):
        raise Refusal(f"{what} is not valid UTF-8 text: {given[:40]!r}")
    return given


def read(file: Path) -> list[Row]:
    """Return the rows {id, question, history?} of a file of JSON lines.

    Raises Refusal naming every bad line, so that a long run does not break off in the middle.
    """
    rows: list[Row] = []
    faults: list[str] = []
    for number, line in _lines(file):
        try:
            rows.append(_row(line))
        except Refusal as fault:
            faults.append(f"{file}:{number}: {fault}")
    if faults:
        more = [f"and {len(faults) - 5} more"] if len(faults) > 5 else []
        raise Refusal("\n".join([*faults[:5], *more]))
    if not rows:
        raise Refusal(f"{str(file)!r} holds no rows: write one {{id, question}} as JSON on each line")
    return rows


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        content = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Refusal(f"{str(file)!r} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Refusal(f"{file}:{line}: not valid UTF-8: save the file as UTF-8") from error
    yield from ((number, line) for number, line in enumerate(content.split("\n"), 1) if line.strip())


def _row(line: str) -> Row:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise Refusal(f"not JSON ({error})") from error
    if not isinstance(value, dict):
        raise Refusal("not an object {id, question}")
    name = value.get("id")
    if isinstance(name, bool) or not isinstance(name, str | int):
        raise Refusal(f"`id` is {name!r}; it must be a text or a whole number")
    question = value.get("question")
    if not isinstance(question, str):
        raise Refusal(f"`question` is {question!r}; it must be a text")
    return Row(name, text(question, "`question`"), _history(value.get("history") or []), _relevant(value))


def _relevant(row: dict[str, object]) -> frozenset[ArticleId]:
    names = row.get("relevant_ids") or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refusal(f"`relevant_ids` is {names!r}; it must be a list of ids of articles")
    return frozenset(ArticleId(name) for name in names)


def _history(value: object) -> tuple[Utterance, ...]:
    if not isinstance(value, list):
        raise Refusal('`history` must be a list such as ["user: Hello", "agent: Hello, how can I help?"]')
    return tuple(_utterance(said) for said in value)


def _utterance(said: object) -> Utterance:
    heard = spoken(said) if isinstance(said, str) else None
    if heard is None:
        raise Refusal(f"`history` has {said!r}; each begins with one of {', '.join(SAID_BY)} and a colon")
    return Utterance(heard.author, text(heard.text, "a message of `history`"))
