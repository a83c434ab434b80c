"""Sign in and out, let teammates in, and open sessions for customers."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Path, Query, Request, Response

from api import examples, origins, problems, quotas
from api.access import COOKIE, Access, access, csrf_token, identified, is_secure
from api.idempotency import Once, once
from api.inputs import Id
from api.ports import Services, address, services
from api.shapes import session as shapes
from api.shapes import teammates as people
from api.shapes.session import (
    AuditLog,
    Giving,
    Link,
    LoggedEntry,
    Password,
    SignedIn,
    SignedOut,
    SigningIn,
    Visit,
    Visiting,
)
from api.shapes.teammates import ShownTeammate
from desk.access.sessions import LONGEST, Session
from domain.ids import BrandId, TeammateId

router = APIRouter()

Admin = Annotated[Access, Depends(access("admin"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]
Named = Annotated[Id, Path(description="The teammate's id.", examples=["tea_4f1c"])]
Token = Annotated[str, Cookie(alias=COOKIE, include_in_schema=False)]
UNKNOWN = problems.may_end_in(problems.Unknown)
SIGN_IN = "/sign-in"


async def signed_in(
    caller: Annotated[Access, Depends(identified)], house: House, token: Token = ""
) -> tuple[Session, str]:
    """Return the session of whoever calls, and its token.

    Raises Unauthorized when nobody is signed in.
    """
    session = await house.doors.signing_in.session(token, house.context.now()) if caller.teammate else None
    if session is None:
        raise problems.Unauthorized("Nobody is signed in; POST /v1/session signs in.")
    return session, token


Own = Annotated[tuple[Session, str], Depends(signed_in)]


@router.post(
    "/v1/session",
    tags=["teammates"],
    summary="Sign in",
    responses=examples.answers(200, shapes.SIGNED_IN) | problems.may_end_in(problems.TooSoon),
)
async def sign_in(said: SigningIn, request: Request, response: Response, house: House) -> SignedIn:
    """Sign a teammate in by password or link; the session comes as a cookie that no script can read.

    After five failures under an address each further one makes it wait longer, up to 15 minutes.
    """
    await quotas.take_session(request, BrandId(said.brand), house)
    door, now = house.doors.signing_in, house.context.now()
    if said.link is not None:
        token = await door.with_link(said.link.get_secret_value(), now)
    else:
        assert said.email is not None  # the model says so
        assert said.password is not None
        token = await door.with_password(BrandId(said.brand), said.email, said.password.get_secret_value(), now)
    return await _begun(token, request, response, house)


@router.get(
    "/v1/session", tags=["teammates"], summary="Who is signed in", responses=examples.answers(200, shapes.SIGNED_IN)
)
async def get_session(own: Own, request: Request, response: Response, house: House) -> SignedIn:
    """Return who is signed in and what they may do; once an hour the cookie is changed for a new one."""
    session, token = own
    now = house.context.now()
    fresh = await house.doors.signing_in.rotate(token, now) if session.stale(now) else None
    if fresh:
        set_cookie(fresh, request, response)
    return SignedIn.of(session, csrf_token(fresh or token))


@router.delete(
    "/v1/session", tags=["teammates"], summary="Sign out", responses=examples.answers(200, shapes.SIGNED_OUT)
)
async def sign_out(own: Own, response: Response, house: House) -> SignedOut:
    """End the session."""
    await house.doors.signing_in.sign_out(own[0], house.context.now())
    response.delete_cookie(COOKIE)
    return SignedOut()


@router.put(
    "/v1/session/password",
    tags=["teammates"],
    summary="Choose a password",
    responses=examples.answers(200, shapes.SIGNED_IN),
)
async def set_password(said: Password, own: Own, request: Request, response: Response, house: House) -> SignedIn:
    """Choose a password, within ten minutes of signing in; all other sessions end."""
    session, _ = own
    now = house.context.now()
    if not session.fresh(now):
        raise problems.Forbidden("You signed in too long ago for this; sign in again, or by a link of an admin's.")
    door, password = house.doors.signing_in, said.password.get_secret_value()
    token = await door.set_password(session.brand, session.teammate, password, now, by=session.teammate)
    return await _begun(token, request, response, house)


@router.post(
    "/v1/teammates/{teammate}/link",
    tags=["teammates"],
    summary="Let a teammate in",
    status_code=201,
    responses=examples.answers(201, shapes.LINK) | UNKNOWN,
)
async def make_link(teammate: Named, caller: Admin, request: Request, house: House, answer: Answering) -> Link:
    """Return a link that signs a teammate in once, within a day: the first time, or when a password was forgotten."""

    async def make() -> Link:
        now = house.context.now()
        token = await house.doors.signing_in.link(caller.brand, TeammateId(teammate), now, caller.caller)
        return Link.of(teammate, f"{address(request)}{SIGN_IN}#{token}", now)

    return await answer(Link, make, unkept=frozenset({"link"}))


@router.put(
    "/v1/teammates/{teammate}/role",
    tags=["teammates"],
    summary="Give a role",
    responses=examples.answers(200, people.TEAMMATE) | UNKNOWN,
)
async def give_role(teammate: Named, said: Giving, caller: Admin, house: House, answer: Answering) -> ShownTeammate:
    """Let a teammate do what a role may, from their next request on; one admin has to stay."""

    async def give() -> ShownTeammate:
        who, now = TeammateId(teammate), house.context.now()
        await house.doors.signing_in.give_role(caller.brand, who, said.role, now, caller.caller)
        found = await house.doors.staff.teammates(caller.brand)
        return next(ShownTeammate.of(one, load) for one, load in found if one.id == who)

    return await answer(ShownTeammate, give)


@router.post(
    "/v1/chat/session",
    tags=["chat"],
    summary="Open a customer's session",
    status_code=201,
    responses=examples.answers(201, shapes.VISIT) | UNKNOWN,
)
async def open_visit(said: Visiting, request: Request, house: House) -> Visit:
    """Open a session in which a customer reads their own conversations and no others.

    Without `token` the customer is anonymous, and the page must be of a site that the policy's `origins` name.
    """
    brand = BrandId(said.brand)
    if said.token is None:
        await origins.require(request, house, brand)
    await quotas.take_session(request, brand, house)
    token, until = await house.doors.visitors.open(brand, said.token, house.context.now())
    return Visit(session=token, expires_at=until)


@router.get("/v1/audit", tags=["keys"], summary="Who changed what", responses=examples.answers(200, shapes.AUDIT_LOG))
async def list_audit(
    caller: Admin,
    house: House,
    before: Annotated[int | None, Query(ge=1, lt=2**63, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="The most to return.")] = 50,
) -> AuditLog:
    """Return what was done to keys, roles, people and the policy, the newest first.

    `deskhand audit verify` says whether all of it still holds together.
    """
    found = await house.doors.audit.entries(caller.brand, before, limit + 1)
    shown = [LoggedEntry.of(sealed) for sealed in found[:limit]]
    return AuditLog(entries=shown, next=shown[-1].number if len(found) > limit else None)


async def _begun(token: str, request: Request, response: Response, house: Services) -> SignedIn:
    set_cookie(token, request, response)
    session = await house.doors.signing_in.session(token, house.context.now())
    assert session is not None  # it has just begun
    return SignedIn.of(session, csrf_token(token))


def set_cookie(token: str, request: Request, response: Response) -> None:
    """Give the browser its session: to this host alone, for no script, and over TLS only where we are."""
    lasts, secure = int(LONGEST.total_seconds()), is_secure(request)
    response.set_cookie(COOKIE, token, max_age=lasts, secure=secure, httponly=True, samesite="lax")
