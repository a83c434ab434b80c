"""Accounts at a provider (OpenID Connect): a browser is sent there and comes back with a code for a signed token.

Nothing is kept of a sign-in that has begun: all that must come back unchanged is made of one token, which only the
browser that began it has.

ProviderDown   the provider does not answer as it should; its message says what the operator can look at
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import jwt

from connectors.addresses import Refused
from connectors.outbound import Answer, Outbound, OutboundError, Request
from desk.access.identities import Vouched
from desk.access.roles import Role
from desk.errors import ProviderRefused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
DISCOVERY = "/.well-known/openid-configuration"
SCOPES = "openid email profile"
PREFIX = "deskhand-"  # of the roles that a claim names, so that no other group of the same name counts
RANKED: tuple[Role, ...] = ("admin", "lead", "qa", "teammate", "read_only")
KNOWN_FOR = timedelta(hours=1)
ASKED_AGAIN = timedelta(seconds=30)  # at the earliest, for keys that nobody knew
SLACK = timedelta(seconds=60)  # how far the clocks of two machines may be apart
LONGEST = 300  # characters of a name or an id

Claims = Mapping[str, Any]


class ProviderDown(Exception):
    """The provider does not answer as it should."""


@dataclass(frozen=True)
class Client:
    """How we are known to a provider; `claim` is where it names roles, if it does."""

    issuer: str
    id: str
    secret: str | None = None
    claim: str | None = None


@dataclass(frozen=True)
class Attempt:
    """A sign-in that one browser began: `token` is that browser's alone."""

    token: str

    @property
    def state(self) -> str:
        """Return what comes back with the browser, so that nobody else's answer counts."""
        return self._made("state")

    @property
    def nonce(self) -> str:
        """Return what comes back inside the provider's token, so that no other token counts."""
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        """Return what the code is worth nothing without."""
        return self._made("verifier")

    def _made(self, of: str) -> str:
        return _base64(hashlib.sha256(f"{of}:{self.token}".encode("utf-8", "surrogatepass")).digest())


@dataclass(frozen=True)
class _Kept:
    """What a provider said, and when."""

    told: Claims
    at: datetime


