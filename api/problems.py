"""What goes wrong at the HTTP edge, told as problem documents (RFC 9457).

Problem
 +- Malformed        400   not JSON, or not UTF-8
 +- Unauthorized     401   no key, or one that does not hold
 +- Unproven         401   a signature that is not of this request, or too old
 +- Forbidden        403   a key without the scope
 +- Unknown          404   no such ticket, article, key or brand here
 +- Conflict         409   the same request is still running
 +- Settled          409   somebody else was faster, or it is over
 +- TooLarge         413   a body over the route's limit
 +- NotJson          415   another content type
 +- Invalid          422   JSON that the route cannot take
 +- TooSoon          429   the same again, too often
 +- Unavailable      503   a store does not answer

A document names what is wrong and the way out; it never repeats a value that was sent, since that may be a secret.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

from api import methods
from kb_index.errors import IndexUnavailable

MEDIA_TYPE = "application/problem+json"
_log = structlog.get_logger("api")


class Fault(BaseModel):
    """One thing wrong with a request: where it stands, and what to change."""

    place: str = Field(examples=["body.text"])
    message: str = Field(examples=["The text is empty."])


class ProblemDocument(BaseModel):
    """What went wrong and the way out (RFC 9457)."""

    type: str = Field(description="Names the kind of problem; it stays the same.", examples=["urn:deskhand:invalid"])
    title: str = Field(examples=["The request cannot be taken"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["body.text: The text is empty."])
    instance: str = Field(description="The request's id, as in the logs.", examples=["urn:deskhand:request:req_8d1f"])
    errors: list[Fault] = Field(default_factory=list)


class Problem(HTTPException):
    """A request that ends without what it asked for."""

    kind: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None) -> None:
        super().__init__(self.status, detail, headers)
        self.faults = list(faults)


class Malformed(Problem):
    """The body is no JSON."""

    kind, title, status = "malformed", "The body cannot be read", 400


class Unauthorized(Problem):
    """There is no key, or one that does not hold."""

    kind, title, status = "unauthorized", "A key is needed", 401


class Unproven(Problem):
    """The request does not prove who sent it."""

    kind, title, status = "unproven", "A key or a signature is needed", 401


class Forbidden(Problem):
    """The key lacks the scope."""

    kind, title, status = "forbidden", "The key does not allow this", 403


class Unknown(Problem):
    """There is no such thing, or it belongs to another brand."""

    kind, title, status = "unknown", "Not found", 404


class Conflict(Problem):
    """The same request is still running."""

    kind, title, status = "conflict", "The request is already running", 409


class Settled(Problem):
    """Somebody else was faster, or it is over."""

    kind, title, status = "settled", "This is settled already", 409


class TooLarge(Problem):
    """The body is over the limit."""

    kind, title, status = "too-large", "The body is too large", 413


class NotJson(Problem):
    """The body is of another content type."""

    kind, title, status = "not-json", "The body must be JSON", 415


class Invalid(Problem):
    """The body is JSON that the route cannot take."""

    kind, title, status = "invalid", "The request cannot be taken", 422


class TooSoon(Problem):
    """It was tried too often."""

    kind, title, status = "too-soon", "Wait a moment", 429


class Unavailable(Problem):
    """A store does not answer."""

    kind, title, status = "unavailable", "Not available right now", 503


def may_end_in(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return what a route's documentation says about these problems."""
    return {problem.status: {"model": ProblemDocument, "description": problem.title} for problem in problems}


def document(request: str, problem: Problem) -> Response:
    """Return the problem as a response."""
    return _response(request, problem.kind, problem.title, problem)


def install(app: FastAPI) -> None:
    """Answer everything that goes wrong in this application with a problem document."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(OperationalError, _unavailable)
    app.add_exception_handler(InterfaceError, _unavailable)
    app.add_exception_handler(IndexUnavailable, _unavailable)
    app.add_exception_handler(Exception, _failed)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, Problem):
        return document(request_id(request), error)
    if error.status_code == Malformed.status:
        return document(request_id(request), Malformed("Send the body as JSON in UTF-8."))
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        error.headers = {"Allow": methods.taken(request)}
    phrase = HTTPStatus(error.status_code).phrase
    return _response(
        request_id(request), phrase.lower().replace(" ", "-"), phrase, error, _ROUTING.get(error.status_code)
    )


_ROUTING = {
    404: "There is no such page; /docs lists all there are.",
    405: "This page does not take that method; the Allow header lists those it takes.",
}


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [Fault(place=place(fault["loc"]), message=sentence(fault["msg"])) for fault in error.errors()]
    if any(fault["type"] == "json_invalid" for fault in error.errors()):
        return document(request_id(request), Malformed("The body is not valid JSON.", faults))
    return document(
        request_id(request), Invalid("; ".join(f"{fault.place}: {fault.message}" for fault in faults), faults)
    )


async def _unavailable(request: Request, error: Exception) -> Response:
    _log.error("store unavailable", request=request_id(request), error=type(error).__name__)
    sentence = "A store does not answer, so nothing was done. Try again in a few seconds."
    return document(request_id(request), Unavailable(sentence, headers={"Retry-After": "5"}))


async def _failed(request: Request, error: Exception) -> Response:
    _log.error("request failed", request=request_id(request), error=type(error).__name__)
    sentence = "Something broke on our side. The log has the cause under this request's id."
    return _response(request_id(request), "failed", "The request failed", HTTPException(500, sentence))


def _response(request: str, kind: str, title: str, error: HTTPException, detail: str | None = None) -> Response:
    shown = ProblemDocument(
        type=f"urn:deskhand:{kind}",
        title=title,
        status=error.status_code,
        detail=detail or error.detail,
        instance=f"urn:deskhand:request:{request}",
        errors=getattr(error, "faults", []),
    )
    headers = {**(error.headers or {}), "X-Request-ID": request}
    return Response(json.dumps(shown.model_dump()), error.status_code, headers, MEDIA_TYPE)


def request_id(request: Request) -> str:
    """Return the id under which the log has a request."""
    return str(request.scope.get("state", {}).get("request_id", "none"))


def place(location: Sequence[Any]) -> str:
    """Return where a fault stands, such as `body.text`."""
    return ".".join(str(part) for part in location).encode("utf-8", "replace").decode()


def sentence(message: str) -> str:
    """Return pydantic's message as a sentence; it names the rule, never the value that was sent."""
    plain = message.removeprefix("Value error, ")
    return plain if plain.endswith(".") else f"{plain}."
