"""A provider of accounts on this machine: it keeps to the standard, until a test lets it do something else."""

import base64
import hashlib
import json
from asyncio import StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt

from connectors.outbound import Outbound
from tests.listening import listening

# made for these tests
RSA = {
    "kty": "RSA",
    "e": "AQAB",
    "n": "rmy4SZQ-XGg2Mx8P1sZMdVgPrEo9824_eYlDrsSGnmLS57030Z3GwqdyFeKTIw_VDOcedUMuL-MowqIK5lqkO1shtXAt9SQ5v6xxVFxNZXF"
    "HY7Y0CgrmGFgZBcmfy62NK7mDsi-qBJYeRbnQDV_FaIR68yyh5x4a_8EZsZ1DYF80sE_k825j_Ii3UPkK0xsdIjnQDomeeVXj2kEwt6zQYWAyYLy5"
    "tcEEEG_-YRhtJItRuTLST64_gNBukH7VqTodyv06P2sTxJBKCiKjm4tveZG9xxCZzrPT4rDGuZG5WQRFcgRqhjbFozqpAwNNqKsoC3AFqx4UBK-Tr"
    "MlI2x78jQ",
    "d": "xDmLGTus7EhQsTJAn152pYxsFWdwSmu8_P1vJy3wRD7pBcvY__h_ony92-EJpmgpRlq76S-qxjTHpi6mFH_kQuJDCdsp2J7oWLmmxUER0Q2"
    "fQo23_ZRFRx3VCK3LF1gneQk7HzqACqjXZZmkdWdIrkxcBTYw7dDwjsiuHyLMqZyRG0mjJSOQsVff1pN93Bc1_Rj-4ZK7TX2SXRX9SqqpAn0QCs1C"
    "-XBYUMjFPUZFrJsYuMk7Zg1LVxVYRPFuWsfbnqR2edc499mMD-xnYvytfHAjgIoVXIWGK5GR4Gkj2GrmK_k-wcYAFn2G9s48N-XUcM8GYTcl_zMJT"
    "mHtZGAB",
}
EC = {
    "kty": "EC",
    "crv": "P-256",
    "x": "Xuc783q8cVU1OZZ1wHj_3AxqnBjY-aSDvjcX7eZrqfc",
    "y": "5KuGeGk9bhrQOUd5loFtntXSxHEu6d2Gc08zLDd2rNU",
    "d": "MwZoGQVZCLNzd18ezHdkJYVvxPO_wib7HlpYGaUm8Vk",
}
ALGORITHM = {"RSA": "RS256", "EC": "ES256"}
CLIENT = "deskhand"
SECRET = "s&cret:of ours"
ANNA: dict[str, Any] = {"sub": "acc-1", "email": "anna@example.com", "email_verified": True, "name": "Anna Lund"}

Claims = dict[str, Any]


@dataclass
class Begun:
    """A sign-in that waits for its code to be exchanged."""

    challenge: str
    nonce: str
    back: str
    account: Claims


@dataclass
class LocalProvider:
    """What it knows and does: `alters` changes the claims of a token, `seals` signs it in place of the provider.

    `tells` are the claims that the token holds; the others are told beside it.
    """

    now: datetime
    port: int = 0
    keys: dict[str, Claims] = field(default_factory=lambda: {"first": RSA})
    signs_with: str = "first"
    alters: Callable[[Claims], Claims] = dict
    seals: Callable[[Claims], Any] | None = None
    tells: Callable[[str], bool] = lambda name: True
    about: Claims = field(default_factory=dict)
    checks_verifier: bool = True
    down: bool = False
    begun: dict[str, Begun] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def outbound(self) -> Outbound:
        """Return a client that may ask it, which trusts no certificates: loading them takes longer than a test."""
        return Outbound([f"127.0.0.1:{self.port}"], certificates=SSLContext(PROTOCOL_TLS_CLIENT))

    def sign_in(self, place: str, account: Claims = ANNA) -> str:
        """Sign an account in as a browser does that is sent to a place, and return where it is sent back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}
        assert place.startswith(f"{self.issuer}/authorize?")
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert (asked["code_challenge_method"], set(asked["scope"].split())) == ("S256", {"openid", "email", "profile"})
        code = f"code-{len(self.begun) + 1}"
        self.begun[code] = Begun(asked["code_challenge"], asked["nonce"], asked["redirect_uri"], account)
        return f"{asked['redirect_uri']}?{httpx.QueryParams(code=code, state=asked['state'])}"

    async def respond(self, request: str, writer: StreamWriter) -> None:
        head, _, body = request.partition("\r\n\r\n")
        path = head.split(" ")[1]
        self.asked.append(path.partition("?")[0])
        if path.startswith("/authorize?"):
            place = self.sign_in(f"{self.issuer}{path}")
            writer.write(f"HTTP/1.1 302 X\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n".encode())
            return
        status, told = (503, {}) if self.down else self._answer(path, head, body)
        content = json.dumps(told).encode()
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(content)}\r\n\r\n".encode() + content)

    def _answer(self, path: str, head: str, body: str) -> tuple[int, Claims]:
        if path == "/.well-known/openid-configuration":
            places = {name: f"{self.issuer}/{path}" for name, path in PLACES.items()}
            return 200, {"issuer": self.issuer, **places, **self.about}
        if path == "/keys":
            public = {name: {k: v for k, v in key.items() if k != "d"} for name, key in self.keys.items()}
            return 200, {"keys": [{**key, "kid": name, "use": "sig"} for name, key in public.items()]}
        if path == "/token":
            return self._exchange(head, {name: values[0] for name, values in parse_qs(body).items()})
        account = self.begun[head.lower().split("authorization: bearer ")[1].split("\r\n")[0]].account
        return 200, {name: value for name, value in account.items() if name == "sub" or not self.tells(name)}

    def _exchange(self, head: str, form: Claims) -> tuple[int, Claims]:
        proof = base64.b64encode(b"deskhand:s%26cret%3Aof%20ours").decode()
        if f"authorization: Basic {proof}" not in head and form.get("client_secret") != SECRET:
            return 401, {"error": "invalid_client"}
        begun = self.begun.get(form["code"])
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        )
        if not begun or begun.back != form["redirect_uri"] or (self.checks_verifier and begun.challenge != challenge):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": form["code"], "token_type": "Bearer", "id_token": self._token(begun)}

    def _token(self, begun: Begun) -> Any:
        at = int(self.now.timestamp())
        about = {"iss": self.issuer, "aud": CLIENT, "nonce": begun.nonce, "iat": at, "exp": at + 300}
        told = {name: value for name, value in begun.account.items() if name == "sub" or self.tells(name)}
        claims = self.alters({**about, **told})
        return self.seals(claims) if self.seals else self.sign(claims)

    def sign(self, claims: Claims, **header: Any) -> str:
        """Return a token with these claims, as the provider signs it."""
        key = self.keys[self.signs_with]
        algorithm = ALGORITHM[key["kty"]]
        return jwt.encode(claims, jwt.PyJWK(key, algorithm), algorithm, {"kid": self.signs_with, **header})


PLACES = {
    "authorization_endpoint": "authorize",
    "token_endpoint": "token",
    "jwks_uri": "keys",
    "userinfo_endpoint": "userinfo",
}


@asynccontextmanager
async def providing(now: datetime) -> AsyncIterator[LocalProvider]:
    """Yield a provider that answers until the test is through."""
    provider = LocalProvider(now)
    async with listening(provider.respond) as heard:
        provider.port = heard.port
        yield provider
