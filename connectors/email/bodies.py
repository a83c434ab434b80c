"""What a mail says and what it carries: its text, and the files with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from bs4 import BeautifulSoup

from connectors.email import charsets
from kb_index import hidden, html

LONGEST = 1_000_000  # characters of one part that are read
MOST_FILES = 20
WORDLESS = 40  # characters: plain text this short beside HTML that says more is no text ("Please enable HTML")
READ = ("text/plain", "text/html")
QUOTES = (
    ".gmail_quote, .gmail_quote_container, .gmail_signature, .moz-cite-prefix, .moz-signature, .yahoo_quoted,"
    " blockquote[type=cite], .protonmail_quote, #divRplyFwdMsg, #divRplyFwdMsg ~ *, #appendonsend, #appendonsend ~ *,"
    " #Signature, [data-marker=__QUOTED_TEXT__]"
)
FORWARDED = ".moz-signature, .gmail_signature, #Signature"
_FLOWED = re.compile(r"(?<!^--) \n(?!>)", re.MULTILINE)


@dataclass(frozen=True)
class File:
    """A file that came with a mail, as its sender calls it."""

    name: str
    content: bytes


def text(message: Message, forwarded: bool = False) -> str:
    """Return what a mail says, its plain text before its HTML; empty where it holds neither.

    Quotes that HTML marks as such go, unless the mail was `forwarded`; those in plain text stay.
    """
    return hidden.clean("\n\n".join(said for said in _texts(message, forwarded) if said.strip()))


def files(message: Message) -> list[File]:
    """Return the files of a mail, the first twenty."""
    found: list[File] = []
    for part in _leaves(message):
        if len(found) == MOST_FILES:
            break
        if _is_file(part) and (content := _content(part)):
            found.append(File(_name(part), content))
    return found


def _texts(part: Message, forwarded: bool) -> Iterator[str]:
    kind = part.get_content_type()
    if kind == "multipart/alternative":
        yield _alternative(_children(part), forwarded)
    elif part.is_multipart():
        if kind != "message/rfc822":
            for child in _children(part):
                yield from _texts(child, forwarded)
    elif not _is_file(part):
        yield _leaf_text(part, forwarded)


def _alternative(parts: list[Message], forwarded: bool) -> str:
    """Return the one text that several parts say in their ways: the plain one, if it says anything."""
    said = [(part.get_content_type(), "\n\n".join(_texts(part, forwarded))) for part in parts]
    plain = next((words for kind, words in said if kind == "text/plain" and words.strip()), "")
    rich = max((words for kind, words in said if kind != "text/plain"), key=len, default="")
    stub = len(plain.strip()) < WORDLESS and len(rich.strip()) > 4 * WORDLESS
    return rich if stub or not plain else plain


def _leaf_text(part: Message, forwarded: bool) -> str:
    said = charsets.decode(_content(part), _charset(part))[:LONGEST].replace("\r\n", "\n").replace("\r", "\n")
    if part.get_content_type() == "text/html":
        return _of_html(said, forwarded)
    if _parameter(part, "format").lower() == "flowed":
        between = "" if _parameter(part, "delsp").lower() == "yes" else " "
        return _FLOWED.sub(between, said)
    return said


def _of_html(page: str, forwarded: bool) -> str:
    """Return the Markdown of an HTML mail; a headline belongs to what it says, unlike a page's."""
    try:
        soup = BeautifulSoup(page, "html.parser")
        for element in soup.select(FORWARDED if forwarded else QUOTES):
            element.decompose()
        for headline in soup.find_all("h1"):
            headline.name = "h2"
        return html.read(str(soup)).body
    except (html.TooDeep, RecursionError):
        return re.sub(r"<[^<>]{0,2000}>", " ", page)


def _leaves(message: Message) -> Iterator[Message]:
    if message.get_content_type() == "message/rfc822" or not message.is_multipart():
        yield message
        return
    for part in _children(message):
        yield from _leaves(part)


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _is_file(part: Message) -> bool:
    """Say whether a part is a file rather than text to be read, whatever it claims to be."""
    disposition = charsets.raw_header(part, "Content-Disposition").partition(";")[0].strip().lower()
    return disposition == "attachment" or bool(_name(part, "")) or part.get_content_type() not in READ


def _content(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822":
        return b"\n".join(child.as_bytes() for child in _children(part)[:1])
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _name(part: Message, default: str = "file") -> str:
    given = _parameter(part, "filename", "content-disposition") or _parameter(part, "name")
    return charsets.words(hidden.clean(given)) or default


def _charset(part: Message) -> str:
    return _parameter(part, "charset")


def _parameter(part: Message, name: str, header: str = "content-type") -> str:
    """Return a parameter of a header, empty where there is none that can be read."""
    try:
        found = part.get_param(name, "", header)
        if isinstance(found, tuple):
            charset, _, value = found
            return charsets.decode(value.encode("latin-1", "replace"), charset)
    except (ValueError, LookupError, TypeError):  # parameters that no parser understands
        return ""
    return found.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
