"""Pick out of a turn what a person would look up."""

import re

from domain.triage import Entity

_MONTHS = (
    r"jan(?:uary|uar)?|feb(?:ruary|ruar)?|march|apr(?:il)?|may|june|july|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|"
    r"märz|mai|juni|juli|oktober|dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    r"janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|"
    r"janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro"
)
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")),
    ("url", re.compile(r"https?://[^\s<>\"')\]]+")),
    ("error_code", re.compile(r"\b[A-Z]{2,6}[-_]\d{2,6}\b|\b(?:error|fehler|code)\s+\d{3,5}\b", re.IGNORECASE)),
    (
        "order",
        re.compile(
            r"(?:\border|\binvoice|\bbestellung|\brechnung|\bpedido|\bfactura|#)\s*(?:no\.?|nr\.?|number|#)?\s*(\d{4,})",
            re.IGNORECASE,
        ),
    ),
    (
        "amount",
        re.compile(
            r"(?:[€$£]\s?\d+(?:[.,]\d+)*)|(?:\d+(?:[.,]\d+)*\s?(?:EUR|USD|GBP|CHF|€|\$|£|euros?|dollars?)(?!\w))",
            re.IGNORECASE,
        ),
    ),
    ("plan", re.compile(r"\b(?:[A-Z]\w+ (?:plan|tier|Tarif)|(?:plan|Tarif|forfait|plano) [A-Z]\w+)\b")),
    (
        "date",
        re.compile(
            r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|"
            rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?(?: (?:of|de))? (?:{_MONTHS})\b(?: (?:de )?\d{{4}})?|\b(?:{_MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?",
            re.IGNORECASE,
        ),
    ),
    ("version", re.compile(r"\bv?\d+\.\d+(?:\.\d+)*\b")),
)


def named(text: str) -> tuple[Entity, ...]:
    """Return what is named in the text, each once, in the order of its kinds; a later kind leaves taken spans alone."""
    found: list[Entity] = []
    taken: list[tuple[int, int]] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            entity = Entity(kind, match.group().strip())
            if entity not in found:
                found.append(entity)
    return tuple(found)
