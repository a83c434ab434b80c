"""Bytes as they came from a mail server, as what the desk needs to know of them."""

import email
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.policy import compat32  # reads a header only when asked, and never refuses one
from email.utils import getaddresses

from connectors.email import bodies, bounces, charsets, quoting
from connectors.email.bodies import File
from connectors.email.bounces import Bounce
from kb_index import hidden

LONGEST_ID = 500
LONGEST_ADDRESS = 254
LONGEST_SUBJECT = 300
MOST_REFERENCES = 100
TELLING = ("auto-submitted", "precedence", "return-path", "x-auto-response-suppress", "x-spam-flag")
TELLING_STARTS = ("list-", "x-autorepl", "x-autorespon")

_ID = re.compile(r"<\s*([^<>\s]+)\s*>")
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[^\s@<>\"(),:;\\\[\]]{1,190}")
_NOBODY = re.compile(r"^(?:no|do-?not|dont)[-_.]?reply|^(?:mailer|forms?|notifications?)\b", re.IGNORECASE)
_FORWARDED = re.compile(r"^\s*(?:fwd?|wg|weitergeleitet|tr|rv|enc|reenv)\s*:", re.IGNORECASE)
_AGAIN = re.compile(
    r"^\s*(?:(?:re|aw|antw(?:ort)?|sv|res|ré|rép|fwd?|wg|tr|rv|enc|reenv)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE
)
_AWAY = re.compile(
    r"^\W*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|antwort|responder)|out of (?:the )?office"
    r"|automatische antwort|abwesenheits|abwesend\b|respuesta automática|fuera de (?:la )?oficina"
    r"|réponse automatique|absence du bureau|absent du bureau|resposta automática|ausente do escritório"
    r"|ausência temporária)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Address:
    """Where somebody is written to, in lower case, and what they call themselves."""

    address: str
    name: str = ""


@dataclass(frozen=True)
class Mail:
    """A mail as the desk takes it: `text` is what its sender wrote themselves.

    `id` is its Message-ID, or a hash where it has none; `references` are the mails it answers, the nearest first;
    `headers` are those that tell whether a machine wrote it, by their names in lower case.
    """

    id: str
    references: tuple[str, ...]
    sender: Address | None
    subject: str
    text: str
    headers: Mapping[str, str]
    files: tuple[File, ...] = ()
    bounce: Bounce | None = None


def parse(raw: bytes) -> Mail:
    """Return what a mail says; nothing makes it fail, and what cannot be read as a mail is read as text."""
    try:
        return _mail(email.message_from_bytes(raw, policy=compat32), raw)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):  # a shape that the parser cannot walk
        head, _, rest = raw.partition(b"\n\n" if b"\r\n\r\n" not in raw else b"\r\n\r\n")
        plain = email.message_from_bytes(_only_known(head) + b"\n\n", policy=compat32)
        plain.set_payload(hidden.clean(charsets.decode(rest[: bodies.LONGEST], None)).encode(), "utf-8")
        return _mail(plain, raw)


def subject_of(raw: str) -> str:
    """Return a subject without what answering and forwarding put before it."""
    return _AGAIN.sub("", raw).strip()


def _mail(message: Message, raw: bytes) -> Mail:
    subject = charsets.header(message, "Subject")[:LONGEST_SUBJECT]
    sender = _sender(message)
    forwarded, references = bool(_FORWARDED.match(subject)), _references(message)
    return Mail(
        id=_id(message, raw),
        references=references,
        sender=sender,
        subject=subject_of(subject),
        text=quoting.own_words(bodies.text(message, forwarded), forwarded, bool(references)),
        headers=_headers(message, subject, sender),
        files=tuple(bodies.files(message)),
        bounce=bounces.read(message, sender.address if sender else ""),
    )


def _id(message: Message, raw: bytes) -> str:
    found = _ID.search(charsets.raw_header(message, "Message-ID"))
    if found and len(found[1]) <= LONGEST_ID:
        return hidden.clean(found[1])
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _references(message: Message) -> tuple[str, ...]:
    answered = _ID.findall(charsets.raw_header(message, "In-Reply-To"))
    before = reversed(_ID.findall(charsets.raw_header(message, "References")))
    known = dict.fromkeys(hidden.clean(one) for one in (*answered, *before) if len(one) <= LONGEST_ID)
    return tuple(known)[:MOST_REFERENCES]


def _sender(message: Message) -> Address | None:
    """Return who is to be answered: whoever it is from; where that is a machine that sends for others, who it names."""
    given = next(iter(_addresses(message, "From")), None)
    if given is None or _NOBODY.match(given.address):
        return next(iter(_addresses(message, "Reply-To")), given)
    return given


def _addresses(message: Message, name: str) -> list[Address]:
    pairs = getaddresses(charsets.headers(message, name)[:5])
    return [
        Address(address.lower(), charsets.words(called)[:LONGEST_ADDRESS])
        for called, address in pairs
        if len(address) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(address) and hidden.clean(address) == address
    ]


def _headers(message: Message, subject: str, sender: Address | None) -> dict[str, str]:
    """Return the headers that tell of a machine; one that only its subject gives away, or nobody sent, gets one."""
    told = {
        name.lower(): charsets.header(message, name)
        for name in message
        if name.lower() in TELLING or name.lower().startswith(TELLING_STARTS)
    }
    if sender is None or _AWAY.match(subject):
        told.setdefault("auto-submitted", "auto-replied")
    return told


def _only_known(head: bytes) -> bytes:
    """Return the headers that a mail cannot do without, each on its own line."""
    wanted = (b"from:", b"reply-to:", b"subject:", b"message-id:", b"in-reply-to:", b"references:")
    lines = re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines()
    return b"\n".join(line for line in lines if line.lower().startswith(wanted))
