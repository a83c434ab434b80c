"""Read what a text says in numbers so that `60 minutes` and `an hour` are one, and `60 hours` is another."""

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache

from domain.text import figures, folded
from engines.embedded.wording import stem

ALIKE = 0.02  # of a duration: twelve months are a year
_WORDED = {
    name: number
    for number, names in {
        2: "two zwei dos deux dois",
        3: "three drei tres trois",
        4: "four vier cuatro quatre quatro",
        5: "five funf cinco cinq",
        6: "six sechs seis",
        7: "seven sieben siete sept sete",
        8: "eight acht ocho huit oito",
        9: "nine neun nueve neuf nove",
        10: "ten zehn diez dix dez",
        11: "eleven elf once onze",
        12: "twelve zwolf doce douze doze",
        13: "thirteen dreizehn trece treize treze",
        14: "fourteen fortnight vierzehn catorce quatorze",
        15: "fifteen funfzehn quince quinze",
        16: "sixteen",
        17: "seventeen",
        18: "eighteen",
        19: "nineteen",
        20: "twenty zwanzig veinte vingt vinte",
        24: "twenty-four",
        30: "thirty dreissig treinta trente trinta",
        40: "forty vierzig cuarenta quarante quarenta",
        48: "forty-eight",
        50: "fifty funfzig cincuenta cinquante cinquenta",
        60: "sixty sechzig sesenta soixante sessenta",
        70: "seventy siebzig setenta",
        80: "eighty achtzig ochenta oitenta",
        90: "ninety neunzig noventa",
        100: "hundred hundert cien cent",
    }.items()
    for name in names.split()
}
_UNITS = {
    stem(name): (kind, size)
    for kind, sizes in {
        "time": {
            "second sekunde sekunden segundo sec secs": 1.0,
            "minute minuten minuto min mins": 60.0,
            "hour hr hrs stunde stunden hora heure": 3600.0,
            "day days tag tage tagen dia dias jour werktag werktage": 86_400.0,
            "week woche wochen semana semaine": 604_800.0,
            "month monat monate monaten mes meses mois": 30 * 86_400.0,
            "year jahr jahre jahren ano anos annee ans": 365 * 86_400.0,
        },
        "size": {"byte": 1e-3, "kb": 1.0, "mb": 1e3, "gb": 1e6, "tb": 1e9},
        "share": {"% percent prozent": 1.0},
        "euro": {"€ eur euro": 1.0},
        "dollar": {"$ usd dollar": 1.0},
        "pound": {"£ gbp pound": 1.0},
        "franc": {"chf": 1.0},
    }.items()
    for names, size in sizes.items()
    for name in names.split()
}
_UNIT = "second|minute|hour|day|week|month|year|sekunde|minuto|stunde|tag|woche|monat|jahr|hora|dia|semana"
_ONE = re.compile(rf"\b(?:a|an|one|per|each|every|eine[rmn]?|einem|pro|una?|cada|por|une|par) (?=(?:{_UNIT})s?\b)")
_HALF = re.compile(r"\b(?:half an hour|eine halbe stunde|media hora|une demi-heure)\b")
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(sorted(_WORDED, key=len, reverse=True))})\b")
_QUANTITY = re.compile(
    r"(?<![\w.,:/-])(?P<money>[€$£]\s?)?(?P<number>\d+(?:[.,]\d+)*)(?![\d:])"
    r"(?:[\s-]?(?P<unit>%|[€$£]|(?:(?:business|working|calendar) )?[a-z]{2,}))?"
)
_NUMBERING = re.compile(r"(?:^|(?<=[.:;])\s)\s*\d{1,2}[.)](?:\s+(?=\W?[A-Z])|\s*$)")  # of points in a running text
_SMALL = """
in of and or to on at the is are if as by for from with after before that per each every when you we it per
und oder im mit nach de del el la et ou per then up more
"""
_NO_UNITS = frozenset(_SMALL.split())


@dataclass(frozen=True)
class Quantity:
    """A number with what it counts: a kind of unit, brought to one size, or the noun after it; `raw` as written."""

    kind: str
    value: float
    raw: str
    worded: bool
    counted: bool


@lru_cache(maxsize=4096)
def read(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text in order; numbers in words count as numbers."""
    low = _HALF.sub("30 minutes", folded(text))
    low = _ONE.sub("\0001 ", low)
    low = _NUMBER_WORD.sub(lambda match: f"\0{_WORDED[match.group()]}", low)
    return tuple(_quantity(match) for match in re.finditer(_QUANTITY, low.replace("\0", "\x1f")))


def _quantity(match: re.Match[str]) -> Quantity:
    worded = match.string[: match.start()].endswith("\x1f")
    raw = next(iter(figures(match["number"])), match["number"])
    value = float(raw) if re.fullmatch(r"\d+(?:\.\d+)?", raw) else float(zlib.crc32(raw.encode()))  # a version or time
    written = (match["money"] or match["unit"] or "").strip()
    noun = stem(written.rpartition(" ")[2])
    if noun in _UNITS:
        kind, size = _UNITS[noun]
        return Quantity(kind, value * size, raw, worded, counted=False)
    return Quantity("" if noun in _NO_UNITS else noun, value, raw, worded, counted=True)


def alike(one: Quantity, other: Quantity) -> bool:
    """Say whether two quantities of a kind are the same."""
    slack = ALIKE if one.kind == "time" else 1e-9
    return one.kind == other.kind and abs(one.value - other.value) <= slack * max(one.value, other.value)


def astray(claim: str, quotes: str) -> list[str]:
    """Return the numbers of a claim that its quotes do not bear out, as they are written."""
    claim = _NUMBERING.sub(" ", claim)
    there = read(quotes)
    numbers = figures(quotes) | {found.raw for found in there}
    wrong = {found.raw: _wrong(found, there, numbers) for found in read(claim)}
    rest = figures(claim) - numbers - set(wrong) - {f"{raw}%" for raw in wrong}
    return sorted({raw for raw, is_wrong in wrong.items() if is_wrong} | rest)


def _wrong(said: Quantity, there: tuple[Quantity, ...], numbers: set[str]) -> bool:
    rivals = [found for found in there if said.kind and found.kind == said.kind]
    if rivals:
        return not any(alike(said, rival) for rival in rivals)
    if said.raw not in numbers and f"{said.raw}%" not in numbers:
        return not said.worded
    measured = [found for found in there if found.raw == said.raw]
    return not said.counted and bool(measured) and all(not found.counted for found in measured)
