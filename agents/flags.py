"""Raise the flags that change what happens to a turn, by explicit rules that every engine shares."""

import re

from agents import persons
from domain.text import folded
from domain.triage import Flag
from engines import orders, redaction

_RULES: dict[Flag, re.Pattern[str]] = {
    "legal": re.compile(
        r"\b(?:lawyer|attorney|solicitor|lawsuit|sue you|suing|legal action|small claims|court order|subpoena|"
        r"abogado|demandar(?:e|los|les)?|anwalt|rechtsanwalt|verklagen|klage einreichen|avocat|porter plainte|advogado|"
        r"processar voces)\b"
    ),
    "safety": re.compile(
        r"\b(?:kill myself|hurt myself|end my life|suicid\w*|self.?harm|caught fire|electric shock|electrocuted|burn(?:ed|t) "
        r"(?:my|his|her)|suicidarme|matarme|umbringen|stromschlag|me tuer|me matar)\b"
    ),
    "abuse": re.compile(r"\b(?:kill you|i know where you live|hope you die|bomb (?:your|the) (?:office|building))\b"),
    "churn_risk": re.compile(
        r"\b(?:switch(?:ing)? to (?:a|your|another) competitor|cancel (?:my|our) (?:account|subscription|plan) (?:if|unless)|"
        r"(?:i|we) (?:will|am going to|are going to) leave|last chance before (?:i|we) cancel)\b"
    ),
    "incident_like": re.compile(
        r"\b(?:(?:all|none) of (?:our|us|my colleagues)|every(?:one|body) (?:here|in)|nobody (?:here|in our)|whole (?:team|company|office)|"
        r"service is down|site is down|system is down|outage)\b"
    ),
}


def raised(text: str) -> tuple[Flag, ...]:
    """Return the flags whose rules this turn meets, in a fixed order."""
    heard = " ".join(folded(text).split())
    flags: list[Flag] = [flag for flag, rule in _RULES.items() if rule.search(heard)]
    flags += ["injection"] if orders.in_message(text) else []
    flags += ["pii"] if redaction.holds_secrets(text) else []
    return ("wants_person", *flags) if persons.asked_for(text) else tuple(flags)
