"""The questions an engine can be asked, each with the shape of its answer.

A task is frozen data in; its answer is a flat pydantic model out, every field required, since a model server fills it.
"""

from dataclasses import dataclass
from typing import ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from domain.policy import Policy
from domain.search import Evidence
from domain.triage import Ask
from domain.turns import Utterance


class Answer(BaseModel):
    """What an engine answers with."""

    model_config = ConfigDict(frozen=True, extra="forbid")


AnswerT = TypeVar("AnswerT", bound=Answer)


@dataclass(frozen=True)
class Task(Generic[AnswerT]):
    """A question to an engine; `prompt` names its file in `prompts/`, `answer` the shape asked for."""

    prompt: ClassVar[str]
    answer: ClassVar[type[Answer]]


class TriageAnswer(Answer):
    """What the customer wants; the asks are the customer's own words, made to stand alone."""

    asks: list[str] = Field(max_length=8)
    intent: str
    sentiment: Literal["positive", "neutral", "negative", "angry"]
    flags: list[str]
    language: str
    confidence: float = Field(ge=0, le=1)
    reasons: list[str]


@dataclass(frozen=True)
class TriageTask(Task[TriageAnswer]):
    """What does this turn ask, and what is it about?"""

    prompt: ClassVar[str] = "triage"
    answer: ClassVar[type[Answer]] = TriageAnswer

    text: str
    history: tuple[Utterance, ...]
    language: str | None
    policy: Policy


class RewriteAnswer(Answer):
    """The asks as they would be put without the conversation, one for each, in the order given."""

    questions: list[str]


@dataclass(frozen=True)
class RewriteTask(Task[RewriteAnswer]):
    """What do these asks mean, after what was said before?"""

    prompt: ClassVar[str] = "rewrite"
    answer: ClassVar[type[Answer]] = RewriteAnswer

    asks: tuple[str, ...]
    history: tuple[Utterance, ...]


class DraftedSentence(Answer):
    """One sentence of a reply; `ask` is an ask's number (0: none), `evidence` numbers the passages it rests on."""

    text: str
    kind: Literal["fact", "step", "courtesy", "question", "promise"]
    ask: int
    evidence: list[int]


class DraftAnswer(Answer):
    """A reply, and the asks (by number, from 1) that it answers, asks back about or declines."""

    sentences: list[DraftedSentence]
    answered: list[int]
    clarified: list[int]
    declined: list[int]


@dataclass(frozen=True)
class DraftTask(Task[DraftAnswer]):
    """What can we say to these asks from this evidence, in this language?

    Asks and evidence are numbered from 1 in the order given; `faults` are what the checker found in the last draft.
    """

    prompt: ClassVar[str] = "draft"
    answer: ClassVar[type[Answer]] = DraftAnswer

    asks: tuple[Ask, ...]
    evidence: tuple[Evidence, ...]
    history: tuple[Utterance, ...]
    language: str
    sentiment: str
    policy: Policy
    faults: tuple[str, ...] = ()


class CheckAnswer(Answer):
    """Scores 0..1, higher is better, one a sentence or ask, in the order given."""

    support: list[float]
    completeness: list[float]
    tone: float = Field(ge=0, le=1)
    reasons: list[str]


@dataclass(frozen=True)
class CheckTask(Task[CheckAnswer]):
    """How well is each claim supported by its quotes, and each ask answered?

    `claims` are the sentences that need support with everything they cite; `answers` pairs each ask with its sentences.
    `sources` are texts that are known to hold the answers, as far as any are: what was only found is not known to.
    """

    prompt: ClassVar[str] = "check"
    answer: ClassVar[type[Answer]] = CheckAnswer

    claims: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
    sentiment: str
    policy: Policy
    sources: tuple[str, ...] = ()
