"""Graded examples: the rows of a suite's data, one shape per kind of suite."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

Kind = Literal["retrieval", "intents", "abstention", "grounding", "ratings", "safety", "replies", "given", "pairs"]


def _as_word(value: object) -> object:
    """Spell yes/no labels as JSON and YAML do, so that `true` matches `true`."""
    return str(value).lower() if isinstance(value, bool) else value


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _as_numbers(value: object) -> object:
    return (value,) if isinstance(value, (int, float)) else value


Word = Annotated[str, BeforeValidator(_as_word)]
Text = Annotated[str, Field(min_length=1)]
Words = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Numbers = Annotated[tuple[float, ...], BeforeValidator(_as_numbers)]


class Row(BaseModel):
    """What every row has; `graded` names the fields a system under test never sees."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    graded: ClassVar[frozenset[str]] = frozenset()
    outside: ClassVar[dict[str, str]] = {}

    id: str | None = None

    def asked(self) -> dict[str, Any]:
        """Return what a system may see of the row."""
        return self.model_dump(mode="json", exclude={"id", *self.graded})


class RetrievalRow(Row):
    """A question and the articles that answer it; none means that the corpus does not.

    Articles in `without` count as if they did not exist.
    """

    kind: Literal["retrieval"] = "retrieval"
    graded: ClassVar[frozenset[str]] = frozenset({"relevant"})
    outside: ClassVar[dict[str, str]] = {"relevant": "relevant_ids"}

    question: Text
    relevant: Words
    history: tuple[str, ...] = ()
    asked_at: datetime | None = None
    without: Words | None = None

    def asked(self) -> dict[str, Any]:
        """Return what a system may see of the row; only what is known of it."""
        return self.model_dump(mode="json", exclude={"id", *self.graded}, exclude_none=True)

    @field_validator("asked_at")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class AbstentionRow(Row):
    """A question with the class that says whether the corpus answers it."""

    kind: Literal["abstention"] = "abstention"
    graded: ClassVar[frozenset[str]] = frozenset({"relevant", "label"})
    outside: ClassVar[dict[str, str]] = {"relevant": "relevant_ids", "label": "class"}

    question: Text
    label: Word
    relevant: Words = ()
    history: tuple[str, ...] = ()


class IntentRow(Row):
    """A customer's words and the intent a person gave them."""

    kind: Literal["intents"] = "intents"
    graded: ClassVar[frozenset[str]] = frozenset({"label"})

    text: Text
    label: Word


class GroundingRow(Row):
    """An answer, what it should rest on, and whether a person found it supported."""

    kind: Literal["grounding"] = "grounding"
    graded: ClassVar[frozenset[str]] = frozenset({"label"})

    context: str
    answer: Text
    label: Word
    question: str | None = None


class RatingRow(Row):
    """An answer and what people think of it, one or more ratings per dimension, higher is better."""

    kind: Literal["ratings"] = "ratings"
    graded: ClassVar[frozenset[str]] = frozenset({"label", "ratings"})

    answer: Text
    ratings: dict[str, Numbers]
    question: str | None = None
    context: str | None = None
    history: tuple[str, ...] = ()
    label: Word | None = None


class SafetyRow(Row):
    """A text, whether it is an attack, and where it holds personal data."""

    kind: Literal["safety"] = "safety"
    graded: ClassVar[frozenset[str]] = frozenset({"label", "category", "spans"})
    outside: ClassVar[dict[str, str]] = {"category": "kind"}

    text: Text
    label: Word
    category: str = ""
    spans: tuple[tuple[str, int, int], ...] = ()


class ReplyRow(Row):
    """A customer's turn and the rules its decision must obey; a list inside `must_include` means any one of it.

    Rows of one `seed` ask the same in other words, so they are no independent trials.
    """

    kind: Literal["replies"] = "replies"
    graded: ClassVar[frozenset[str]] = frozenset(
        {"answer", "relevant", "must_include", "must_not_include", "outcome", "priority", "seed"}
    )
    outside: ClassVar[dict[str, str]] = {"relevant": "relevant_ids"}

    question: Text
    history: tuple[str, ...] = ()
    language: str | None = None
    relevant: Words = ()
    answer: str | None = None
    must_include: tuple[Words, ...] = ()
    must_not_include: Words = ()
    outcome: Words = ()
    priority: Words = ()
    seed: str | None = None


class GivenRow(Row):
    """A reply that is handed in, whoever wrote it, to be scored as it stands."""

    kind: Literal["given"] = "given"

    question: Text
    answer: Text
    history: tuple[str, ...] = ()
    evidence: Words = ()
    author: str | None = None


class PairRow(Row):
    """Two replies that differ in one flaw of the tone; `mood` is how the customer sounded."""

    kind: Literal["pairs"] = "pairs"

    part: str
    better: Text
    worse: Text
    mood: str = "neutral"


AnyRow = Annotated[
    RetrievalRow | AbstentionRow | IntentRow | GroundingRow | RatingRow | SafetyRow | ReplyRow | GivenRow | PairRow,
    Field(discriminator="kind"),
]
ROWS: dict[Kind, type[Row]] = {
    "retrieval": RetrievalRow,
    "intents": IntentRow,
    "abstention": AbstentionRow,
    "grounding": GroundingRow,
    "ratings": RatingRow,
    "safety": SafetyRow,
    "replies": ReplyRow,
    "given": GivenRow,
    "pairs": PairRow,
}


@dataclass(frozen=True)
class Example:
    """A row with its id, the slices it belongs to, and whether it is a positive case.

    `positive` says what the suite's labels make of the row: answerable, in scope, supported, an attack; None where the
    suite does not say.
    """

    id: str
    row: AnyRow
    positive: bool | None
    slices: Mapping[str, str]

    def key(self) -> str:
        """Return a short hash of what a system may see: equal keys ask the same."""
        return digest(self.row.asked())


def digest(document: object) -> str:
    """Return a short hash of anything JSON can hold."""
    written = json.dumps(document, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:16]
