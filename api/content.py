"""What a body must be before anything reads it."""

import re

from fastapi import Request

from api import problems

JSON = "application/json"
BYTES = "application/octet-stream"
FILES = re.compile(r"/v1/tickets/[^/]+/attachments")  # paths that take a file


async def json_only(request: Request) -> None:
    """Refuse a body that does not say it is JSON: forms and plain text are what a foreign page can send unasked.

    Nor can it send `application/octet-stream`, which is how a file comes.
    """
    wanted = BYTES if FILES.fullmatch(request.url.path) else JSON
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == wanted or not await request.body():
        return
    if wanted == BYTES:
        raise problems.NotJson(f"Send the file itself, with the header `Content-Type: {BYTES}`.")
    raise problems.NotJson("Send the body as JSON, with the header `Content-Type: application/json`.")
