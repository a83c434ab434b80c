"""What customers may ask about themselves: what is held of them, a copy of it, and that it is erased."""

from tempfile import SpooledTemporaryFile
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response, StreamingResponse
from starlette.background import BackgroundTask

from api import examples, problems
from api.access import Access, access
from api.idempotency import Once, once
from api.inputs import Id
from api.ports import Services, services
from api.routes.attachments import BYTES, HARMLESS
from api.shapes import privacy as shapes
from api.shapes.privacy import Erasure, Holdings

router = APIRouter(tags=["privacy"])

Admin = Annotated[Access, Depends(access("admin"))]
House = Annotated[Services, Depends(services)]
Named = Annotated[
    Id, Path(description="Your id of the customer, or the address that is kept of them.", examples=["cus_81"])
]
IN_MEMORY = 10_000_000  # bytes of an archive, before it goes on in a file
MISSED = problems.may_end_in(problems.Unknown, problems.Settled)
ARCHIVE = "application/zip"


@router.get(
    "/v1/customers/{customer}/holdings",
    summary="What is held of a customer",
    responses=examples.answers(200, shapes.HOLDINGS) | MISSED,
)
async def list_holdings(customer: Named, caller: Admin, house: House) -> Holdings:
    """Return how much is held of a customer, and what an erasure would make of it; nothing changes."""
    return Holdings.of(await house.doors.rights.held(caller.brand, customer))


@router.get(
    "/v1/customers/{customer}/export",
    summary="Copy all that is held of a customer",
    response_class=Response,
    responses={
        **examples.answers(200, {}),
        200: {"description": "The archive", "content": {ARCHIVE: {**BYTES, "example": "the bytes"}}},
        **MISSED,
    },
)
async def export_customer(customer: Named, caller: Admin, house: House) -> Response:
    """Return an archive: what was said as text, everything as JSON, and the files; the audit log notes it."""
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # closed once it is sent
    try:
        await house.doors.rights.export(caller.brand, customer, file, house.context.now(), caller.caller)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    headers = {**HARMLESS, "Content-Disposition": 'attachment; filename="customer.zip"'}
    return StreamingResponse(file, media_type=ARCHIVE, headers=headers, background=BackgroundTask(file.close))


@router.delete(
    "/v1/customers/{customer}",
    summary="Erase a customer",
    responses=examples.answers(200, shapes.ERASURE) | MISSED,
)
async def erase_customer(
    customer: Named, caller: Admin, house: House, answer: Annotated[Once, Depends(once)]
) -> Erasure:
    """Erase everything that is held of a customer, for good, and end what is open of theirs.

    Messages, files, drafts, handovers, searches, sessions and the profile go; tickets stay without words or a name, so
    that no figure changes. `GET /v1/customers/{customer}/holdings` says before what it would be.
    """

    async def erase() -> Erasure:
        door, now = house.doors.rights, house.context.now()
        return Erasure.done(await door.erase(caller.brand, customer, now, caller.caller))

    return await answer(Erasure, erase)
