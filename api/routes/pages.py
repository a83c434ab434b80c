"""The pages for people: the chat at / and the manual at /docs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from api import manual
from api.ports import Services, services
from api.routes.oidc import TROUBLES
from domain.ids import DEFAULT_BRAND
from web import TEMPLATES

ONLY_OURS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors "
)
HEADERS = {
    "Content-Security-Policy": f"{ONLY_OURS}'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(TEMPLATES)


@router.get("/")
async def chat(request: Request, house: Annotated[Services, Depends(services)]) -> HTMLResponse:
    """Return the chat page; it talks without a key, so it is open in demo mode only.

    The sites that the policy names may show it in a frame.
    """
    framing = " ".join((await house.policies.in_force(DEFAULT_BRAND)).origins) or "'none'"
    headers = {**HEADERS, "Content-Security-Policy": f"{ONLY_OURS}{framing}"}
    return templates.TemplateResponse(request, "chat.html", {"open": house.demo}, headers=headers)


@router.get("/sign-in")
async def sign_in(request: Request, house: Annotated[Services, Depends(services)], trouble: str = "") -> HTMLResponse:
    """Return the page where teammates sign in: by password, by the link that led here, or with an account elsewhere.

    `trouble` is what went wrong there.
    """
    told = {"account": house.accounts.name if house.accounts else None, "trouble": TROUBLES.get(trouble)}
    return templates.TemplateResponse(request, "sign_in.html", told, headers=HEADERS)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Return the manual of this API."""
    written = manual.manual(request.app.openapi(), str(request.base_url))
    return templates.TemplateResponse(request, "manual.html", {"manual": written}, headers=HEADERS)
