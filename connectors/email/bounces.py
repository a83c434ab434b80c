"""Word from a mail server that a mail of ours did not arrive."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from connectors.email import charsets

REASON_LENGTH = 300
POSTMASTERS = ("mailer-daemon", "postmaster", "mail-daemon", "mdaemon", "bounce", "bounces")
_ID = re.compile(r"<([^<>\s@]{1,200}@[^<>\s]{1,200})>")
_TELLING = re.compile(
    r"undeliver|delivery (?:status|failure|incomplete|has failed|notification)|failure notice|returned mail"
    r"|mail delivery (?:failed|system)|could not be delivered|not delivered|delayed"
    r"|unzustellbar|zustellung fehlgeschlagen|no se (?:ha podido|pudo) entregar|non remis|non distribu|não entreg",
    re.IGNORECASE,
)
_WAITS = re.compile(r"\bdelay(?:ed)?\b|\bwarning\b|will (?:be retried|keep trying|continue to try)", re.IGNORECASE)


@dataclass(frozen=True)
class Bounce:
    """A mail that came back: the Message-IDs it may be, and whether its server has given up for good."""

    mails: tuple[str, ...]
    permanent: bool
    recipient: str
    reason: str


def read(message: Message, sender: str) -> Bounce | None:
    """Return what a mail reports of another one, None when it is no report."""
    reported = _reported(message)
    if reported is None and not _looks_like(message, sender):
        return None
    fields = reported or {}
    action, status = fields.get("action", "").lower(), fields.get("status", "")
    told = f"{charsets.header(message, 'Subject')} {fields.get('diagnostic-code', '')}"
    failed = action == "failed" and not status.startswith("4")
    recipient = fields.get("final-recipient") or charsets.header(message, "X-Failed-Recipients")
    return Bounce(
        mails=tuple(dict.fromkeys(_mails(message))),
        permanent=failed if action else not _WAITS.search(told),
        recipient=recipient.rpartition(";")[2].strip(),
        reason=(fields.get("diagnostic-code") or status or charsets.header(message, "Subject"))[:REASON_LENGTH],
    )


def _reported(message: Message) -> dict[str, str] | None:
    """Return the fields of a delivery status, of the first recipient; None where the mail is no such report."""
    part = next((part for part in message.walk() if part.get_content_type() == "message/delivery-status"), None)
    if part is None:
        return None
    blocks = part.get_payload()
    fields: dict[str, str] = {}
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, Message):
            for name in ("final-recipient", "action", "status", "diagnostic-code"):
                fields[name] = fields.get(name) or charsets.header(block, name)
    return fields


def _looks_like(message: Message, sender: str) -> bool:
    """Say whether a mail is a report of the old kind, in words only."""
    if charsets.raw_header(message, "X-Failed-Recipients"):
        return True
    empty = charsets.raw_header(message, "Return-Path") == "<>"
    official = sender.partition("@")[0].lower() in POSTMASTERS
    return (empty or official) and bool(_TELLING.search(charsets.header(message, "Subject")))


def _mails(message: Message) -> Iterator[str]:
    """Yield the Message-IDs of what came back: of the mail enclosed, of what it answers, and those in its words."""
    for part in message.walk():
        if part is not message:
            yield from _ID.findall(charsets.raw_header(part, "Message-ID"))
    for name in ("In-Reply-To", "References"):
        yield from _ID.findall(charsets.raw_header(message, name))
    for part in message.walk():
        if not part.is_multipart() and part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield from re.findall(r"(?im)^[> ]*message-id:\s*<([^<>\s]+@[^<>\s]+)>", charsets.decode(payload, None))
