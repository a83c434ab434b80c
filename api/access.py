"""Who may do what: a key names its brand and its scopes, and a request never names its brand.

Three kinds of caller: a key from `deskhand keys create`; the key of this run, which the operator's own commands read
from `serve.json`; and, in demo mode, anybody on this machine.
"""

import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api import problems
from api.ports import Services, services
from desk.keys import SCOPES, Scope
from domain.articles import Audience
from domain.ids import DEFAULT_BRAND, BrandId

GUEST: frozenset[Scope] = frozenset({"search", "drafts", "chat"})
_bearer = HTTPBearer(
    auto_error=False, scheme_name="key", description="A key from `deskhand keys create`, or of POST /v1/keys."
)


@dataclass(frozen=True)
class Access:
    """What a caller may do, in which brand; `caller` tells callers apart and is no secret."""

    caller: str
    brand: BrandId
    scopes: frozenset[Scope]

    def allows(self, *scopes: Scope) -> bool:
        """Say whether the caller holds one of these scopes; `admin` holds them all."""
        return not self.scopes.isdisjoint({*scopes, "admin"})

    @property
    def audience(self) -> Audience:
        """Return whose articles the caller may read."""
        return "teammate" if self.allows("articles") else "customer"


async def identified(
    request: Request,
    house: Annotated[Services, Depends(services)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    brand: Annotated[str | None, Header(alias="X-Deskhand-Brand", include_in_schema=False)] = None,
) -> Access:
    """Return who is calling.

    Raises Unauthorized when there is no key where one is needed, or one that does not hold.
    """
    if given is None:
        if house.demo and _is_here(request):
            return Access("demo", DEFAULT_BRAND, GUEST)
        raise _unauthorized("Send a key as `Authorization: Bearer KEY`; `deskhand keys create` makes one.")
    if house.run_key and hmac.compare_digest(given.credentials.encode(), house.run_key.encode()):
        return await _operator(house, brand)
    record = await house.desk.check_key(given.credentials, house.context.now())
    if record is None:
        raise _unauthorized("The key is unknown, expired or revoked; `deskhand keys list` shows those that hold.")
    return Access(record.id, record.brand, frozenset(scope for scope in SCOPES if scope in record.scopes))


def access(*scopes: Scope) -> Callable[..., Awaitable[Access]]:
    """Return a dependency that lets in whoever holds one of these scopes."""

    async def allowed(caller: Annotated[Access, Depends(identified)]) -> Access:
        if not caller.allows(*scopes):
            wanted = " or ".join(repr(scope) for scope in scopes)
            raise problems.Forbidden(f"This takes a key with the scope {wanted}; `deskhand keys create` makes one.")
        return caller

    return allowed


async def _operator(house: Services, brand: str | None) -> Access:
    """Return the operator's access; only the operator may name a brand, since the run's key belongs to none."""
    known = {row.id for row in await house.desk.brands()}
    chosen = BrandId(brand or DEFAULT_BRAND)
    if chosen not in known:
        raise problems.Unknown("There is no such brand; `deskhand brands list` shows those there are.")
    return Access(f"run:{chosen}", chosen, frozenset(SCOPES))


def _is_here(request: Request) -> bool:
    """Say whether caller and address are this machine's.

    The address guards against a page that rebinds its name, the headers against a proxy that speaks for strangers.
    """
    client = request.client.host if request.client else ""
    proxied = "forwarded" in request.headers or "x-forwarded-for" in request.headers
    return not proxied and _is_loopback(client) and _is_loopback(request.url.hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _unauthorized(detail: str) -> problems.Unauthorized:
    return problems.Unauthorized(detail, headers={"WWW-Authenticate": "Bearer"})
