"""Who may do what: a caller has a brand and scopes, and a request never names its brand.

Five kinds of caller: a key from `deskhand keys create`; the key of this run, which the operator's own commands read
from `serve.json`; a teammate who is signed in, by cookie; a customer in a session of theirs; and, in demo mode,
anybody on this machine. Whose a ticket, a conversation or an article is, is asked in one `access_` function each.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api import problems
from api.callers import Caller, Callers
from api.ports import Services, address, services
from desk.access import visitors
from desk.access.roles import RIGHTS
from desk.access.sessions import Session
from desk.access.visitors import Visitor
from desk.errors import UnknownTicket
from desk.keys import SCOPES, KeyRecord, Scope
from desk.tickets import Ticket
from domain.articles import VISIBLE_TO, Article, Audience
from domain.ids import DEFAULT_BRAND, ArticleId, BrandId, CustomerId, TeammateId, TicketId

GUEST: frozenset[Scope] = frozenset({"search", "drafts", "chat"})
VISITOR: frozenset[Scope] = frozenset({"search", "chat"})
READING = frozenset({"GET", "HEAD"})
COOKIE = "deskhand_session"
DEMO = "demo"  # what anybody on this machine calls as
RUN = "run:"  # what the operator's own commands call as, before the brand
_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="A key from `deskhand keys create` or POST /v1/keys, or a customer's from POST /v1/chat/session.",
)
_cookie = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="session",
    description="A teammate's session from POST /v1/session; what writes carries its `X-CSRF-Token` too.",
)


@dataclass(frozen=True)
class Access:
    """What a caller may do, in which brand; `caller` tells callers apart and is no secret.

    `reads` are scopes for requests that change nothing. `teammate` is who is signed in, `customer` whose session it is,
    `proven` where their brand signed for them.
    """

    caller: str
    brand: BrandId
    scopes: frozenset[Scope]
    reads: frozenset[Scope] = frozenset()
    teammate: TeammateId | None = None
    customer: CustomerId | None = None
    proven: bool = False

    def allows(self, *scopes: Scope, reading: bool = False) -> bool:
        """Say whether the caller holds one of these scopes; `admin` holds them all."""
        held = self.scopes | self.reads if reading else self.scopes
        return not held.isdisjoint({*scopes, "admin"})

    @property
    def audience(self) -> Audience:
        """Return whose articles the caller may read."""
        return "teammate" if self.teammate or self.allows("articles") else "customer"

    @property
    def counted(self) -> Caller:
        """Return as whom limits count the caller."""
        if self.teammate:
            return Caller("teammate", self.teammate, self.brand)
        if self.customer:
            return Caller("customer" if self.proven else "visitor", self.customer, self.brand)
        operator = self.caller == DEMO or self.caller.startswith(RUN)
        return Caller("operator" if operator else "key", self.caller, self.brand)

    def acting(self, named: str | None) -> TeammateId:
        """Return the teammate who does it: whoever is signed in, whatever is said; else the one whom a key names.

        Raises Invalid when a key names nobody.
        """
        if self.teammate:
            return self.teammate
        if named is None:
            raise problems.Invalid("Say which teammate does this; only who is signed in need not.")
        return TeammateId(named)


async def identified(
    request: Request,
    house: Annotated[Services, Depends(services)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)] = None,
    csrf: Annotated[str | None, Header(alias="X-CSRF-Token", include_in_schema=False)] = None,
    brand: Annotated[str | None, Header(alias="X-Deskhand-Brand", include_in_schema=False)] = None,
) -> Access:
    """Return who is calling; a key that is sent wins over a cookie that a browser sends along.

    Raises Unauthorized when there is no key where one is needed, or one that does not hold.
    """
    known: Callers = request.app.state.callers
    if given is not None:
        found = await _by_token(house, given.credentials, brand)
        known.remember(given.credentials, found.counted)
        return found
    if cookie and (session := await house.doors.signing_in.session(cookie, house.context.now())):
        found = _signed_in(session, guest=house.demo and is_here(request))
        known.remember(cookie, found.counted)
        if request.method in READING or same(csrf, csrf_token(cookie)):
            return found
        if not house.demo:
            raise problems.Forbidden("What writes carries the header `X-CSRF-Token`; GET /v1/session tells it.")
    if house.demo and is_here(request):
        return Access(DEMO, DEFAULT_BRAND, GUEST)
    raise _unauthorized("Send a key as `Authorization: Bearer KEY`; `deskhand keys create` makes one.")


def access(*scopes: Scope) -> Callable[..., Awaitable[Access]]:
    """Return a dependency that lets in whoever holds one of these scopes."""

    async def allowed(request: Request, caller: Annotated[Access, Depends(identified)]) -> Access:
        if not caller.allows(*scopes, reading=request.method in READING):
            wanted = " or ".join(repr(scope) for scope in scopes)
            raise problems.Forbidden(
                f"This takes the scope {wanted}: a key of `deskhand keys create`, or a role that gives it."
            )
        return caller

    return allowed


async def access_conversation(caller: Access, house: Services, ticket: str) -> Ticket:
    """Return a ticket as its customer may read it: to a customer only their own, to a key any of its brand.

    Raises Unknown.
    """
    try:
        found = await house.desk.ticket(TicketId(ticket), caller.brand)
    except UnknownTicket:
        found = None
    if found is None or (caller.customer is not None and found.customer != caller.customer):
        raise problems.Unknown("There is no such conversation; leave `ticket` out to begin one.")
    return found


async def access_article(caller: Access, house: Services, article: str) -> Article:
    """Return an article of the caller's brand, an internal one only to whom it may be shown.

    Raises Unknown.
    """
    found = await house.articles.get(caller.brand, ArticleId(article))
    if found is None or found.visibility not in VISIBLE_TO[caller.audience]:
        raise problems.Unknown("There is no such article; GET /v1/articles lists those there are.")
    return found


def access_presence(caller: Access, teammate: str) -> TeammateId:
    """Return a teammate whose presence the caller may change: their own, or with the scope `staff` anybody's.

    Raises Forbidden.
    """
    if caller.teammate not in (None, teammate) and not caller.allows("staff"):
        raise problems.Forbidden("Say of yourself whether you are there; a lead can say it of others.")
    return TeammateId(teammate)


def csrf_token(session: str) -> str:
    """Return what a page shows to prove that it may read what we answer: only who has the session can know it."""
    return hashlib.sha256(f"csrf:{session}".encode("utf-8", "surrogatepass")).hexdigest()


def same(given: str | None, wanted: str) -> bool:
    """Compare two secrets in a time that tells nothing of them."""
    return hmac.compare_digest((given or "").encode("utf-8", "surrogatepass"), wanted.encode())


async def _by_token(house: Services, token: str, brand: str | None) -> Access:
    now = house.context.now()
    if house.run_key and same(token, house.run_key):
        return await _operator(house, brand)
    if token.startswith(f"{visitors.MARK}_"):
        visitor = await house.doors.visitors.check(token, now)
        if visitor is None:
            raise _unauthorized("The session is over; POST /v1/chat/session opens another.")
        return _visiting(visitor)
    record = await house.desk.check_key(token, now)
    if record is None:
        raise _unauthorized("The key is unknown, expired or revoked; `deskhand keys list` shows those that hold.")
    return _holding(record)


def _holding(key: KeyRecord) -> Access:
    return Access(key.id, key.brand, frozenset(scope for scope in SCOPES if scope in key.scopes))


def _visiting(visitor: Visitor) -> Access:
    return Access(visitor.id, visitor.brand, VISITOR, customer=visitor.customer, proven=visitor.proven)


def _signed_in(session: Session, guest: bool) -> Access:
    """Return a teammate's access; in demo mode they may chat too, as anybody on this machine."""
    rights = RIGHTS[session.role]
    does = rights.does | GUEST if guest else rights.does
    return Access(session.teammate, session.brand, does, rights.reads, teammate=session.teammate)


async def _operator(house: Services, brand: str | None) -> Access:
    """Return the operator's access; only the operator may name a brand, since the run's key belongs to none."""
    known = {row.id for row in await house.desk.brands()}
    chosen = BrandId(brand or DEFAULT_BRAND)
    if chosen not in known:
        raise problems.Unknown("There is no such brand; `deskhand brands list` shows those there are.")
    return Access(f"{RUN}{chosen}", chosen, frozenset(SCOPES))


def is_here(request: Request) -> bool:
    """Say whether caller and address are this machine's.

    The address guards against a page that rebinds its name, the headers against a proxy that speaks for strangers.
    """
    client = request.client.host if request.client else ""
    proxied = "forwarded" in request.headers or "x-forwarded-for" in request.headers
    return not proxied and _is_loopback(client) and _is_loopback(request.url.hostname or "")


def is_secure(request: Request) -> bool:
    """Say whether the browser came over TLS, which may end before us."""
    return request.url.scheme == "https" or address(request).startswith("https:")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _unauthorized(detail: str) -> problems.Unauthorized:
    return problems.Unauthorized(detail, headers={"WWW-Authenticate": "Bearer"})
