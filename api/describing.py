"""The OpenAPI document: what the routes say of themselves, and the problems that may meet every request."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import problems, telling
from api.problems import Malformed, NotJson, Problem, TooLarge, Unavailable

OF_BODIES = (Malformed, TooLarge, NotJson)
WITHOUT_STORES = ("/healthz", "/readyz", "/metrics")


def described(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        document["webhooks"] = telling.described()
        for path, operations in document["paths"].items():
            for operation in operations.values():
                _as_problems(operation["responses"])
                _add(operation["responses"], _of_all(path, operation))
        app.openapi_schema = document
    return app.openapi_schema


def _as_problems(responses: dict[str, Any]) -> None:
    """Put problems under their own media type."""
    for answer in responses.values():
        for shown in list(answer.get("content", {}).values()):
            if shown.get("schema", {}).get("$ref", "").endswith("/ProblemDocument"):
                answer["content"] = {problems.MEDIA_TYPE: shown}


def _of_all(path: str, operation: dict[str, Any]) -> Iterable[type[Problem]]:
    """Return the problems that no route raises itself: those of its body, and a store that does not answer."""
    found = OF_BODIES if "requestBody" in operation else ()
    return found if path in WITHOUT_STORES else (*found, Unavailable)


def _add(responses: dict[str, Any], found: Iterable[type[Problem]]) -> None:
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    for problem in found:
        shown = {"description": problem.title, "content": {problems.MEDIA_TYPE: {"schema": schema}}}
        responses.setdefault(str(problem.status), shown)
