"""What triage finds out about a turn."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from domain.ids import AskId

AskState = Literal["open", "answered", "clarified", "declined", "handed_over"]
Sentiment = Literal["positive", "neutral", "negative", "angry"]
Flag = Literal[
    "wants_person",
    "legal",
    "safety",
    "abuse",
    "churn_risk",
    "incident_like",
    "injection",
    "pii",
    "out_of_scope",
]


class Priority(StrEnum):
    """How soon a ticket must be answered, the most urgent first."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


@dataclass(frozen=True)
class Ask:
    """One question or request inside a turn; open until a case settles it."""

    id: AskId
    text: str
    state: AskState = "open"


@dataclass(frozen=True)
class Entity:
    """Something named in the turn that a person would look up: an order, an amount, an error code."""

    kind: str
    text: str


@dataclass(frozen=True)
class Triage:
    """What the customer wants, how soon, and why we think so; `confidence` 0..1 is that of the intent.

    `frustration` is 0 calm, 1 bothered, 2 worn out, 3 furious. The asks `outside` want an opinion, advice or work that
    this desk does not give: nothing is drafted for them.
    """

    asks: tuple[Ask, ...]
    intent: str
    priority: Priority
    sentiment: Sentiment
    language: str
    entities: tuple[Entity, ...]
    skills: tuple[str, ...]
    flags: tuple[Flag, ...]
    confidence: float
    reasons: tuple[str, ...]
    outside: tuple[AskId, ...] = ()
    frustration: int = 0
