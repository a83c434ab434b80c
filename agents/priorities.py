"""Say how soon a ticket must be answered, by rules that give their reasons.

Tone is not among them: shouting alone makes nothing urgent.
"""

import re
from collections.abc import Collection

from domain.text import folded
from domain.triage import Flag, Priority

_BREACH = re.compile(
    r"\b(?:hacked|data (?:leak|breach)|leaked|stolen|compromised|see (?:other|another) (?:customers?|users?|persons?)|"
    r"unauthori[sz]ed (?:payment|access|charge)|payments? i did not make|gehackt|hackead[oa]|pirate)\b"
)
_EVERYBODY = re.compile(
    r"\b(?:nobody|no one|none of us|every(?:one|body)|all (?:of )?(?:our|my|the) (?:users|staff|team|shops?|stores?|customers|locations)|"
    r"whole (?:team|company|office|shop)|entire (?:team|company|office))\b"
)
_BLOCKED = re.compile(
    r"\b(?:cannot|can ?not|can.?t|unable to|locked out|stopped working|not working|does(?:n.?t| not) work|down|crash(?:es|ed)?|blocked|"
    r"geht nicht|funktioniert nicht|no funciona|no puedo|ne fonctionne pas)\b"
)
_MONEY = re.compile(
    r"\b(?:charged (?:twice|double|again)|double charge|overcharged|wrong amount|missing (?:payout|payment|money)|payout (?:is )?missing|"
    r"cannot take payments?|lost (?:money|sales)|doppelt abgebucht|cobrad[oa] dos veces)\b"
)
_DEADLINE = re.compile(
    r"\b(?:urgent(?:ly)?|asap|immediately|right now|today|tonight|tomorrow|this morning|within (?:the|an|\d+) hours?|deadline|"
    r"dringend|sofort|urgente|hoy|urgence)\b"
)


def rank(text: str, intent: str, flags: Collection[Flag]) -> tuple[Priority, tuple[str, ...]]:
    """Return the priority of a turn and the rule it met; `intent` is empty where triage is not sure of it."""
    heard = folded(text)
    if "safety" in flags:
        return Priority.P0, ("P0: somebody's safety is at stake",)
    if _BREACH.search(heard) or intent == "security_incident":
        return Priority.P0, ("P0: security or data may be compromised",)
    if _EVERYBODY.search(heard) and _BLOCKED.search(heard):
        return Priority.P0, ("P0: everybody at the customer's is blocked",)
    if "legal" in flags:
        return Priority.P1, ("P1: legal steps are mentioned",)
    if _MONEY.search(heard):
        return Priority.P1, ("P1: money is at stake",)
    if _BLOCKED.search(heard) and _DEADLINE.search(heard):
        return Priority.P1, ("P1: blocked, with a deadline",)
    if _BLOCKED.search(heard):
        return Priority.P2, ("P2: something does not work",)
    if _DEADLINE.search(heard) or intent in ("billing", "refund", "complaint", "order_and_shipping", "account_access"):
        return Priority.P2, ("P2: a deadline is named" if _DEADLINE.search(heard) else f"P2: it is about {intent}",)
    return Priority.P3, ("P3: a question without a deadline",)
