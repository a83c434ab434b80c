"""Read the figures of a sentence: what each measures, between which values, and whether more or less is allowed."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from domain.text import figures, folded, words

Bound = Literal["least", "most", "exact"]

ALIKE = 0.02  # of a duration: twelve months are a year
_DAY = 86_400.0
_DURATIONS = {
    name: seconds
    for seconds, names in {
        0.001: "ms millisecond millisekunde",
        1.0: "second sec sekunde sekunden segundo",
        60.0: "minute min minuten minuto",
        3600.0: "hour hr stunde stunden hora heure",
        _DAY: "day tag tage tagen dia jour",
        7 * _DAY: "week woche wochen semana semaine",
        30 * _DAY: "month monat monate monaten mes mese moi",
        365 * _DAY: "year jahr jahre jahren ano annee",
    }.items()
    for name in names.split()
}
_SIZES = {"byte": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12}
_MONEY = {"€": "eur", "eur": "eur", "euro": "eur", "$": "usd", "usd": "usd", "dollar": "usd", "£": "gbp", "gbp": "gbp"}
_SHARES = {"%", "percent", "prozent"}
_WORKING = {
    "business",
    "working",
    "werktag",
    "werktage",
    "werktagen",
    "arbeitstag",
    "arbeitstage",
    "habile",
    "ouvrable",
}
_WORDED = {
    name: float(value)
    for value, names in {
        2: "two zwei dos deux",
        3: "three drei tres trois",
        4: "four vier cuatro quatre",
        5: "five cinco cinq",
        6: "six sechs seis",
        7: "seven sieben siete",
        8: "eight acht ocho huit",
        10: "ten zehn diez dix",
        12: "twelve doce douze",
        14: "fourteen vierzehn catorce quatorze",
        30: "thirty dreissig treinta trente",
    }.items()
    for name in names.split()
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar enero janvier",
            "february feb februar febrero fevrier",
            "march mar marz marzo mars",
            "april apr abril avril",
            "may mai mayo",
            "june jun juni junio juin",
            "july jul juli julio juillet",
            "august aug agosto aout",
            "september sep sept septiembre septembre",
            "october oct oktober octubre octobre",
            "november nov noviembre novembre",
            "december dec dezember diciembre decembre",
        ),
        1,
    )
    for name in names.split()
}
_LEAST = re.compile(
    r"\b(?:at least|minimum|min|more than|over|no less than|mindestens|mehr als|al menos|como minimo|mas de|au moins)"
    r"\W+(?:\w+\W+)?$"
)
_MOST = re.compile(
    r"\b(?:up to|at most|maximum|max|no more than|not more than|less than|fewer than|under|within|limited to|hochstens|"
    r"maximal|bis zu|innerhalb|weniger als|hasta|como maximo|menos de|jusqu'a|au plus)\W+(?:\w+\W+)?$"
)
_OR_MORE = re.compile(r"\W+(?:or more|or longer|minimum|and more|oder mehr|o mas|ou plus)\b")
_OR_LESS = re.compile(r"\W+(?:or less|or fewer|maximum|at most|oder weniger|o menos|ou moins)\b")
_NO_UNITS = frozenset(
    words(
        "in of and or to on at the is are if as by for from with after that st nd rd th "
        "der die das im mit oder und de del y o et ou"
    )
)
_NUMBER = rf"(?:\d+(?:[.,]\d+)*|\b(?:{'|'.join(_WORDED)})\b)"
_QUANTITY = re.compile(
    rf"(?<![\w.,:#/-])(?P<money>[€$£]\s?)?(?P<low>{_NUMBER})"
    rf"(?:\s?(?:-|–|\bto\b|\band\b|\bbis\b|\bund\b|\bhasta\b|\ba\b|\by\b|\bet\b)\s?[€$£]?(?P<high>{_NUMBER}))?"
    r"(?![\d:])(?:[\s-]?(?P<unit>%|[€$£]|[a-z]{2,})(?:[\s-](?P<noun>[a-z]{3,}))?)?"
)
_RATE = re.compile(r"(?:\s?/\s?|\s(?:per|an?|each|every|pro|por|al|par)\s)(?P<period>[a-z]{3,})")
_CLOCK = re.compile(
    r"(?<![\w:.])(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s?(?P<half>[ap])\.?m\b"
    r"|(?<![\w:.])(?P<hour24>[012]?\d):(?P<minute24>[0-5]\d)(?![\d:.])"
)
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"(?<!\d)(?P<iso>\d{{4}}-\d\d-\d\d)(?!\d)"
    rf"|\b(?P<month>{_MONTH})\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s(?P<year>\d{{4}}))?"
    rf"|(?<!\d)(?P<day_>\d{{1,2}})(?:st|nd|rd|th|\.)?\s(?:de\s|of\s)?(?P<month_>{_MONTH})\b\.?(?:,?\s(?:de\s)?(?P<year_>\d{{4}}))?"
)
_NAMED = re.compile(r"(?<=[\w,;)] )(?!(?:EUR|USD|GBP)\b)([A-Z][\w-]*)\s\d+(?:\.\d+)*(?![\w%€$£]|[.,:]\d)")
_OUTLINE = re.compile(r"^\d+(?:\.\d+)*\.?\s+(?=[A-ZÀ-Þ][a-zß-ÿ])")
_LABEL = re.compile(
    r"\b(?:step|error|code|version|section|port|line|number|no|firmware|page|level|figure|release|pin|usb|rev|revision|"
    r"build|article|chapter|schritt|fehler|seite|paso|pagina|numero)\.?\s#?\d[\w.]*|\b\d+-?bit\b|\b\d+(?:\.\d+){2,}\b"
)


@dataclass(frozen=True)
class Figure:
    """What a sentence says in figures: from `low` to `high` of one of these `kinds`; `text` is how it is written."""

    kinds: frozenset[str]
    low: float
    high: float
    bound: Bound
    text: str


def read(sentence: str) -> tuple[tuple[Figure, ...], str]:
    """Return the figures of a sentence that measure or count something, and the sentence without them, folded."""
    rest = _LABEL.sub(" ", folded(_NAMED.sub(_name, _OUTLINE.sub("", sentence))))
    found: list[Figure] = []
    for pattern, reading in ((_DATE, _date), (_CLOCK, _clock), (_QUANTITY, _quantity)):
        kept = []
        for match in pattern.finditer(rest):
            figure = reading(match)
            if figure:
                found.append(figure)
                kept.append((match.start(), match.start() + len(figure.text)))
        for start, end in reversed(kept):
            rest = f"{rest[:start]} # {rest[end:]}"
    return tuple(found), rest


def comparable(one: Figure, other: Figure) -> bool:
    """Say whether two figures measure the same, and neither is the least where the other is the most."""
    return bool(one.kinds & other.kinds) and {one.bound, other.bound} != {"least", "most"}


def agree(one: Figure, other: Figure) -> bool:
    """Say whether two comparable figures may both be true."""
    slack = 1 + ALIKE if "duration" in one.kinds else 1.0
    return one.low <= other.high * slack and other.low <= one.high * slack


def _name(match: re.Match[str]) -> str:
    """Return a name without its number; the name of a month needs it."""
    return match.group() if folded(match[1]) in _MONTHS else f"{match[1]} "


def _date(match: re.Match[str]) -> Figure | None:
    if match["iso"]:
        year, month, day = map(int, match["iso"].split("-"))
    else:
        month = _MONTHS[match["month"] or match["month_"]]
        day, year = int(match["day"] or match["day_"]), int(match["year"] or match["year_"] or 0)
    try:
        value = float(date(year or 2000, month, day).toordinal())
    except ValueError:
        return None
    return _exactly("date" if year else "day of the year", value, match)


def _clock(match: re.Match[str]) -> Figure | None:
    hour = int(match["hour"] or match["hour24"])
    if hour > 24:
        return None
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    return _exactly("clock", 60.0 * hour + int(match["minute"] or match["minute24"] or 0), match)


def _exactly(kind: str, value: float, match: re.Match[str]) -> Figure:
    return Figure(frozenset({kind}), value, value, "exact", match.group().strip())


def _quantity(match: re.Match[str]) -> Figure | None:
    kinds, scale, part = _measure(match)
    low = _number(match["low"])
    if not kinds or low is None:
        return None
    high = _number(match["high"]) if match["high"] else None
    end = match.end(part)
    if rate := _RATE.match(match.string, end):
        kinds = {f"{kind} a {stem(rate['period'])}" for kind in kinds}
    ends = (low * scale, (low if high is None else high) * scale)
    written = match.string[match.start() : rate.end() if rate else end].strip()
    return Figure(frozenset(kinds), min(ends), max(ends), _bound(match.string, match.start(), end), written)


def _measure(match: re.Match[str]) -> tuple[set[str], float, str]:
    """Return what a quantity is of, how many of the smallest unit one is, and the part of the match that says so."""
    unit, noun = stem(match["unit"] or ""), stem(match["noun"] or "")
    number = "high" if match["high"] else "low"
    if match["money"]:
        return {_MONEY[match["money"].strip()]}, 1.0, number
    if unit in _MONEY:
        return {_MONEY[unit]}, 1.0, "unit"
    if unit in _SHARES:
        return {"percent"}, 1.0, "unit"
    if unit in _WORKING:
        return {"working time"}, _DURATIONS.get(noun, _DAY), "noun" if noun in _DURATIONS else "unit"
    if unit in _DURATIONS:
        return {"working time" if noun in _WORKING else "duration"}, _DURATIONS[unit], "unit"
    if noun in _DURATIONS:
        return {"duration"}, _DURATIONS[noun], "noun"
    if unit in _SIZES:
        return {"size"}, _SIZES[unit], "unit"
    year = len(match["low"]) == 4 and match["low"][:2] in ("19", "20")
    counted = {name for name in (unit, noun) if name and name not in _NO_UNITS}
    return (set() if year or unit in _NO_UNITS else counted), 1.0, "unit"


def _bound(text: str, start: int, end: int) -> Bound:
    before, after = text[:start][-40:], text[end:][:20]
    if _MOST.search(before) or _OR_LESS.match(after):
        return "most"
    return "least" if _LEAST.search(before) or _OR_MORE.match(after) else "exact"


def _number(written: str) -> float | None:
    if written in _WORDED:
        return _WORDED[written]
    try:
        return float(next(iter(figures(written)), ""))
    except ValueError:
        return None


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return a folded word without the s of the plural."""
    return re.sub(r"(?<=\w{2}[^\Ws])s$", "", word)
