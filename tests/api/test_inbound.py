"""Mail that a program posts: taken once when it is signed and new, and not at all when it is not."""

import asyncio
import base64
import json
import os
import re
import shutil
from asyncio.subprocess import PIPE
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from standardwebhooks import Webhook

from api.shapes import inbound as shapes
from connectors import signatures
from connectors.email import mailbox
from database.database import Database
from services.mailing import Mailing
from tests.api.conftest import NOW, SIGNING, House, calling, served
from tests.connectors.email.mails import bounce, mail
from tests.test_layers import ROOT

PATH = "/v1/inbound/mail"
WHOLE = {"Content-Type": "message/rfc822"}
JSON = {"Content-Type": "application/json"}
OTHER = "whsec_" + "B" * 32
SECOND = int(NOW.timestamp())
MAIL = mail(Message_ID="<1@customer.example>").as_bytes()
KEY = signatures.keys(SIGNING)[0]

Post = tuple[dict[str, str], bytes]


def posted(body: bytes = MAIL, id: str = "evt_1", seconds: int = SECOND, key: bytes = KEY) -> Post:
    """Return a request as whoever has the key sends it."""
    headers = {
        "webhook-id": id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signatures.sign(key, id, str(seconds), body),
    }
    return {**WHOLE, **headers}, body


async def send(client: httpx.AsyncClient, post: Post) -> httpx.Response:
    headers, body = post
    return await client.post(PATH, headers=headers, content=body)


async def counted(database: Database) -> tuple[int, int]:
    """Return how many tickets and messages there are."""
    async with database.engine.connect() as connection:
        row = await connection.execute(
            text("SELECT (SELECT count(*) FROM tickets), (SELECT count(*) FROM messages WHERE author = 'customer')")
        )
        one = row.one()
        return one[0], one[1]


def test_the_example_is_exactly_what_its_model_answers() -> None:
    assert shapes.TakenMail.model_validate(shapes.TAKEN).model_dump(mode="json") == shapes.TAKEN


async def test_a_signed_mail_becomes_a_ticket(client: httpx.AsyncClient, house: House) -> None:
    answer = await send(client, posted())

    ticket = await house.desk.ticket(answer.json()["ticket"], "default")  # type: ignore[arg-type]
    (said,) = await house.desk.messages(ticket.id)
    assert (answer.status_code, answer.json()["message"], said.text) == (202, said.id, "How do I reset it?")
    assert (ticket.channel, ticket.subject) == ("email", "Reset")


async def test_the_signature_is_that_of_the_standard_webhooks(client: httpx.AsyncClient) -> None:
    theirs = Webhook(SIGNING).sign("evt_1", datetime.fromtimestamp(SECOND, UTC), MAIL.decode())
    headers, body = posted()

    answer = await send(client, ({**headers, "webhook-signature": f"v1a,AAAA v1,bm9uZQ== {theirs}"}, body))

    assert answer.status_code == 202


async def test_a_mail_that_is_no_text_is_taken_too(client: httpx.AsyncClient, house: House) -> None:
    body = "From: a@b.example\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGröße?".encode("latin-1")

    answer = await send(client, posted(body))

    (said,) = await house.desk.messages(answer.json()["ticket"])
    assert said.text == "Größe?"


@pytest.mark.parametrize(
    "document",
    [
        {"raw": MAIL.decode()},
        {"raw": base64.encodebytes(MAIL).decode(), "other": 1},
        {"RawEmail": MAIL.decode(), "Subject": "Reset"},
        {"body-mime": MAIL.decode()},
    ],
)
async def test_a_mail_comes_in_json_too(client: httpx.AsyncClient, house: House, document: dict[str, Any]) -> None:
    headers, body = posted(json.dumps(document).encode())

    answer = await send(client, ({**headers, **JSON}, body))

    (said,) = await house.desk.messages(answer.json()["ticket"])
    assert (answer.status_code, said.text) == (202, "How do I reset it?")


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"{", b"\xff", b'{"raw": 3}', b'{"raw": "***"}', b'{"raw": ""}'])
async def test_what_holds_no_mail_is_refused(client: httpx.AsyncClient, database: Database, body: bytes) -> None:
    headers, _ = posted(body)

    answer = await send(client, ({**headers, **JSON}, body))

    assert (answer.status_code, await counted(database)) == (422, (0, 0))


