"""Private details stay here: they leave as placeholders such as `[email_1]` and come back in the answer.

What is found is what has a form that can be checked: keys, e-mail addresses, IBANs, cards, IP addresses, phone numbers.
Names have none and are not found.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["placeholder", "key", "email", "iban", "card", "ip", "phone"]

_PLACEHOLDER = re.compile(rf"\[({'|'.join(get_args(Kind))})_(\d+)\]", re.IGNORECASE)
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
_CARD = re.compile(r"(?<![\w.])[2-6]\d{3}(?:[ -]?\d){8,15}(?!\w)", re.ASCII)
_IP = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w:])(?!\.\d)",
    re.IGNORECASE | re.ASCII,
)
_PHONE = re.compile(
    r"(?<![\w.,/-])(?<!\d )(?:"
    r"(?:\+|00)\d{1,3}[ ./-]?(?:\(\d{1,4}\)[ ./-]?)?\d(?:[ ./-]?\d){5,12}"
    r"|\(\d{2,5}\)[ ./-]?\d(?:[ ./-]?\d){4,9}"
    r"|0\d{2,4}[ /-]\d(?:[ -]?\d){4,8}"
    r"|\d{3}([ .-])\d{3}\1\d{4}"
    r")(?![\w]|[.,-]\d)",
    re.ASCII,
)


@dataclass(frozen=True)
class Detail:
    """A private detail, as it stands at `start` to `end` of a text."""

    kind: Kind
    text: str
    start: int
    end: int


class Redaction:
    """Hides the private details of one request and restores them in its answer; the same detail has one placeholder."""

    def __init__(self) -> None:
        self._placeholders: dict[str, str] = {}
        self._counts: dict[Kind, int] = {}

    def hide(self, text: str) -> str:
        """Return the text with every private detail replaced; a placeholder that came along counts as one."""
        pieces, cut = [], 0
        for detail in details(text):
            pieces += [text[cut : detail.start], self._placeholder(detail)]
            cut = detail.end
        return "".join([*pieces, text[cut:]])

    def restore(self, text: str) -> str:
        """Return the text with our placeholders replaced by what they stand for; unknown ones stay."""
        originals = {placeholder: original for original, placeholder in self._placeholders.items()}
        return _PLACEHOLDER.sub(lambda match: originals.get(match.group().lower(), match.group()), text)

    def unknown(self, text: str) -> str | None:
        """Return the first placeholder in a text that stands for nothing, None when there is none."""
        known = set(self._placeholders.values())
        found = (match.group() for match in _PLACEHOLDER.finditer(text))
        return next((placeholder for placeholder in found if placeholder.lower() not in known), None)

    def _placeholder(self, detail: Detail) -> str:
        if detail.text not in self._placeholders:
            self._counts[detail.kind] = self._counts.get(detail.kind, 0) + 1
            self._placeholders[detail.text] = f"[{detail.kind}_{self._counts[detail.kind]}]"
        return self._placeholders[detail.text]


def details(text: str) -> list[Detail]:
    """Return the private details in a text, in order, none overlapping another."""
    found: list[Detail] = []
    taken = bytearray(len(text))
    for kind, candidates in _FINDERS:
        for start, end in candidates(text):
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append(Detail(kind, text[start:end], start, end))
    return sorted(found, key=lambda detail: detail.start)


def _matches(pattern: re.Pattern[str]) -> Callable[[str], Iterator[tuple[int, int]]]:
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
    return (match.span() for match in _CARD.finditer(text) if _is_card(match.group()))


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
    return (match.span() for match in _PHONE.finditer(text) if 7 <= sum(map(str.isdigit, match.group())) <= 15)


_FINDERS: tuple[tuple[Kind, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
    ("placeholder", _matches(_PLACEHOLDER)),
    ("key", _matches(_KEY)),
    ("email", _matches(_EMAIL)),
    ("iban", _ibans),
    ("card", _cards),
    ("ip", _addresses),
    ("phone", _phones),
)
