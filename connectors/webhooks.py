"""Webhooks out: each event as a CloudEvent, signed as the Standard Webhooks are, sent to one address.

Undelivered   it did not get there; its `failure` says why
 +- Gone      the address says that it is gone for good
"""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from standardwebhooks import Webhook

from connectors.addresses import Refused
from connectors.outbound import Answer, Outbound, OutboundError, Request
from desk.errors import SubscriptionRefused
from desk.webhooks.deliveries import Delivery, Failure
from desk.webhooks.subscriptions import Target

MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
VERSION = 1  # of what `data` holds; it counts on when a fact is taken away or means something else
PREFIX = "deskhand."
GONE = 410


class Undelivered(Exception):
    """An event did not get to an address."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.error)
        self.failure = failure


class Gone(Undelivered):
    """The address is gone for good."""


class Sender:
    """Sends events through the one client for what leaves this house."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    def check(self, url: str) -> None:
        """See that an address may be told.

        Raises SubscriptionRefused.
        """
        try:
            self._outbound.check(url, secure=True)
        except Refused as error:
            raise SubscriptionRefused(str(error)) from error

    async def send(self, target: Target, delivery: Delivery, now: datetime) -> int:
        """Send an event and return the status of the answer, which is a good one.

        Redirects are not followed, since the signature was meant for this address. Raises Undelivered.
        """
        payload = json.dumps(told(delivery), ensure_ascii=False, separators=(",", ":"))
        request = Request(
            "POST", target.url, signed(target, delivery, payload, now), payload.encode(), redirects=0, secure=True
        )
        try:
            answer = await self._outbound.request(request)
        except (Refused, OutboundError) as error:
            raise Undelivered(Failure(str(error))) from error
        if not 200 <= answer.status < 300:
            raise _undelivered(answer, now)
        return answer.status


def told(delivery: Delivery) -> dict[str, Any]:
    """Return an event as others read it: a CloudEvent in JSON, with our version of its data."""
    return {
        "specversion": "1.0",
        "id": name(delivery),
        "source": f"/brands/{delivery.brand}",
        "type": PREFIX + delivery.kind,
        "version": VERSION,
        "time": delivery.happened_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        **({"subject": delivery.ticket} if delivery.ticket else {}),
        "datacontenttype": "application/json",
        "data": {"brand": delivery.brand, "ticket": delivery.ticket, **delivery.facts, **(delivery.more or {})},
    }


def name(delivery: Delivery) -> str:
    """Return the id of an event, the same however often it is sent."""
    return f"evt_{delivery.event}"


def signed(target: Target, delivery: Delivery, payload: str, now: datetime) -> dict[str, str]:
    """Return the headers that say what is sent and prove who sent it; while a secret is replaced both sign."""
    at = now.astimezone(UTC)
    signatures = (Webhook(secret).sign(name(delivery), at, payload) for secret in target.secrets)
    return {
        "content-type": MEDIA_TYPE,
        "webhook-id": name(delivery),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _undelivered(answer: Answer, now: datetime) -> Undelivered:
    if answer.status == GONE:
        return Gone(Failure("the address answered 410: it is gone", GONE))
    says = f"the address answered {answer.status}"
    if 300 <= answer.status < 400:
        says += ": it redirects; tell the address that it leads to"
    return Undelivered(Failure(says, answer.status, _wait(answer.headers.get("retry-after", ""), now)))


def _wait(after: str, now: datetime) -> timedelta | None:
    """Return how long a Retry-After asks to wait, None where it asks nothing that can be read."""
    if after.isascii() and after.isdigit():
        return timedelta(seconds=min(int(after[:9]), 10**6))
    try:
        at = parsedate_to_datetime(after)
    except ValueError:
        return None
    return at.replace(tzinfo=at.tzinfo or UTC) - now
