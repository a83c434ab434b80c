"""Attachments: files in, and out again so that no browser runs them."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Body, Depends, Path, Query
from fastapi.responses import Response

from api import examples, problems
from api.access import Access, access
from api.idempotency import Once, once
from api.inputs import Id, Name
from api.ports import Services, services
from api.shapes import tickets as shapes
from api.shapes.tickets import ShownAttachment
from desk.attachments import ENDINGS, LARGEST
from domain.ids import AttachmentId, MessageId, TicketId

router = APIRouter(tags=["tickets"])

Worker = Annotated[Access, Depends(access("tickets"))]
House = Annotated[Services, Depends(services)]
Named = Annotated[Id, Path(description="The ticket's id.", examples=["tic_9c2e"])]
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
BYTES = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/v1/tickets/{ticket}/attachments",
    summary="Attach a file",
    status_code=201,
    responses=examples.answers(201, shapes.ATTACHMENT) | problems.may_end_in(problems.Unknown, problems.TooLarge),
    description=f"Keep a file with a ticket: up to {LARGEST:,} bytes of {', '.join(ENDINGS)}, and up to 20 a ticket. "
    "The body is the file itself, as `application/octet-stream`; what it is, its bytes say.",
)
async def attach_file(
    ticket: Named,
    content: Annotated[bytes, Body(media_type="application/octet-stream", min_length=1, max_length=LARGEST)],
    caller: Worker,
    house: House,
    answer: Annotated[Once, Depends(once)],
    name: Annotated[Name, Query(description="What the file is called.", examples=["invoice.pdf"])],
    message: Annotated[Id | None, Query(description="The message that it belongs to.")] = None,
) -> ShownAttachment:
    """Keep a file with a ticket."""

    async def attach() -> ShownAttachment:
        door, now = house.doors.workspace, house.context.now()
        of_message = MessageId(message) if message else None
        return ShownAttachment.of(await door.attach(caller.brand, TicketId(ticket), name, content, now, of_message))

    return await answer(ShownAttachment, attach)


@router.get(
    "/v1/tickets/{ticket}/attachments/{attachment}",
    summary="Download a file",
    response_class=Response,
    responses={
        **examples.answers(200, {}),
        200: {
            "description": "The file",
            "content": {kind: {**BYTES, "example": "the bytes"} for kind in ENDINGS},
        },
        **problems.may_end_in(problems.Unknown),
    },
)
async def get_file(
    ticket: Named, attachment: Annotated[Id, Path(examples=["att_5b0d"])], caller: Worker, house: House
) -> Response:
    """Return a file to be saved; no browser shows or runs it."""
    door = house.doors.workspace
    file, content = await door.attachment(caller.brand, TicketId(ticket), AttachmentId(attachment))
    saved_as = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
    return Response(content, media_type=file.media_type, headers={**HARMLESS, **saved_as})
