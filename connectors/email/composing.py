"""A message of ours as a mail."""

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from markdown_it import MarkdownIt

from desk.mailing import Envelope

PAGE = '<!doctype html>\n<html><body style="font-family: sans-serif; line-height: 1.5">\n{}</body></html>\n'

# What a reply is written in: no HTML of its own, and no pictures, which would tell somebody that the mail was read.
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")


def compose(
    text: str, envelope: Envelope, sender: Address, message_id: str, automatic: bool, now: datetime
) -> EmailMessage:
    """Return the mail of a message, as text and as simple HTML, in the thread it belongs to.

    An `automatic` one says so, that no other machine answers it. Raises ValueError for an address that cannot be
    written to.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = Address(_line(envelope.name or ""), addr_spec=envelope.address)
    mail["Subject"] = _subject(envelope)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id}>"
    _thread(mail, envelope.thread)
    if automatic:
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(f"{text.strip()}\n", cte="quoted-printable")
    mail.add_alternative(PAGE.format(_markdown.render(text)), subtype="html", cte="quoted-printable")
    return mail


def _subject(envelope: Envelope) -> str:
    subject = _line(envelope.subject)
    return f"Re: {subject}".strip() if envelope.thread or subject else ""


def _thread(mail: EmailMessage, thread: Sequence[str]) -> None:
    """Name the mails before it, each on a line of its own: their ids are never broken."""
    known = [f"<{one}>" for one in thread if one.isascii() and one.isprintable() and not set(one) & set("<> ")]
    if known:
        mail["In-Reply-To"] = known[-1]
        mail["References"] = " ".join(known)


def _line(text: str) -> str:
    return " ".join(text.split())
