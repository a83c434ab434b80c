"""A proposed reply, sentence by sentence, each with what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.ids import ArticleId, AskId, PassageId
from domain.triage import Ask

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
    """A reply that nobody has seen yet, and the state it leaves every ask in."""

    sentences: tuple[Sentence, ...]
    asks: tuple[Ask, ...]
    promises: tuple[Promise, ...] = ()

    @property
    def text(self) -> str:
        """Return the reply as the customer reads it."""
        return readable(self.sentences)


def readable(sentences: Sequence[Sentence]) -> str:
    """Join sentences into paragraphs: one per ask, courtesy apart, steps as a numbered list of their own."""
    paragraphs: list[list[str]] = []
    before: Sentence | None = None
    steps = 0
    for sentence in sentences:
        steps = steps + 1 if sentence.kind == "step" else 0
        text = f"{steps}. {sentence.text}" if sentence.kind == "step" else sentence.text
        if (before and (before.kind, before.ask) == (sentence.kind, sentence.ask)) or (
            before and before.ask == sentence.ask and sentence.kind != "step" and before.kind != "step"
        ):
            paragraphs[-1].append(text)
        else:
            paragraphs.append([text])
        before = sentence
    return "\n\n".join(("\n" if lines[0].startswith("1. ") else " ").join(lines) for lines in paragraphs)