class Provider:
    """A provider of accounts, asked through the one client for what leaves this house."""

    def __init__(self, client: Client, outbound: Outbound, now: Callable[[], datetime]) -> None:
        self._client = client
        self._outbound = outbound
        self._now = now
        self._kept: dict[str, _Kept] = {}

    async def begin(self, attempt: Attempt, back: str) -> str:
        """Return where a browser signs in, and from where it comes `back`.

        Raises ProviderDown.
        """
        asked = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": back,
            "scope": SCOPES,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": _base64(hashlib.sha256(attempt.verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        place = _text(await self.discovered(), "authorization_endpoint")
        self._check(place)
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    async def finish(self, attempt: Attempt, code: str, back: str) -> Vouched:
        """Return whom the provider vouches for, who came back with a code.

        Raises ProviderDown, or ProviderRefused when it vouches for nobody.
        """
        tokens = await self._exchange(attempt, code, back)
        claims = await self._verified(tokens.get("id_token"), attempt.nonce)
        wanted = {"email", *([self._client.claim] if self._client.claim else ())}
        if any(_at(claims, name) is None for name in wanted):
            claims = {**await self._more(tokens.get("access_token"), claims["sub"]), **claims}
        return self._vouched(claims)

    async def discovered(self) -> Claims:
        """Return what the provider says of itself.

        Raises ProviderDown.
        """
        told = await self._recent(self._client.issuer.rstrip("/") + DISCOVERY)
        if told.get("issuer") != self._client.issuer:
            raise ProviderDown(
                f"{self._client.issuer!r} calls itself {told.get('issuer')!r}: set DESKHAND_OIDC_ISSUER so"
            )
        return told

    async def check(self) -> int:
        """See that the provider can be asked, and return how many keys it signs with.

        Raises ProviderDown.
        """
        told = await self._fresh(_text(await self.discovered(), "jwks_uri"))
        self._check(_text(await self.discovered(), "authorization_endpoint"))
        return len(_signing(told))

    async def _exchange(self, attempt: Attempt, code: str, back: str) -> Claims:
        """Return the tokens that a code is good for, once."""
        told = await self.discovered()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
        headers, proof = self._authorized(told.get("token_endpoint_auth_methods_supported"))
        body = urlencode({**form, "code_verifier": attempt.verifier, **proof}, errors="replace").encode()
        headers = {**headers, "content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        answer = await self._ask(
            Request("POST", _text(told, "token_endpoint"), headers, body, redirects=0, secure=True)
        )
        if answer.status == 400 and _json(answer).get("error") == "invalid_grant":
            raise ProviderRefused("broken")
        return _good(answer)

    def _authorized(self, methods: object) -> tuple[dict[str, str], dict[str, str]]:
        """Return how we prove who we are, as headers and as parts of the form."""
        if self._client.secret is None:
            return {}, {"client_id": self._client.id}
        if isinstance(methods, list) and "client_secret_basic" not in methods:
            return {}, {"client_id": self._client.id, "client_secret": self._client.secret}
        pair = ":".join(quote(part, safe="") for part in (self._client.id, self._client.secret))
        return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}, {}

    async def _verified(self, token: object, nonce: str) -> dict[str, Any]:
        """Return the claims of a token that the provider signed for us, now, and for this sign-in.

        The time is the caller's, so it is compared here.
        """
        times = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        options: Any = {**times, "require": ["iss", "aud", "sub", "exp", "iat", "nonce"]}
        if not isinstance(token, str):
            raise ProviderRefused("broken")
        try:
            key = await self._key(jwt.get_unverified_header(token))
            claims: dict[str, Any] = jwt.decode(
                token, key, ALGORITHMS, options, audience=self._client.id, issuer=self._client.issuer
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise ProviderRefused("broken") from error
        alone = claims["aud"] in (self._client.id, [self._client.id]) or claims.get("azp") == self._client.id
        known = claims["sub"] == _short(claims["sub"])
        if not (alone and known and claims["nonce"] == nonce and self._is_of_now(claims)):
            raise ProviderRefused("broken")
        return claims

    def _is_of_now(self, claims: Claims) -> bool:
        times = [claims["iat"], claims["exp"], claims.get("nbf", 0)]
        if any(isinstance(time, bool) or not isinstance(time, int | float) for time in times):
            return False
        begun, ended, earliest = times
        now, slack = self._now().timestamp(), SLACK.total_seconds()
        return bool(max(begun, earliest) <= now + slack and now - slack < ended)

    async def _key(self, header: Claims) -> jwt.PyJWK:
        """Return the key that a token says it is signed with; one that nobody knows may be new."""
        if header.get("alg") not in ALGORITHMS:
            raise jwt.InvalidAlgorithmError("no signature that only the provider can make")
        place = _text(await self.discovered(), "jwks_uri")
        found = _matching(await self._recent(place), header)
        if found is None and self._now() - self._kept[place].at >= ASKED_AGAIN:
            found = _matching(await self._fresh(place), header)
        if found is None:
            raise jwt.InvalidTokenError("no key of the provider's fits")
        return jwt.PyJWK.from_dict(found, header["alg"])

    async def _more(self, token: object, subject: str) -> Claims:
        """Return what the provider tells of an account beside the token, nothing where it tells no more."""
        place = (await self.discovered()).get("userinfo_endpoint")
        if not isinstance(place, str) or not isinstance(token, str) or not token.isascii():
            return {}
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        told = _good(await self._ask(Request("GET", place, headers, redirects=0, secure=True)))
        if told.get("sub") != subject:
            raise ProviderRefused("broken")
        return told

    def _vouched(self, claims: Claims) -> Vouched:
        role = _role(_at(claims, self._client.claim)) if self._client.claim else None
        if self._client.claim and role is None:
            raise ProviderRefused("no_role")
        proven = claims.get("email_verified") in (True, "true")
        email, name = _short(claims.get("email")), _short(claims.get("name"))
        return Vouched(self._client.issuer, claims["sub"], email, proven, name, role)

    async def _recent(self, place: str) -> Claims:
        kept = self._kept.get(place)
        return kept.told if kept and self._now() - kept.at < KNOWN_FOR else await self._fresh(place)

    async def _fresh(self, place: str) -> Claims:
        told = _good(await self._ask(Request("GET", place, redirects=0, secure=True)))
        self._kept[place] = _Kept(told, self._now())
        return told

    async def _ask(self, request: Request) -> Answer:
        try:
            return await self._outbound.request(request)
        except (Refused, OutboundError) as error:
            raise ProviderDown(str(error)) from error

    def _check(self, place: str) -> None:
        try:
            self._outbound.check(place, secure=True)
        except Refused as error:
            raise ProviderDown(str(error)) from error


def _good(answer: Answer) -> Claims:
    if answer.status != 200:
        told = _json(answer).get("error")
        raise ProviderDown(f"{answer.url!r} answers {answer.status}{f', {told}' if isinstance(told, str) else ''}")
    return _json(answer)


def _json(answer: Answer) -> Claims:
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise ProviderDown(f"{answer.url!r} answers {answer.status} with what is no JSON") from error
    if not isinstance(told, dict):
        raise ProviderDown(f"{answer.url!r} answers with what is no JSON object")
    return told


def _text(told: Claims, name: str) -> str:
    found = told.get(name)
    if not isinstance(found, str):
        raise ProviderDown(f"the provider names no {name!r}")
    return found


def _matching(told: Claims, header: Claims) -> dict[str, Any] | None:
    """Return the key that a token names; one that names none is signed with the only one."""
    fitting = [key for key in _signing(told) if key.get("alg") in (None, header["alg"])]
    named = [key for key in fitting if "kid" not in header or key.get("kid") == header["kid"]]
    return named[0] if len(named) == 1 else None


def _signing(told: Claims) -> list[dict[str, Any]]:
    """Return the keys of a list that are there to sign with."""
    keys = told.get("keys")
    listed = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
    return [key for key in listed if key.get("use") != "enc"]


def _at(claims: Claims, name: str) -> Any:
    """Return a claim by its name, or by its path with dots between where it stands inside others."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _role(named: object) -> Role | None:
    """Return the role that may the most among those that a claim names."""
    names = {name for name in (named if isinstance(named, list) else [named]) if isinstance(name, str)}
    return next((role for role in RANKED if f"{PREFIX}{role.replace('_', '-')}" in names), None)


def _short(value: object) -> str | None:
    """Return a text that the desk can keep, None for whatever else."""
    fits = isinstance(value, str) and 0 < len(value.strip()) <= LONGEST and value.isprintable()
    return str(value).strip() if fits else None


def _base64(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
