"""Find the private details in a text: what has a form that can be checked, or that its neighbours announce.

Keys, e-mail addresses, web addresses, IBANs, cards, national numbers, IP addresses, phone numbers, and names: those
that something announces, and with a tagger those that stand by themselves.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from engines import names
from engines.tagger import Tagger

Finder = Callable[[str], Iterator[tuple[int, int]]]
Kind = Literal["placeholder", "key", "email", "url", "iban", "card", "id", "ip", "phone", "name"]

PLACEHOLDER = re.compile(rf"\[({'|'.join(get_args(Kind))})_(\d+)\]", re.IGNORECASE)
_KEY = re.compile(
    r"(?<![\w-])(?:"
    r"(?:sk|pk|rk|whsec|gh[opsu]|glpat|xox[abeprs]|npm|pypi|hf|shp(?:at|ss|ca))[-_][\w-]{12,}"
    r"|github_pat_\w{20,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9]{32,}"
    r"|(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{32,}"
    r")(?![\w-])",
    re.ASCII,
)
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{1,4}){3,8}(?!\w)", re.IGNORECASE | re.ASCII)
_CARD = re.compile(r"(?<![\w.+])(?:[2-6]\d{3}|1800)(?:[ -]?\d){9,15}(?!\w)", re.ASCII)
_CARD_LIKE = re.compile(r"(?<![\w.+])\d(?:[ -]?\d){11,18}(?!\w)", re.ASCII)
_CARD_SAID = re.compile(
    r"\b(?:cards?|visa|master ?card|amex|maestro|tarjeta|karte|kreditkarte|carte|cartao|cartão)\b", re.IGNORECASE
)
_URL = re.compile(r"(?<![\w@.])(?:https?://|www\.)[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]", re.IGNORECASE)
_ID = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])", re.ASCII)
_IP = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w:])(?!\.\d)",
    re.IGNORECASE | re.ASCII,
)
_PHONE = re.compile(
    r"(?<![\w.,/-])(?<!\d )(?:"
    r"(?:\+|00)\d{1,3}[ ./-]?(?:\(\d{1,4}\)[ ./-]?)?\d(?:[ ./-]?\d){5,12}"
    r"|\(\d{2,5}\)[ ./-]?\d(?:[ ./-]?\d){4,9}"
    r"|0\d{2,4}[ /-]\d(?:[ -]?\d){4,8}"
    r"|0\d([ .-])\d{2}(?:\1\d{2}){3}"
    r"|\d{3}([ .-])\d{3}\2\d{4}"
    r")(?: ?(?:x|ext\.?) ?\d{1,5})?(?![\w]|[.,-]\d)",
    re.ASCII | re.IGNORECASE,
)
_PHONE_LIKE = re.compile(
    r"(?<![\w.,/-])(?:\(\d{2,4}\) ?)?\d(?:[ .-]?\d){6,12}(?: ?(?:x|ext\.?) ?\d{1,5})?(?!\w|[.,-]\d)", re.ASCII
)
_PHONE_SAID = re.compile(
    r"\b(?:phone|mobile|cell|tel|telephone|fax|desk|office|call|ring|text|reach|whatsapp|sms|registered|handy|telefon|anrufen|rufen|"
    r"telefono|teléfono|movil|móvil|llamar|llamen|llame|portable|appel\w*|telephone|téléphone|telemovel|telemóvel|ligar|liguem)\b",
    re.IGNORECASE,
)
AROUND = 24  # characters before a number, and 8 after it, in which a word may announce what it is


@dataclass(frozen=True)
class Detail:
    """A private detail, as it stands at `start` to `end` of a text."""

    kind: Kind
    text: str
    start: int
    end: int


def found(text: str, tagger: Tagger | None = None) -> list[Detail]:
    """Return the private details in a text, in order, none overlapping another."""
    tagged: tuple[tuple[Kind, Finder], ...] = (("name", tagger.found),) if tagger else ()
    known: list[Detail] = []
    taken = bytearray(len(text))
    for kind, candidates in (*_FINDERS, *tagged):
        for start, end in candidates(text):
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                known.append(Detail(kind, text[start:end], start, end))
    return sorted(known, key=lambda detail: detail.start)


def _matches(pattern: re.Pattern[str]) -> Finder:
    return lambda text: (match.span() for match in pattern.finditer(text))


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    """Yield each IBAN, without the words that follow it and look like more of it."""
    for match in _IBAN.finditer(text):
        ends = [match.end(), *(match.start() + gap.start() for gap in reversed([*re.finditer(r"[ -]", match.group())]))]
        end = next((end for end in ends if _is_iban(text[match.start() : end])), None)
        if end:
            yield match.start(), end


def _is_iban(text: str) -> bool:
    bare = re.sub(r"[ -]", "", text).upper()
    return 15 <= len(bare) <= 34 and int("".join(str(int(sign, 36)) for sign in bare[4:] + bare[:4])) % 97 == 1


def _cards(text: str) -> Iterator[tuple[int, int]]:
    """Yield what passes the check that cards carry and begins like one, or stands beside a word for it."""
    for match in _CARD_LIKE.finditer(text):
        if _is_card(match.group()) and (_CARD.fullmatch(match.group()) or _announced(_CARD_SAID, text, match)):
            yield match.span()


def _announced(words: re.Pattern[str], text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - AROUND) : match.start()], text[match.end() : match.end() + AROUND // 3]
    return bool(words.search(before) or words.search(after))


def _is_card(text: str) -> bool:
    digits = [int(sign) for sign in reversed(text) if sign.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _IP.finditer(text) if _is_address(match.group()))


def _is_address(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not address.is_unspecified


def _phones(text: str) -> Iterator[tuple[int, int]]:
    """Yield what is written as only phone numbers are, or stands beside a word that announces one."""
    for match in _PHONE.finditer(text):
        if 7 <= sum(map(str.isdigit, match.group())) <= 20:
            yield match.span()
    for match in _PHONE_LIKE.finditer(text):
        if _announced(_PHONE_SAID, text, match):
            yield match.span()


_FINDERS: tuple[tuple[Kind, Finder], ...] = (
    ("placeholder", _matches(PLACEHOLDER)),
    ("key", _matches(_KEY)),
    ("email", _matches(_EMAIL)),
    ("url", _matches(_URL)),
    ("iban", _ibans),
    ("card", _cards),
    ("id", _matches(_ID)),
    ("ip", _addresses),
    ("phone", _phones),
    ("name", names.found),
)
