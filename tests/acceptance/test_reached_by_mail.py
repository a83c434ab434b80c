"""A customer who closed the chat is reached by mail, answers by mail, and it is one conversation all along."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli import running
from connectors import signatures
from tests.api.conftest import SIGNING
from tests.cli.conftest import environment
from tests.cli.test_serving import PATIENCE_S, start
from tests.connectors.email import post
from tests.connectors.email.mails import mail
from tests.connectors.email.post import Post

__all__ = ["environment"]
ANSWER = "We have found it. Look under Billing, please."


@pytest.fixture
async def smtp() -> AsyncIterator[Post]:
    """A mail server that takes mail."""
    async with post.serving() as serving:
        yield serving


@pytest.fixture
async def desk(environment: Mapping[str, str], smtp: Post, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A caller, with the operator's key, of a server that sends mail and takes what is posted."""
    about = {
        "DESKHAND_MAIL_ADDRESS": "Shop Help <help@shop.example>",
        "DESKHAND_MAIL_SMTP": f"smtp://127.0.0.1:{smtp.port}",
        "DESKHAND_MAIL_WEBHOOK_SECRET": SIGNING,
    }
    server = await asyncio.to_thread(start, {**environment, **about}, tmp_path)
    found = running.find(tmp_path)
    assert found
    key = {"Authorization": f"Bearer {found.key}"}
    async with httpx.AsyncClient(base_url=server.url, headers=key, timeout=PATIENCE_S, trust_env=False) as caller:
        yield caller
    os.kill(server.process.pid, signal.SIGTERM)
    await asyncio.to_thread(server.process.communicate, timeout=PATIENCE_S)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not await true():
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.1)


async def say(desk: httpx.AsyncClient, text: str, ticket: str | None = None) -> str:
    said = await desk.post("/v1/chat", json={"text": text, **({"ticket": ticket} if ticket else {})})
    assert said.status_code == 202, said.text
    return str(said.json()["ticket"])


async def answer(desk: httpx.AsyncClient, ticket: str, text: str) -> None:
    (someone, *_) = (await desk.get("/v1/teammates")).json()["teammates"]
    sent = await desk.post(f"/v1/tickets/{ticket}/replies", json={"text": text, "by": someone["id"]})
    assert sent.status_code == 201, sent.text


async def hand_in(desk: httpx.AsyncClient, made: EmailMessage) -> str:
    body, at = made.as_bytes(), str(int(time.time()))
    seal = signatures.sign(signatures.keys(SIGNING)[0], "evt_1", at, body)
    headers = {"webhook-id": "evt_1", "webhook-timestamp": at, "webhook-signature": seal}
    taken = await desk.post("/v1/inbound/mail", content=body, headers={"Content-Type": "message/rfc822", **headers})
    assert taken.status_code == 202, taken.text
    return str(taken.json()["ticket"])


async def messages(desk: httpx.AsyncClient, ticket: str) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = (await desk.get(f"/v1/chat/{ticket}")).json()["messages"]
    return read


async def test_a_teammate_and_a_customer_who_left_the_chat_write_to_each_other(
    desk: httpx.AsyncClient, smtp: Post
) -> None:
    async def asked() -> bool:
        return any("by email" in one["text"] for one in await messages(desk, ticket) if one["author"] == "bot")

    async def came() -> bool:
        return len(smtp.taken) == letters

    ticket, letters = await say(desk, "Let me talk to a person, please."), 1
    await until(asked)
    await say(desk, "Sure: anna@customer.example", ticket)
    await answer(desk, ticket, ANSWER)
    await until(came)
    ours = smtp.mails[0]["Message-ID"]
    written = mail("It is not there.\n\nOn 3 May 2026, Help wrote:\n> Look under Billing", In_Reply_To=ours)
    joined, letters = await hand_in(desk, written), 2
    await answer(desk, ticket, "Now it is.")
    await until(came)

    first, second = smtp.mails
    assert joined == ticket
    assert [first["To"], second["To"]] == ["anna@customer.example"] * 2
    assert ANSWER in next(first.iter_parts()).get_content()
    assert ours in second["References"]
    assert [one["text"] for one in await messages(desk, ticket)][-3:] == [ANSWER, "It is not there.", "Now it is."]
