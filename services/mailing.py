"""Mail as it is configured: what sends it, and what fetches it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address
from email.utils import parseaddr
from typing import TYPE_CHECKING, Self

from domain.ids import BrandId
from domain.turns import Turn
from settings import Settings

if TYPE_CHECKING:
    from connectors.connector import Connector
    from connectors.email.intake import Intake
    from connectors.email.mailbox import Mailbox
    from connectors.email.sending import ByMailToo, Email
    from connectors.email.servers import Server
    from connectors.email.webhook import MailWebhook
    from desk.desk import Desk
    from desk.mails import Mails


@dataclass(frozen=True)
class Mailing:
    """The mail of one brand, each part None where nothing is set for it.

    `email` sends it, `away` sends what a chat does not reach, `mailbox` is where it arrives, `intake` takes it, and
    `webhook` takes what a program posts.
    """

    email: Email | None = None
    away: ByMailToo | None = None
    mailbox: Mailbox | None = None
    intake: Intake | None = None
    webhook: MailWebhook | None = None

    @classmethod
    def of(cls, settings: Settings, mails: Mails, now: Callable[[], datetime]) -> Self:
        """Return what the settings say of mail; nothing is opened yet."""
        if settings.mail_address is None:
            return cls()
        from connectors.circuit import Circuit
        from connectors.email.intake import Intake
        from connectors.email.sending import ByMailToo, Email

        name, address = parseaddr(settings.mail_address)
        brand = BrandId(settings.mail_brand)
        sender, sent = Address(name, addr_spec=address), _mailbox(settings, settings.mail_sent)
        email = None
        if settings.mail_smtp:
            server = _server(settings, settings.mail_smtp)
            email = Email(mails, brand, sender, server, now, sent, Circuit(mails.circuits, str(server), now).trying)
        away = ByMailToo(mails, email, now) if email else None
        intake = Intake(mails, brand, address, now)
        return cls(email, away, _mailbox(settings, settings.mail_folder), intake, _webhook(settings, intake, now))

    def connectors(self, desk: Desk, now: Callable[[], datetime]) -> dict[str, Connector]:
        """Return what sends to each channel: the chat, and mail where a server is set."""
        from connectors.chat import Chat

        chat = Chat(desk, now, self.away)
        return {"chat": chat, "email": self.email} if self.email else {"chat": chat}

    def asking(self, turn: Turn) -> Turn:
        """Return a turn whose customer is asked for an address only if mail could be sent there."""
        can = self.email is not None and self.email.brand == turn.brand
        return turn if can else replace(turn, unreachable=False)

    async def visit(self) -> None:
        """Take what has arrived. Raises ConnectorError."""
        if self.mailbox is not None and self.intake is not None:
            await self.intake.visit(self.mailbox)


async def greet(settings: Settings) -> str:
    """Sign in to the server that sends, and say who it is. Raises ConnectorError."""
    from connectors.email import sending

    server = _server(settings, settings.mail_smtp or "")
    await asyncio.to_thread(sending.greet, server)
    return f"{server} sends for {settings.mail_address}"


async def look(settings: Settings) -> str:
    """Open the folders of the mailbox, and say what is there. Raises ConnectorError."""
    mailboxes = (_mailbox(settings, folder) for folder in (settings.mail_folder, settings.mail_sent))
    return ", ".join([f"{await one.check()} mails in {one.name}" for one in mailboxes if one])


def _webhook(settings: Settings, intake: Intake, now: Callable[[], datetime]) -> MailWebhook | None:
    if settings.mail_webhook_secret is None:
        return None
    from connectors import signatures
    from connectors.email.webhook import MailWebhook

    keys = signatures.keys(settings.mail_webhook_secret.get_secret_value())
    return MailWebhook(intake, signatures.Signatures(keys), now)


def _mailbox(settings: Settings, folder: str | None) -> Mailbox | None:
    if settings.mail_imap is None or folder is None:
        return None
    from connectors.email.mailbox import Mailbox

    return Mailbox(_server(settings, settings.mail_imap), folder)


def _server(settings: Settings, url: str) -> Server:
    from connectors.email.servers import Server

    password = settings.mail_password.get_secret_value() if settings.mail_password else None
    return Server.at(url, settings.mail_user, password)
