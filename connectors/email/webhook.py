"""Mails that a program posts: whole, as they arrived, signed by a secret that only it has.

Unreadable   a signed body that holds no mail; its message says what to send
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import datetime

from connectors.email.intake import Intake
from connectors.signatures import Claim, Signatures
from desk.receiving import Received

NAMES = ("raw", "RawEmail", "body-mime")  # what providers call a mail as it arrived


class Unreadable(Exception):
    """A signed body holds no mail."""


class MailWebhook:
    """Takes a mail once, however often it is posted."""

    def __init__(self, intake: Intake, signatures: Signatures, now: Callable[[], datetime]) -> None:
        self._intake = intake
        self._signatures = signatures
        self._now = now

    def claim(self, headers: Mapping[str, str]) -> Claim:
        """Return what the headers of a request claim, before anybody reads its body.

        Raises Unproven.
        """
        return self._signatures.claim(headers, self._now())

    async def take(self, claim: Claim, body: bytes, as_json: bool) -> Received | None:
        """Return where the mail of a body is stored, the first time and at every repeat; None where nobody wrote it.

        Raises Unproven, or Unreadable.
        """
        self._signatures.require(claim, body)
        raw = mail_of(body) if as_json else body
        if not raw.strip():
            raise Unreadable("the mail is empty")
        return await self._intake.take_delivered(raw, claim.id)


def mail_of(body: bytes) -> bytes:
    """Return the mail in a JSON document, where it stands as text or in base64.

    Raises Unreadable.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is no JSON in UTF-8") from error
    found = [told[name] for name in NAMES if isinstance(told.get(name), str)] if isinstance(told, dict) else []
    if not found:
        raise Unreadable(f"the JSON holds no text under {' or '.join(map(repr, NAMES))}: send the mail as it arrived")
    return _bytes(found[0])


def _bytes(mail: str) -> bytes:
    """Return the bytes of a mail; one in base64 has no colon, and no mail is without."""
    if ":" not in mail:
        try:
            return base64.b64decode("".join(mail.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise Unreadable("what should be a mail is neither one nor base64") from error
    return mail.encode("utf-8", "replace")
