"""Mails on their way to the desk, from wherever they come."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from connectors.email import parsing
from connectors.email.mailbox import Mailbox
from connectors.email.parsing import Mail
from desk.mails import IncomingMail, Mails, Returned
from desk.receiving import Received
from domain.ids import BrandId

logger = logging.getLogger(__name__)


class Intake:
    """Takes mails for one brand; `own` is the address it writes from, whose own mails are nobody's questions."""

    def __init__(self, mails: Mails, brand: BrandId, own: str, now: Callable[[], datetime]) -> None:
        self._mails = mails
        self._brand = brand
        self._own = own.lower()
        self._now = now

    async def take(self, raw: bytes, delivery: str | None = None) -> Received | None:
        """Hand a mail to the desk, once; None where it becomes no message: a report, one of ours, or known already.

        `delivery` is the id under which a program posted it: under the same one nothing is taken again.
        """
        mail = await asyncio.to_thread(parsing.parse, raw)
        if mail.sender and mail.sender.address == self._own:
            return None
        if mail.bounce:
            report = mail.bounce
            about = report.mails, report.permanent, report.recipient, report.reason
            await self._mails.returned(Returned(self._brand, mail.id, *about, delivery), self._now())
            return None
        return await self._mails.receive(self._incoming(mail, delivery), self._now())

    async def take_delivered(self, raw: bytes, delivery: str) -> Received | None:
        """Hand in a mail that a program posted, and return where it is, however often it comes."""
        return await self.take(raw, delivery) or await self._mails.delivered(self._brand, delivery)

    async def visit(self, mailbox: Mailbox) -> int:
        """Take what has come into a mailbox, and return how many mails that were; whatever ends it, it goes on there.

        Raises MailboxError.
        """
        count, more = 0, True
        while more:
            before = await self._mails.mark(mailbox.name)
            visit = await mailbox.visit(before, self._now())
            for mark, raw in visit.mails:
                await self.take(raw)
                await self._mails.read_up_to(mailbox.name, mark)
                count += 1
            if visit.mark != before:
                await self._mails.read_up_to(mailbox.name, visit.mark)
            more = visit.more
        if count:
            logger.info("took %d mails from %s", count, mailbox.name)
        return count

    def _incoming(self, mail: Mail, delivery: str | None) -> IncomingMail:
        return IncomingMail(
            brand=self._brand,
            id=mail.id,
            references=mail.references,
            address=mail.sender.address if mail.sender else None,
            name=mail.sender.name if mail.sender else "",
            subject=mail.subject,
            text=mail.text,
            headers=mail.headers,
            files=tuple((file.name, file.content) for file in mail.files),
            delivery=delivery,
        )
