"""Tokens: what opens something, told once and kept as a hash."""

import hashlib
import secrets


def invent(mark: str) -> str:
    """Return a new token: 256 random bits behind a mark that says what it is."""
    return f"{mark}_{secrets.token_urlsafe(32)}"


def hashed(token: str) -> bytes:
    """Return what is kept of a token; it is found by this, so that no comparison tells how much was right."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
