"""What a support lead may edit: intents, teams, tone, targets and thresholds of one brand, as frozen data."""

from dataclasses import dataclass
from typing import Literal

from domain.triage import Flag, Priority

Handling = Literal["auto", "draft", "human"]


@dataclass(frozen=True)
class Intent:
    """A kind of request: what it is called, how people word it, who is good at it, how far the bot may go."""

    name: str
    description: str
    examples: tuple[str, ...]
    skill: str
    team: str
    handling: Handling = "auto"
    in_scope: bool = True


@dataclass(frozen=True)
class Phrases:
    """The sentences of our own that a reply may carry, in one language."""

    greeting: str
    sorry: str
    closing: str
    no_answer: str
    handed_over: str
    already_handed_over: str
    checking: str
    other_language: str
    clarify: str


@dataclass(frozen=True)
class Target:
    """How long a priority may wait, in minutes, and whether only business hours count."""

    response: int
    resolution: int
    business_hours: bool


@dataclass(frozen=True)
class Thresholds:
    """Where the gate draws its lines, each 0..1; uncalibrated until `deskhand calibrate` has fitted them."""

    answerable: float
    send: float
    triage_sure: float


@dataclass(frozen=True)
class Policy:
    """One brand's policy; `version` is a hash of the files it came from."""

    version: str
    languages: tuple[str, ...]
    intents: tuple[Intent, ...]
    flag_examples: dict[Flag, tuple[str, ...]]
    phrases: dict[str, Phrases]
    targets: dict[Priority, Target]
    thresholds: Thresholds
    tone: str
    scope: str
    link_hosts: tuple[str, ...]

    def intent(self, name: str) -> Intent | None:
        """Return the intent of that name, None when the policy has none."""
        return next((intent for intent in self.intents if intent.name == name), None)

    def speak(self, language: str) -> Phrases:
        """Return our own sentences in that language, or in the first language of the policy."""
        return self.phrases.get(language) or self.phrases[self.languages[0]]
