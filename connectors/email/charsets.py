"""Bytes of a mail as text, whatever they claim to be."""

import base64
import binascii
import quopri
import re
from email.message import Message

from kb_index import hidden

ALIASES = {  # what senders write, and what they mean by it
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "iso-8859-8-i": "iso-8859-8",
    "windows-874": "cp874",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
}
NO_TEXT = frozenset(["idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "unicode-escape"])
UNTOLD = frozenset(["", "utf-8", "utf8", "us-ascii", "ascii", "unknown-8bit", "x-unknown", "unknown", "binary", "8bit"])
MULTIPLE = ("utf-16", "utf-32", "utf-7", "iso-2022", "hz")  # where bytes below 128 are more than ASCII

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(?==\?)")


def decode(data: bytes, charset: str | None) -> str:
    """Return what bytes say: as UTF-8 where they are that, else as they claim, else as Western Europe writes.

    Nothing makes it fail: what fits nowhere becomes U+FFFD.
    """
    claimed = (charset or "").strip().strip("\"'").lower()
    if not claimed.startswith(MULTIPLE):
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    if claimed not in UNTOLD | NO_TEXT:
        try:
            return data.decode(ALIASES.get(claimed, claimed), "replace")
        except (LookupError, ValueError):  # no such charset, or one that is no text
            pass
    return data.decode("cp1252", "replace")


def header(message: Message, name: str) -> str:
    """Return a header as people read it, on one line; empty where the mail has none."""
    return words(raw_header(message, name))


def headers(message: Message, name: str) -> list[str]:
    """Return every header of a name as it was sent, unfolded but with its encoded words."""
    wanted = name.lower()
    return [_unfolded(value) for given, value in message.raw_items() if given.lower() == wanted]


def raw_header(message: Message, name: str) -> str:
    """Return the first header of a name as it was sent, unfolded but with its encoded words."""
    return next(iter(headers(message, name)), "")


def words(raw: str) -> str:
    """Return a header with its encoded words read; neighbours of one charset are put together first."""
    joined = _BETWEEN.sub(r"\1", raw)
    said: list[str] = []
    pending, charset, position = b"", "", 0
    for match in _WORD.finditer(joined):
        if match.start() != position or match[1].lower() != charset:
            said.extend([decode(pending, charset), joined[position : match.start()]])
            pending = b""
        charset, position = match[1].lower(), match.end()
        pending += _bytes(match[2].lower(), match[3])
    said.extend([decode(pending, charset), joined[position:]])
    return " ".join(hidden.clean("".join(said)).split())


def _unfolded(value: object) -> str:
    text = str(value).encode("utf-8", "surrogateescape")
    return " ".join(decode(text, None).split())


def _bytes(encoding: str, coded: str) -> bytes:
    data = coded.encode("utf-8", "replace")
    if encoding == "q":
        return quopri.decodestring(data.replace(b"_", b" "), header=True)
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return data
