"""What programs of the operator's own bring in: mail, as it arrived."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request

from api import examples, problems
from api.content import JSON, MAIL, WHOLE_MAIL
from api.ports import Services, services
from api.shapes import inbound as shapes
from api.shapes.inbound import TakenMail
from connectors.email.mailbox import LARGEST
from connectors.email.webhook import Unreadable
from connectors.signatures import Unproven

router = APIRouter()

_JSON: dict[str, Any] = {
    "type": "object",
    "required": ["raw"],
    "properties": {
        "raw": {
            "type": "string",
            "description": "The mail as text, or in base64. `RawEmail` and `body-mime` are read as well.",
            "examples": ["From: anna@example.com\r\nMessage-ID: <1@example.com>\r\nSubject: Reset\r\n\r\nHow do I?"],
        }
    },
}
BODY: dict[str, Any] = {
    "required": True,
    "content": {WHOLE_MAIL: {"schema": {"type": "string", "format": "binary"}}, JSON: {"schema": _JSON}},
}


@router.post(
    MAIL,
    tags=["webhooks"],
    summary="Hand in a mail",
    status_code=202,
    responses=examples.answers(202, shapes.TAKEN)
    | problems.may_end_in(problems.Unproven, problems.Unknown, problems.TooLarge, problems.NotJson),
    description=f"Take a mail as it arrived, up to {LARGEST:,} bytes, as `message/rfc822` or in JSON. The request is "
    "signed as the Standard Webhooks are, with the operator's DESKHAND_MAIL_WEBHOOK_SECRET, and at most five minutes "
    "old. The same `webhook-id` or Message-ID again has no second effect and gets the first answer.",
    openapi_extra={"requestBody": BODY},
)
async def take_mail(
    request: Request,
    house: Annotated[Services, Depends(services)],
    id: Annotated[str, Header(alias="webhook-id", description="The same at every try of the same mail.")] = "",
    at: Annotated[str, Header(alias="webhook-timestamp", description="Seconds since 1970 at this try.")] = "",
    signature: Annotated[str, Header(alias="webhook-signature", description="`v1,` and the HMAC in base64.")] = "",
) -> TakenMail:
    """Take a mail."""
    webhook = house.mailing.webhook
    if webhook is None:
        raise problems.Unknown("No mail is taken here: the operator sets DESKHAND_MAIL_WEBHOOK_SECRET.")
    given = {"webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature}
    as_json = request.headers.get("content-type", "").partition(";")[0].strip().lower() == JSON
    try:
        claim = webhook.claim(given)
        return TakenMail.of(await webhook.take(claim, await request.body(), as_json))
    except Unproven as error:
        raise problems.Unproven(f"{error}.") from error
    except Unreadable as error:
        raise problems.Invalid(f"{error}.") from error
