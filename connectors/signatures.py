"""Signatures of requests that come in, by the scheme of the Standard Webhooks: who sent it, all of it, and just now.

A request is looked at twice: its headers before its body is read, so that what is old or unsigned costs nothing, and
then both together. Bodies are bytes, since a mail need not be text.

Unproven   a request that proves nothing; its message says what is wrong and the way out
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PREFIX = "whsec_"
FEWEST = 24  # bytes of a secret
TOLERANCE = timedelta(minutes=5)  # how far the clocks of two machines may be apart

_VERSION = "v1,"
_ID = re.compile(r"[A-Za-z0-9_:-]{1,200}")  # no dot: it ends the id in what is signed
_SECONDS = re.compile(r"[0-9]{1,11}")


class Unproven(Exception):
    """A request does not prove who sent it, or is too old."""


@dataclass(frozen=True)
class Claim:
    """What the headers of a request say of it: nothing is proven before the body was seen too."""

    id: str
    seconds: str
    signatures: tuple[str, ...]


def keys(secrets: str) -> tuple[bytes, ...]:
    """Return what secrets sign with, written `whsec_...`, two with a comma between while one replaces the other.

    Raises ValueError.
    """
    return tuple(_key(secret.strip()) for secret in secrets.split(","))


def sign(key: bytes, id: str, seconds: str, body: bytes) -> str:
    """Return the signature of a body as the header carries it."""
    digest = hmac.new(key, f"{id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return _VERSION + base64.b64encode(digest).decode()


class Signatures:
    """Tells requests that one of these keys signed from all others."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def claim(self, headers: Mapping[str, str], now: datetime) -> Claim:
        """Return what the headers claim; `headers` finds names in lower case.

        Raises Unproven where they are not whole or not of now.
        """
        id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not _ID.fullmatch(id):
            raise Unproven("`webhook-id` is missing or holds other than letters, digits, `_`, `:` and `-`")
        if not _SECONDS.fullmatch(seconds):
            raise Unproven("`webhook-timestamp` is missing or is no number of seconds since 1970")
        if abs(now.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
            raise Unproven("`webhook-timestamp` is more than five minutes off: sign anew with each try")
        given = headers.get("webhook-signature", "").split(" ")
        return Claim(id, seconds, tuple(one for one in given if one.startswith(_VERSION)))

    def require(self, claim: Claim, body: bytes) -> None:
        """See that this very request was signed.

        Raises Unproven.
        """
        wanted = [sign(key, claim.id, claim.seconds, body).encode() for key in self._keys]
        given = [one.encode("utf-8", "surrogatepass") for one in claim.signatures]
        if not any(hmac.compare_digest(one, other) for one in given for other in wanted):
            raise Unproven("`webhook-signature` is not of this request: sign `id.timestamp.body` with the secret")


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or len(key) < FEWEST:
        raise ValueError(
            f"wants {PREFIX!r} and at least {FEWEST} bytes in base64: `openssl rand -base64 32` makes some"
        )
    return key
