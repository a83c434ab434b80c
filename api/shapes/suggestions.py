"""Suggestions as teammates see them and decide on them."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field

from api.inputs import Acting, Input, Storable, Text
from api.outputs import Output
from desk.work.edits import Change, edits
from desk.work.suggestions import Reason, State, Suggestion


class Decided(Input):
    """Who decides."""

    teammate: Acting


class Edited(Decided):
    """A teammate's version of a suggested reply."""

    text: Text = Field(examples=["You can change your address under Profile. Tell me if that fails."])


class Rejected(Decided):
    """Why a suggestion is of no use."""

    reason: Reason = Field(examples=["incomplete"])
    comment: Annotated[Storable, Field(max_length=2000)] | None = Field(
        default=None, description="The same in your own words; it helps whoever mends the articles.", examples=[None]
    )


class ShownEdit(Output):
    """A run of words that the teammate kept, removed or added."""

    change: Change
    text: str


class ShownSuggestion(Output):
    """A checked draft that waits for a teammate, or what became of it.

    `edits` lead from the draft to what is sent; `advice` is what the checker says of that. Until `send_at` a decision
    can be undone.
    """

    case: str
    ticket: str
    state: State
    text: str
    final_text: str | None
    edits: list[ShownEdit]
    reason: Reason | None
    comment: str | None
    advice: list[dict[str, Any]]
    decided_by: str | None
    decided_at: datetime | None
    send_at: datetime | None
    message: str | None
    created_at: datetime

    @classmethod
    def of(cls, found: Suggestion) -> Self:
        """Return a suggestion as it is shown."""
        told = {name: getattr(found, name) for name in cls.model_fields if name not in ("edits", "advice")}
        changed = edits(found.text, found.final_text) if found.final_text is not None else []
        return cls(
            **told, edits=[ShownEdit(change=one.change, text=one.text) for one in changed], advice=found.advice or []
        )


class Suggestions(Output):
    """The drafts of a brand that wait for a teammate, the oldest first."""

    suggestions: list[ShownSuggestion]


SUGGESTION: dict[str, Any] = {
    "case": "cas_7a10",
    "ticket": "tic_9c2e",
    "state": "waiting",
    "text": "You can change your address under Profile.",
    "final_text": None,
    "edits": [],
    "reason": None,
    "comment": None,
    "advice": [],
    "decided_by": None,
    "decided_at": None,
    "send_at": None,
    "message": None,
    "created_at": "2026-05-04T09:00:00Z",
}
_DECIDED = {"decided_by": "tea_4f1c", "decided_at": "2026-05-04T09:05:00Z"}
APPROVED: dict[str, Any] = {**SUGGESTION, **_DECIDED, "state": "approved", "send_at": "2026-05-04T09:05:10Z"}
EDITED: dict[str, Any] = {
    **APPROVED,
    "state": "edited",
    "final_text": "You can change your address under Settings.",
    "edits": [
        {"change": "kept", "text": "You can change your address under "},
        {"change": "removed", "text": "Profile."},
        {"change": "added", "text": "Settings."},
    ],
    "advice": [{"part": "grounding", "score": 0.31, "reason": "the sentence that the evidence supports least"}],
}
REJECTED: dict[str, Any] = {**SUGGESTION, **_DECIDED, "state": "rejected", "reason": "incomplete"}
WAITING: dict[str, Any] = {"suggestions": [SUGGESTION]}
