"""Subscriptions and deliveries as the API takes and shows them, and events as other programs are told them."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints

from api.inputs import Address, Input
from api.outputs import Output
from desk.events import Kind
from desk.webhooks.deliveries import Delivery, State
from desk.webhooks.webhooks import Watched

MOST_EVENTS = 100
Named = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z_]{1,60})$")]


class Wish(Input):
    """Where to tell of which events: https, unless the operator named the host in DESKHAND_ALLOWED_HOSTS."""

    url: Address = Field(examples=["https://hooks.example.com/deskhand"])
    events: list[Named] = Field(
        min_length=1,
        max_length=MOST_EVENTS,
        description="Kinds of events, as this document's webhooks list them; `*` is every one.",
        examples=[["ticket_grave", "kpis_reported"]],
    )


class Change(Wish):
    """Where to tell of which events from now on, or that nothing is to be told for a while."""

    paused: bool = Field(default=False, description="What happens while it is paused is not told later.")


class ShownSubscription(Output):
    """Who hears of which events: `waiting` are on their way, `failed` were given up and wait to be sent again."""

    id: str
    url: str
    events: list[str]
    created_at: datetime
    paused_at: datetime | None
    waiting: int
    failed: int
    left_alone_until: datetime | None

    @classmethod
    def of(cls, watched: Watched) -> Self:
        """Return a subscription as it is shown."""
        one = watched.subscription
        named = {name: getattr(one, name) for name in ("id", "url", "created_at", "paused_at")}
        fares = {name: getattr(watched, name) for name in ("waiting", "failed", "left_alone_until")}
        return cls(**named, **fares, events=list(one.events))


class NewSubscription(ShownSubscription):
    """A new subscription with the secret that what it is told is signed with; null in a repeat."""

    secret: str | None = None


class Subscriptions(Output):
    """Who hears of events, the oldest first."""

    subscriptions: list[ShownSubscription]


class NewSecret(Output):
    """A new secret; for a day what is told is signed with the one before too. Null in a repeat."""

    id: str
    secret: str | None = None


class Unsubscribed(Output):
    """An address that is told nothing more."""

    id: str
    state: str = "deleted"


class ShownDelivery(Output):
    """An event on its way: `answer` is the status that came back last, `error` what went wrong."""

    id: int
    subscription: str
    event: str
    kind: Kind
    ticket: str | None
    happened_at: datetime
    state: State
    attempts: int
    next_attempt_at: datetime | None
    sent_at: datetime | None
    answer: int | None
    error: str | None

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """Return a delivery as it is shown."""
        due = delivery.next_attempt_at if delivery.state == "queued" else None
        shown = {name: getattr(delivery, name) for name in cls.model_fields if name not in ("event", "next_attempt_at")}
        return cls(**shown, event=f"evt_{delivery.event}", next_attempt_at=due)


class Deliveries(Output):
    """Deliveries, the newest first; `next` goes on from here."""

    deliveries: list[ShownDelivery]
    next: int | None


class Replayed(Output):
    """How many events are on their way again."""

    replayed: int


SUBSCRIPTION: dict[str, Any] = {
    "id": "sub_6d1c",
    "url": "https://hooks.example.com/deskhand",
    "events": ["ticket_grave", "kpis_reported"],
    "created_at": "2026-05-04T09:00:00Z",
    "paused_at": None,
    "waiting": 0,
    "failed": 2,
    "left_alone_until": None,
}
SUBSCRIPTIONS: dict[str, Any] = {"subscriptions": [SUBSCRIPTION]}
SUBSCRIBED: dict[str, Any] = {**SUBSCRIPTION, "failed": 0, "secret": "whsec_..."}
SECRET: dict[str, Any] = {"id": "sub_6d1c", "secret": "whsec_..."}
UNSUBSCRIBED: dict[str, Any] = {"id": "sub_6d1c", "state": "deleted"}
DELIVERY: dict[str, Any] = {
    "id": 41,
    "subscription": "sub_6d1c",
    "event": "evt_1207",
    "kind": "ticket_grave",
    "ticket": "tic_8f2e",
    "happened_at": "2026-05-04T09:00:00Z",
    "state": "failed",
    "attempts": 9,
    "next_attempt_at": None,
    "sent_at": None,
    "answer": 503,
    "error": "the address answered 503",
}
DELIVERIES: dict[str, Any] = {"deliveries": [DELIVERY], "next": None}
REPLAYED: dict[str, Any] = {"replayed": 2}
