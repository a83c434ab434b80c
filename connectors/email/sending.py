"""Send messages as mail, over SMTP."""

import asyncio
import re
import smtplib
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from connectors.connector import ConnectorError, Postponed, Sends, Uncertain, Undeliverable
from connectors.email import composing
from connectors.email.mailbox import Mailbox
from connectors.email.servers import Server
from desk import mailing
from desk.mails import Mails
from desk.outbox import Delivery
from domain.ids import BrandId

NEVER = range(550, 557)  # what a server answers that will never take this mail
FOR_NOW = b"5.7."  # unless it says that we may not: then an operator has to set something right
CLOSING = 421  # the server itself is going away
_WAIT = re.compile(rb"\b(?:in|for|after|wait)\s+(\d{1,5})\s*(s|m|h)(?:ec|in|our|\b)", re.IGNORECASE)
_UNITS = {b"s": "seconds", b"m": "minutes", b"h": "hours"}


class Email:
    """Sends the mail of one brand; its Message-ID is made of the message's id, so a second try makes no second mail.

    With `sent`, the folder in which the server keeps what it sends, an unknown result is looked up there (*findable*);
    without, a person decides (*blind*). The server is spoken with inside of `trying`, which may keep a failing one from
    being asked.
    """

    def __init__(
        self,
        mails: Mails,
        brand: BrandId,
        sender: Address,
        server: Server,
        now: Callable[[], datetime],
        sent: Mailbox | None = None,
        trying: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self._mails = mails
        self.brand = brand
        self._sender = sender
        self._server = server
        self._now = now
        self._sent = sent
        self._trying = trying

    @property
    def sends(self) -> Sends:
        """Say how it sends."""
        return "findable" if self._sent else "blind"

    async def send(self, delivery: Delivery) -> None:
        """Send a message to the customer of its ticket.

        Raises ConnectorError.
        """
        mail = await self._compose(delivery)
        known = await self._mails.begin(delivery.message, self._now())
        if known == "sent" or (known == "unknown" and await self._found(mail["Message-ID"])):
            await self._mails.end(delivery.message, self._now())
            return
        try:
            async with self._trying():
                await asyncio.to_thread(submit, self._server, mail, self._sender.addr_spec)
        except _InDoubt as error:
            raise self._in_doubt(str(error)) from error
        except ConnectorError:
            await self._mails.forget(delivery.message)
            raise
        await self._mails.end(delivery.message, self._now())

    async def _compose(self, delivery: Delivery) -> EmailMessage:
        envelope = await self._mails.envelope(delivery.message, self._sender.domain)
        if envelope is None:
            raise Undeliverable(f"nobody knows an address of the customer of {delivery.ticket!r}")
        if envelope.brand != self.brand:
            raise Undeliverable(f"the mailbox is that of brand {self.brand!r}, and {envelope.brand!r} has none")
        name = mailing.name_of(delivery.message, self._sender.domain)
        try:
            return composing.compose(delivery.text, envelope, self._sender, name, delivery.author == "bot", self._now())
        except (ValueError, IndexError) as error:  # an address that the standard library's parser stumbles over
            raise Undeliverable(f"{envelope.address!r} is no address that mail can be sent to") from error

    async def _found(self, message_id: str) -> bool:
        """Say whether a mail that may have gone out did. Raises Uncertain where nobody can find out."""
        if self._sent is None:
            raise self._in_doubt("it was being sent when the process ended")
        return await self._sent.holds(message_id)

    def _in_doubt(self, why: str) -> ConnectorError:
        if self._sent:
            return ConnectorError(f"the mail may have gone out ({why}); it is looked up before the next try")
        return Uncertain(
            f"the mail may have gone out ({why}): look among what was sent; DESKHAND_MAIL_SENT lets the desk do that"
        )


class ByMailToo:
    """Sends a chat's message by mail as well, where nobody has the window open and an address is known."""

    def __init__(self, mails: Mails, email: Email, now: Callable[[], datetime]) -> None:
        self._mails = mails
        self._email = email
        self._now = now

    async def send(self, delivery: Delivery) -> None:
        """Send a message to whom the chat does not reach; who told the address there has not proven that it is theirs.

        Raises ConnectorError.
        """
        brand, message = self._email.brand, delivery.message
        if not await self._mails.wanted(brand, message, delivery.author, delivery.ticket, self._now()):
            return
        if most := await self._mails.too_many(message, self._now()):
            raise Undeliverable(f"the address was sent {most} mails within a day, which limits.yaml allows: wait a day")
        await self._email.send(delivery)


class _InDoubt(ConnectorError):
    """The connection broke after the mail was handed over and before the server said what it did with it."""


def submit(server: Server, mail: EmailMessage, sender: str) -> None:
    """Hand a mail over to a server, which has it when this returns.

    Raises ConnectorError.
    """
    recipient = mail["To"].addresses[0].addr_spec
    wide = [] if recipient.isascii() else ["SMTPUTF8"]
    with _connected(server) as smtp:
        with _translated(server):
            _expect(smtp.mail(sender, wide), f"{server} does not take mail from {sender!r}", ConnectorError)
            _expect(smtp.rcpt(recipient), f"{server} does not take mail to {recipient!r}")
            data = mail.as_bytes(policy=SMTPUTF8 if wide else SMTP)
        try:
            answer = smtp.data(data)
        except smtplib.SMTPDataError as error:
            answer = (error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b"")
        except (OSError, smtplib.SMTPException) as error:
            raise _InDoubt(f"{server}: {error}") from error
        _expect(answer, f"{server} does not take the mail")


def greet(server: Server) -> None:
    """Sign in to a server and leave again. Raises ConnectorError."""
    with _connected(server):
        pass


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    """Yield a connection that is encrypted, unless it stays on this machine, and signed in."""
    with _translated(server):
        if server.encrypted:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_s, context=server.trust()
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
    try:
        with _translated(server):
            smtp.ehlo_or_helo_if_needed()
            if not server.encrypted and smtp.has_extn("starttls"):
                smtp.starttls(context=server.trust())
                smtp.ehlo()
            elif not server.encrypted and not server.near:
                raise ConnectorError(f"{server} offers no STARTTLS, and mail is not sent in the open: use smtps://")
            if server.user:
                smtp.login(server.user, server.password or "")
        yield smtp
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
    finally:
        smtp.close()


@contextmanager
def _translated(server: Server) -> Iterator[None]:
    try:
        yield
    except (OSError, smtplib.SMTPException) as error:
        raise ConnectorError(f"{server}: {error}") from error


def _expect(answer: tuple[int, bytes], refused: str, for_now: type[ConnectorError] = Postponed) -> None:
    """Go on if a server has agreed.

    Raises Undeliverable where it will never agree, else the error `for_now`, with how long it wants to be left alone.
    """
    code, words = answer
    if 200 <= code < 300:
        return
    told = f"{refused}: {code} {words.decode('utf-8', 'replace')}"
    if code in NEVER and not words.startswith(FOR_NOW):
        raise Undeliverable(told)
    if code == CLOSING or code in NEVER:
        raise ConnectorError(told, _wait(words))
    raise for_now(told, _wait(words))


def _wait(words: bytes) -> timedelta | None:
    """Return how long a server wants to be left alone, as many say when they take no mail from strangers at first."""
    found = _WAIT.search(words)
    return timedelta(**{_UNITS[found[2].lower()]: int(found[1])}) if found else None
