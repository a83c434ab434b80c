"""Messages on their way to customers as the API shows them, and what a person decides about one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

from pydantic import Field

from api.inputs import Acting, Input, Moment
from api.outputs import Output
from desk.deliveries import AT_ONCE, Outgoing, Repeatable
from desk.outbox import Cause, Standing, State
from domain.turns import Author, Channel


class Deciding(Input):
    """Who decides what becomes of a message."""

    by: Acting


class Repeating(Input):
    """Which failed messages are sent again, and who says so."""

    by: Acting
    cause: Repeatable = Field(
        default="given_up", description="Why they failed; `given_up` are those that an outage held up."
    )
    channel: Channel | None = Field(default=None, description="Only those of a channel.", examples=["email"])
    since: Moment | None = Field(
        default=None, description="Only those on their way since then.", examples=["2026-05-04T00:00:00Z"]
    )


class ShownDelivery(Output):
    """How a message of ours fares on its way; a failed one says by which `cause` and with what `error`.

    `given_up` was tried often enough, `refused` is never taken, of an `uncertain` one nobody knows whether it arrived,
    a `returned` one arrived and came back.
    """

    state: State
    cause: Cause | None
    error: str | None = Field(description="What went wrong last; of one that waits too.")
    attempts: int
    queued_at: datetime
    next_attempt_at: datetime | None = Field(description="When it is tried again at the latest.")
    sent_at: datetime | None

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """Return how a message fares as it is shown."""
        shown = {name: getattr(standing, name) for name in cls.model_fields}
        return cls(**shown | ({} if standing.state == "queued" else {"next_attempt_at": None}))


class ShownOutgoing(Output):
    """A message of ours, and how it fares on its way."""

    message: str
    ticket: str
    channel: Channel
    author: Author
    preview: str = Field(description="How it begins.")
    delivery: ShownDelivery

    @classmethod
    def of(cls, outgoing: Outgoing) -> Self:
        """Return a message on its way as it is shown."""
        named = {name: getattr(outgoing, name) for name in ("ticket", "author", "preview")}
        standing = outgoing.standing
        delivery = ShownDelivery.of(standing)
        return cls(**named, message=standing.message, channel=standing.channel, delivery=delivery)


class Outbox(Output):
    """Messages on their way, the newest first; `next` goes into `after` for those that follow, null after the last."""

    messages: list[ShownOutgoing]
    next: str | None

    @classmethod
    def of(cls, page: Sequence[Outgoing], limit: int) -> Self:
        """Return a page as it is shown; a full one has another after it."""
        following = page[-1].place if len(page) == limit else None
        return cls(messages=[ShownOutgoing.of(one) for one in page], next=following)


class Repeated(Output):
    """How many messages are on their way again, and how many that wait are tried now."""

    replayed: int = Field(description=f"Up to {AT_ONCE:,} in one request.")
    left: int = Field(description="How many are left for the next request.")
    hastened: int


DELIVERY: dict[str, Any] = {
    "state": "failed",
    "cause": "uncertain",
    "error": "the mail may have gone out (the connection broke): look among what was sent",
    "attempts": 1,
    "queued_at": "2026-05-04T09:05:00Z",
    "next_attempt_at": None,
    "sent_at": None,
}
OUTGOING: dict[str, Any] = {
    "message": "msg_03ce",
    "ticket": "tic_9c2e",
    "channel": "email",
    "author": "teammate",
    "preview": "You will have the money on Friday.",
    "delivery": DELIVERY,
}
OUTBOX: dict[str, Any] = {"messages": [OUTGOING], "next": None}
AGAIN: dict[str, Any] = {
    **OUTGOING,
    "delivery": {
        **DELIVERY,
        "state": "queued",
        "cause": None,
        "attempts": 0,
        "queued_at": "2026-05-04T10:00:00Z",
        "next_attempt_at": "2026-05-04T10:01:00Z",
    },
}
ARRIVED: dict[str, Any] = {
    **OUTGOING,
    "delivery": {**DELIVERY, "state": "sent", "cause": None, "error": None, "sent_at": "2026-05-04T10:00:00Z"},
}
REPEATED: dict[str, Any] = {"replayed": 12, "left": 0, "hastened": 3}
