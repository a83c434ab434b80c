"""What a body must be before anything reads it."""

from fastapi import Request

from api import problems


async def json_only(request: Request) -> None:
    """Refuse a body that does not say it is JSON: forms and plain text are what a foreign page can send unasked."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or not await request.body():
        return
    raise problems.NotJson("Send the body as JSON, with the header `Content-Type: application/json`.")
