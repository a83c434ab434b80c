"""Sign in with an account elsewhere: a browser is sent to the provider, and comes back."""

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Cookie, Depends, Query, Request
from fastapi.responses import RedirectResponse

from api import problems
from api.access import is_secure, same
from api.ports import Services, address, services
from api.routes.session import SIGN_IN, set_cookie
from connectors.oidc import Attempt, ProviderDown
from desk.access import tokens
from desk.errors import ProviderRefused
from services.accounts import Accounts

BEGIN = "/v1/session/oidc"
BACK = f"{BEGIN}/callback"
COOKIE = "deskhand_sign_in"
MARK = "dha"
PATIENCE_S = 600  # for whoever signs in at the provider
TROUBLES = {
    "unknown": "Nobody here has the address of that account. Ask an admin to add you.",
    "unproven": "The address of that account is not verified there, so it does not say who you are.",
    "taken": "Somebody else's account has signed in as you. Ask an admin for a link, and to look into it.",
    "left": "You no longer work at this desk. Ask an admin to add you again.",
    "no_role": "That account has no role at this desk. Ask whoever runs your accounts for one.",
    "only_admin": "You are the only admin here, and that account makes you none. Make somebody else one first.",
    "broken": "Signing in there did not work. Try again.",
    "stale": "That took too long, or began in another window. Try again.",
    "down": "Signing in there does not work right now. Try again later, or sign in with your password.",
}
_log = structlog.get_logger("api")

router = APIRouter(tags=["teammates"])

House = Annotated[Services, Depends(services)]
Begun = Annotated[str, Cookie(alias=COOKIE, include_in_schema=False)]
REDIRECTS: dict[int | str, dict[str, Any]] = {
    303: {"description": "Go there", "headers": {"Location": {"schema": {"type": "string"}}}},
    **problems.may_end_in(
        problems.Unauthorized, problems.Forbidden, problems.Unknown, problems.Invalid, problems.TooSoon
    ),
}


def accounts(house: House) -> Accounts:
    """Return where teammates have accounts.

    Raises Unknown where that is nowhere.
    """
    if house.accounts is None:
        raise problems.Unknown("No provider is set here: the operator sets DESKHAND_OIDC_ISSUER.")
    return house.accounts


Elsewhere = Annotated[Accounts, Depends(accounts)]


@router.get(
    BEGIN,
    summary="Sign in with an account elsewhere",
    status_code=303,
    response_class=RedirectResponse,
    responses=REDIRECTS,
)
async def sign_in_elsewhere(request: Request, elsewhere: Elsewhere) -> RedirectResponse:
    """Send a browser to the provider of the teammates' accounts (OpenID Connect)."""
    attempt = Attempt(tokens.invent(MARK))
    try:
        place = await elsewhere.provider.begin(attempt, _back(request))
    except ProviderDown as error:
        return _down(error)
    response = _go(place)
    secure = is_secure(request)
    response.set_cookie(
        COOKIE, attempt.token, max_age=PATIENCE_S, path=BEGIN, secure=secure, httponly=True, samesite="lax"
    )
    return response


@router.get(
    BACK,
    summary="Come back from there",
    status_code=303,
    response_class=RedirectResponse,
    responses=REDIRECTS,
)
async def come_back(
    request: Request,
    house: House,
    elsewhere: Elsewhere,
    begun: Begun = "",
    code: Annotated[str, Query(max_length=4000, description="What the provider gives for its token.")] = "",
    state: Annotated[str, Query(max_length=200, description="As it was sent there.")] = "",
    error: Annotated[str, Query(max_length=200, description="Why the provider gives none.")] = "",
) -> RedirectResponse:
    """Sign a teammate in whom the provider vouches for: known here by verified address, or with a role that it names.

    This is the address to register there. Whatever goes wrong is told on the page to sign in.
    """
    attempt = Attempt(begun)
    if not begun or not same(state, attempt.state):
        return _trouble("stale")
    if error or not code:
        _log.warning("sign-in elsewhere ended", error=error)
        return _trouble("broken")
    try:
        token = await _session(request, house, elsewhere, attempt, code)
    except ProviderDown as down:
        return _down(down)
    except ProviderRefused as refused:
        _log.warning("sign-in elsewhere refused", reason=refused.reason)
        return _trouble(refused.reason)
    response = _go(SIGN_IN)
    set_cookie(token, request, response)
    response.delete_cookie(COOKIE, path=BEGIN)
    return response


async def _session(request: Request, house: Services, elsewhere: Accounts, attempt: Attempt, code: str) -> str:
    vouched = await elsewhere.provider.finish(attempt, code, _back(request))
    return await house.doors.signing_in.with_provider(elsewhere.brand, vouched, house.context.now())


def _back(request: Request) -> str:
    return f"{address(request)}{BACK}"


def _down(error: ProviderDown) -> RedirectResponse:
    _log.error("provider of accounts does not answer", error=str(error))
    return _trouble("down")


def _trouble(name: str) -> RedirectResponse:
    return _go(f"{SIGN_IN}?trouble={name}")


def _go(place: str) -> RedirectResponse:
    return RedirectResponse(place, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
