"""A folder of mails, over IMAP: what has come since the last time, and whether a mail is there.

MailboxError is a ConnectorError: the server cannot be spoken with, and trying again later may help.
"""

import asyncio
import imaplib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.connector import ConnectorError
from connectors.email.servers import Server
from desk.mails import Mark

AT_ONCE = 50  # mails of one visit
LARGEST = 30_000_000  # bytes: of a larger mail only the beginning is read
BEGINNING = 1_000_000
OVERLAP = timedelta(days=2)  # how far back is read again when the server has numbered its mails anew
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # whatever the locale

_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxError(ConnectorError):
    """The mail server cannot be spoken with, or does not do what it is asked."""


@dataclass(frozen=True)
class Visit:
    """Mails that came since the last visit, in order, and the mark that each of them sets once it is taken."""

    mails: tuple[tuple[Mark, bytes], ...]
    mark: Mark
    more: bool


class Mailbox:
    """One folder of one account; every call is a connection of its own, so that nothing goes stale between them."""

    def __init__(self, server: Server, folder: str = "INBOX") -> None:
        self._server = server
        self._folder = folder

    @property
    def name(self) -> str:
        """Return what tells it from other mailboxes."""
        return f"{self._server.user or ''}@{self._server.host}/{self._folder}"

    async def visit(self, mark: Mark | None, now: datetime) -> Visit:
        """Return the next mails after a mark; without one, none: what came before the desk was there stays where it is.

        Raises MailboxError.
        """
        return await asyncio.to_thread(self._visit, mark, now)

    async def holds(self, message_id: str) -> bool:
        """Say whether a mail of this Message-ID is there. Raises MailboxError."""
        return await asyncio.to_thread(self._holds, message_id)

    async def check(self) -> int:
        """Return how many mails are there. Raises MailboxError."""
        return await asyncio.to_thread(self._count)

    def _visit(self, mark: Mark | None, now: datetime) -> Visit:
        with self._selected() as imap:
            validity = _number(imap, "UIDVALIDITY")
            if mark is None:
                return Visit((), Mark(validity, _next(imap) - 1, now), False)
            uids = _uids(imap, *_since(mark, validity))
            wanted = [uid for uid in uids if mark.validity != validity or uid > mark.uid]
            taken = wanted[:AT_ONCE]
            mails = tuple((Mark(validity, uid, now), raw) for uid in taken if (raw := _fetch(imap, uid)) is not None)
            last = taken[-1] if taken else mark.uid if mark.validity == validity else _next(imap) - 1
            return Visit(mails, Mark(validity, last, now), len(wanted) > len(taken))

    def _holds(self, message_id: str) -> bool:
        with self._selected() as imap:
            return bool(_uids(imap, "HEADER", "Message-ID", _quoted(message_id)))

    def _count(self) -> int:
        with self._selected() as imap:
            return _number(imap, "EXISTS")

    @contextmanager
    def _selected(self) -> Iterator[imaplib.IMAP4]:
        """Yield a connection that has opened the folder without changing anything in it."""
        try:
            imap = self._connected()
            try:
                _expect(imap.select(_quoted(self._folder), readonly=True), f"open the folder {self._folder!r}")
                yield imap
            finally:
                with suppress(OSError, imaplib.IMAP4.error):
                    imap.logout()
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxError(f"{self._server}: {error}") from error

    def _connected(self) -> imaplib.IMAP4:
        server = self._server
        if server.encrypted:
            imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                server.host, server.port, ssl_context=server.trust(), timeout=server.timeout_s
            )
        else:
            imap = imaplib.IMAP4(server.host, server.port, timeout=server.timeout_s)
            if "STARTTLS" in imap.capabilities and not server.near:
                imap.starttls(server.trust())
            elif not server.near:
                raise MailboxError(f"{server} offers no STARTTLS, and no password is sent in the open: use imaps://")
        if server.user:
            imap.login(_quoted(server.user), server.password or "")
        return imap


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _since(mark: Mark, validity: int) -> Sequence[str]:
    """Return what to search for: all after the mark, or what is new enough where the numbers mean nothing any more."""
    if mark.validity == validity:
        return ("UID", f"{mark.uid + 1}:*")
    day = mark.read_at - OVERLAP
    return ("SINCE", f"{day.day}-{MONTHS[day.month - 1]}-{day.year}")


def _uids(imap: imaplib.IMAP4, *wanted: str) -> list[int]:
    found = _expect(imap.uid("SEARCH", *wanted), "search")
    return sorted(int(uid) for line in found if isinstance(line, bytes) for uid in line.split())


def _fetch(imap: imaplib.IMAP4, uid: int) -> bytes | None:
    """Return a mail, None when it is gone by now; of one too large only how it begins."""
    told = _expect(imap.uid("FETCH", str(uid), "(RFC822.SIZE)"), "ask how large a mail is")
    size = next((int(found[1]) for line in told if isinstance(line, bytes) and (found := _SIZE.search(line))), 0)
    part = "(BODY.PEEK[])" if size <= LARGEST else f"(BODY.PEEK[]<0.{BEGINNING}>)"
    fetched = _expect(imap.uid("FETCH", str(uid), part), "fetch a mail")
    return next((line[1] for line in fetched if isinstance(line, tuple)), None)


def _next(imap: imaplib.IMAP4) -> int:
    """Return the number of the next mail; where the server does not tell, after the newest there is."""
    return _number(imap, "UIDNEXT") or max(_uids(imap, "ALL"), default=0) + 1


def _number(imap: imaplib.IMAP4, name: str) -> int:
    _, values = imap.response(name)
    return int(values[-1]) if values and isinstance(values[-1], bytes) else 0


def _expect(answer: tuple[str, Sequence[object]], wanted: str) -> Sequence[object]:
    status, found = answer
    if status != "OK":
        raise MailboxError(f"the server does not let us {wanted}: {found!r}")
    return found