async def test_whatever_comes_again_gets_the_first_answer_and_does_nothing(
    client: httpx.AsyncClient, database: Database
) -> None:
    first = await send(client, posted())
    again = await asyncio.gather(
        send(client, posted()),
        send(client, posted(seconds=SECOND + 60)),
        send(client, posted(id="evt_2")),
        send(client, posted(mail("Rewritten on its way.").as_bytes())),
    )

    assert [one.json() for one in again] == [first.json()] * 4
    assert await counted(database) == (1, 1)


async def test_what_is_posted_at_the_same_time_is_taken_once(client: httpx.AsyncClient, database: Database) -> None:
    answers = await asyncio.gather(*(send(client, posted()) for _ in range(6)))

    assert len({one.text for one in answers}) == 1
    assert await counted(database) == (1, 1)


async def test_a_report_that_a_mail_came_back_becomes_no_message(client: httpx.AsyncClient, database: Database) -> None:
    answers = [await send(client, posted(bounce("msg_1@shop.example"))) for _ in range(2)]

    assert [one.json() for one in answers] == [{"ticket": None, "message": None}] * 2
    assert await counted(database) == (0, 0)


async def test_two_secrets_hold_while_one_replaces_the_other(house: House) -> None:
    read = house.settings.model_copy(update={"mail_webhook_secret": SecretStr(f"{OTHER}, {SIGNING}")})
    both = replace(house, mailing=Mailing.of(read, house.doors.mails, lambda: NOW))

    async with calling(both) as client:
        answers = [
            await send(client, posted(id=id, key=signatures.keys(secret)[0]))
            for id, secret in (("evt_1", SIGNING), ("evt_2", OTHER), ("evt_3", "whsec_" + "C" * 32))
        ]

    assert [one.status_code for one in answers] == [202, 202, 401]


async def test_nothing_is_taken_where_no_secret_is_set(house: House) -> None:
    async with calling(replace(house, mailing=Mailing())) as client:
        answer = await send(client, posted())

    assert answer.status_code == 404
    assert "DESKHAND_MAIL_WEBHOOK_SECRET" in answer.json()["detail"]


async def test_the_script_on_the_page_hands_a_mail_in(house: House, database: Database) -> None:
    script = re.search(r"```sh\n(.*?)```", (ROOT / "docs" / "mail.md").read_text("utf-8"), re.DOTALL)
    assert script
    if not (shutil.which("curl") and shutil.which("openssl")):
        pytest.skip("the script needs curl and openssl")
    at_once = replace(house, mailing=Mailing.of(house.settings, house.doors.mails, lambda: datetime.now(UTC)))

    async with served(at_once) as caller:
        given = {"DESKHAND_URL": str(caller.base_url), "DESKHAND_MAIL_WEBHOOK_SECRET": SIGNING}
        run = await asyncio.create_subprocess_exec(
            "sh", "-c", script[1], stdin=PIPE, stdout=PIPE, stderr=PIPE, env={**os.environ, **given}
        )
        told, trouble = await run.communicate(MAIL)

    assert run.returncode == 0, trouble
    assert json.loads(told)["ticket"]
    assert await counted(database) == (1, 1)


async def test_what_is_too_large_or_of_another_kind_is_refused(client: httpx.AsyncClient) -> None:
    headers, body = posted()

    large = await client.post(PATH, headers={**headers, "Content-Length": str(mailbox.LARGEST + 1)}, content=body)
    form = await client.post(PATH, headers={**headers, "Content-Type": "multipart/form-data"}, content=body)

    assert (large.status_code, form.status_code) == (413, 415)
