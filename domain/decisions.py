"""What a case ends in: the JSON of CLI, API and store."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from domain.drafts import Promise, Sentence
from domain.ids import ArticleId, AskId, CaseId, PassageId, TicketId
from domain.triage import Ask, Entity, Flag, Priority, Sentiment
from domain.verdicts import Verdict

Outcome = Literal["answered", "suggested", "handed_over"]
HandoverReason = Literal[
    "asked_for_person",
    "no_articles",
    "knowledge_missing",
    "low_confidence",
    "unsupported_request",
    "out_of_scope",
    "policy",
    "safety",
    "needs_clarification",
    "fault",
    "limit",
]


Fact = Literal[
    "steps",
    "expected",
    "actual",
    "platform",
    "version",
    "error_code",
    "since",
    "impact",
    "suspicion",
    "order",
    "amount",
    "wish",
    "pain",
    "leaving",
    "company",
    "question",
]


@dataclass(frozen=True)
class Reply:
    """The words for the customer, whole and by sentence."""

    text: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class FoundPassage:
    """A row of evidence as it is shown: which ask it was found for, where it stands, what it says."""

    ask: AskId
    article: ArticleId
    passage: PassageId
    title: str
    url: str | None
    score: float
    text: str


@dataclass(frozen=True)
class TriageSummary:
    """Triage as it is shown; the asks stand apart, with their states."""

    intent: str
    priority: Priority
    sentiment: Sentiment
    language: str
    entities: tuple[Entity, ...]
    skills: tuple[str, ...]
    flags: tuple[Flag, ...]
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Gate:
    """Whether a checked draft may be sent without a person, and why; `confidence` is None where none was worked out.

    `partial` says that the checked sentences for the answered asks may go out although a person takes the rest;
    `features` are what the confidence was worked out from.
    """

    outcome: Outcome
    confidence: float | None
    reasons: tuple[str, ...]
    handover: HandoverReason | None = None
    partial: bool = False
    features: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Brief:
    """What one destination is told: the facts its people need, in the customer's words, and what is still to be asked.

    `owns` says whether the ticket is theirs, or they only hear of it.
    """

    destination: str
    team: str
    owns: bool
    why: str
    facts: dict[Fact, str]
    questions: tuple[str, ...]


@dataclass(frozen=True)
class ClockTarget:
    """How long a clock may run from the handover: minutes, of business hours only or around the clock."""

    clock: Literal["response", "resolution"]
    minutes: int
    business_hours: bool


@dataclass(frozen=True)
class Handover:
    """What a person is told when a ticket becomes theirs: `tried` by the hub, `attempts` by the customer.

    `briefs` has one for the destination that owns the ticket, then those that must hear of it.
    """

    reason: HandoverReason
    summary: str
    asks: tuple[Ask, ...]
    evidence: tuple[FoundPassage, ...]
    tried: tuple[str, ...]
    missing: tuple[str, ...]
    team: str
    skill: str
    priority: Priority
    sentiment: Sentiment
    proposed_reply: Reply | None
    attempts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    clocks: tuple[ClockTarget, ...] = ()
    briefs: tuple[Brief, ...] = ()


@dataclass(frozen=True)
class EngineUse:
    """What answered; `fallback` says why the first engine did not, None when it did."""

    name: str
    model: str | None
    fallback: str | None


@dataclass(frozen=True)
class Usage:
    """What a case cost; `cached_tokens` of the prompt were cheap to read again, `cost` is None for want of a price."""

    model_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cost: float | None = 0.0


@dataclass(frozen=True)
class Decision:
    """One case, decided: exactly one outcome, with everything it rests on."""

    case: CaseId
    ticket: TicketId | None
    outcome: Outcome
    confidence: float | None
    reply: Reply | None
    asks: tuple[Ask, ...]
    promises: tuple[Promise, ...]
    triage: TriageSummary | None
    evidence: tuple[FoundPassage, ...]
    verdict: Verdict | None
    handover: Handover | None
    reasons: tuple[str, ...]
    engine: EngineUse
    versions: dict[str, str]
    usage: Usage
    timings_ms: dict[str, float]
    decided_at: datetime
    features: dict[str, float] = field(default_factory=dict)
