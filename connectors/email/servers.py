"""Where mail servers are and how to speak with them in private."""

import ssl
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORTS = {"smtps": 465, "smtp": 587, "imaps": 993, "imap": 143}
TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Server:
    """A mail server: `scheme` is smtp or imap, and with an s at the end encrypted from the first byte."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = None
    timeout_s: float = TIMEOUT_S

    @classmethod
    def at(cls, url: str, user: str | None = None, password: str | None = None, timeout_s: float = TIMEOUT_S) -> Self:
        """Return the server of an address such as `imaps://mail.example.com`, or with a port at its end."""
        parts = urlsplit(url)
        return cls(parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme], user, password, timeout_s)

    @property
    def encrypted(self) -> bool:
        """Say whether it is encrypted from the first byte."""
        return self.scheme.endswith("s")

    @property
    def near(self) -> bool:
        """Say whether it runs on this machine, so that nobody listens in between."""
        return self.host in LOOPBACK

    def trust(self) -> ssl.SSLContext:
        """Return what certificates are checked by."""
        return ssl.create_default_context()

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"
