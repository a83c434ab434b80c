"""A proposed reply, sentence by sentence, each with what it rests on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.ids import ArticleId, AskId, PassageId
from domain.triage import Ask

_LAYOUT = re.compile(r"\s*\{[.#][^{}]*\}|<[^<>]+>")  # what a heading says to its page

SentenceKind = Literal["fact", "step", "courtesy", "question", "promise"]


@dataclass(frozen=True)
class Citation:
    """The link from a sentence to the span of the article's body that supports it: `quote == body[start:end]`."""

    article: ArticleId
    passage: PassageId
    quote: str
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """The unit of a reply; facts and steps carry citations, courtesy and questions need none."""

    text: str
    kind: SentenceKind
    ask: AskId | None = None
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Promise:
    """Something a reply says we will do, who does it and by when."""

    text: str
    owner: str
    due: datetime


@dataclass(frozen=True)
class Draft:
    """A reply that nobody has seen yet, and the state it leaves every ask in.

    `writer` names the engine that wrote it, whoever checked it since; empty where none was asked.
    """

    sentences: tuple[Sentence, ...]
    asks: tuple[Ask, ...]
    promises: tuple[Promise, ...] = ()
    writer: str = ""

    @property
    def text(self) -> str:
        """Return the reply as the customer reads it."""
        return readable(self.sentences)


def readable(sentences: Sequence[Sentence]) -> str:
    """Join sentences into paragraphs, one per ask, courtesy apart; steps are numbered, `- ` points stand one a line."""
    lines: list[str] = []
    before: Sentence | None = None
    steps = 0
    for sentence in sentences:
        steps = steps if _goes_on(before, sentence) else 0
        steps += sentence.kind == "step"
        text = f"{steps}. {sentence.text}" if sentence.kind == "step" else sentence.text
        lines.append(_gap(before, sentence) + text)
        before = sentence
    return "".join(lines)


def _goes_on(before: Sentence | None, sentence: Sentence) -> bool:
    """Say whether a procedure may go on here: a note or a list between two steps does not begin another one."""
    opens = sentence.kind == "courtesy" or (sentence.text.endswith(":") and sentence.kind != "step")
    return before is not None and before.ask == sentence.ask and not opens


def _gap(before: Sentence | None, sentence: Sentence) -> str:
    if before is None:
        return ""
    if _listed(before) and _listed(sentence) and before.kind == sentence.kind:
        return "\n"
    named = _heads(before) or _heads(sentence)
    if before.ask == sentence.ask and before.text.endswith(":") and not _listed(sentence) and not named:
        return " "
    apart = _listed(before) or _listed(sentence) or (before.kind == "courtesy") != (sentence.kind == "courtesy")
    same_matter = before.ask == sentence.ask and not apart
    return " " if same_matter else "\n\n"


def _listed(sentence: Sentence) -> bool:
    return sentence.kind == "step" or sentence.text.startswith("- ")


def _heads(sentence: Sentence) -> bool:
    return sentence.kind == "courtesy" and sentence.text.endswith("”:")


def quoted_heading(path: Sequence[str]) -> str:
    """Return the line that says under which heading of an article the points that follow it stand."""
    return f"“{_LAYOUT.sub('', path[-1]).strip()}”:"
