"""Tell when to ask back: a table answers differently by plan, device, role or place, and the ask names none of them."""

import re
from collections.abc import Sequence

from domain.search import Evidence
from domain.text import folded
from domain.turns import Utterance
from engines.embedded import tables
from engines.embedded.extracts import Extract
from engines.embedded.tables import Row
from engines.embedded.units import Unit, units

TOLD_AT_ONCE = 3  # rows; as few are told rather than asked about
MOST, WORDS = 16, 40  # rows that somebody can choose among, and words of their names

_BY = re.compile(
    r"\b(?:plans?|editions?|subscriptions?|tiers?|platforms?|(?:operating )?systems?|devices?|browsers?|roles?|"
    r"regions?|countr(?:y|ies)|destinations?|currenc(?:y|ies)|status|(?:error )?codes?|"
    r"planes?|plataformas?|sistemas?|dispositivos?|roles|regiones|region|pais(?:es)?|destinos?|estado|codigos?|"
    r"tarife?|plattform(?:en)?|gerate?|rollen?|regionen|land|lander|ziele?|"
    r"plateformes?|systemes?|appareils?|pays|statut|plano|papel|papeis|regiao|regioes)\b"
)
_NAMES = re.compile(r"[^\W\d_]{2}")


def alternatives(ask: str, extract: Extract, evidence: Sequence[Evidence]) -> tuple[Unit, ...]:
    """Return the rows that an ask must choose among, none where it names one, wants all, or a few can be told.

    The table's first column must say what they are, such as plans, and another one what the ask wants to know.
    """
    row = next((unit for unit in extract.units if unit.shape == "row"), None)
    if row is None or row.lead is None or tables.wants_all(ask):
        return ()
    rows = [unit for unit in units(row.evidence, evidence[row.evidence - 1]) if unit.lead == row.lead]
    return tuple(rows) if TOLD_AT_ONCE < len(rows) <= MOST and _depends(ask, row.lead.text, rows) else ()


def asked(history: Sequence[Utterance], question: str) -> bool:
    """Say whether a conversation holds the question already: it is put once."""
    return any(said.author != "customer" and question in said.text for said in history)


def _depends(ask: str, header: str, rows: Sequence[Unit]) -> bool:
    """Say whether the rows answer an ask differently, and nothing in it tells them apart."""
    read = [Row.of(unit) for unit in rows]
    labels = [row.label for row in read]
    listed = all(_NAMES.search(label) for label in labels) and sum(len(label.split()) for label in labels) <= WORDS
    wanted = {cell for row in read for cell in row.asked(ask)}
    differs = len(wanted) > 1 and not any(row.named(ask) for row in read)
    return bool(_BY.search(folded(tables.names(header)[0]))) and listed and differs
