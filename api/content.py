"""What a body must be before anything reads it."""

import re

from fastapi import Request

from api import problems

JSON = "application/json"
BYTES = "application/octet-stream"
WHOLE_MAIL = "message/rfc822"
FILES = re.compile(r"/v1/tickets/[^/]+/attachments")  # paths that take a file
MAIL = "/v1/inbound/mail"


async def json_only(request: Request) -> None:
    """Refuse a body that does not say it is JSON: forms and plain text are what a foreign page can send unasked.

    Nor can it send `application/octet-stream`, which is how a file comes.
    """
    path = request.url.path
    wanted = BYTES if FILES.fullmatch(path) else JSON
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == wanted or (path == MAIL and kind == WHOLE_MAIL) or not await request.body():
        return
    if path == MAIL:
        raise problems.NotJson(
            f"Send the mail as it arrived, with the header `Content-Type: {WHOLE_MAIL}`, or in JSON."
        )
    if wanted == BYTES:
        raise problems.NotJson(f"Send the file itself, with the header `Content-Type: {BYTES}`.")
    raise problems.NotJson("Send the body as JSON, with the header `Content-Type: application/json`.")
