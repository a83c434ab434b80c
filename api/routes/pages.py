"""The pages for people: the chat at / and the manual at /docs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from api import manual
from api.ports import Services, services
from web import TEMPLATES

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(TEMPLATES)


@router.get("/")
async def chat(request: Request, house: Annotated[Services, Depends(services)]) -> HTMLResponse:
    """Return the chat page; it talks without a key, so it is open in demo mode only."""
    return templates.TemplateResponse(request, "chat.html", {"open": house.demo}, headers=HEADERS)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Return the manual of this API."""
    written = manual.manual(request.app.openapi(), str(request.base_url))
    return templates.TemplateResponse(request, "manual.html", {"manual": written}, headers=HEADERS)
