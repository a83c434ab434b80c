"""Say whether a reply is clear, sentence by sentence, and what would mend it: rules that read form, not matter.

A reply is unclear where a sentence is too long or too heavy, says no twice, points at what is not there, uses letters
that nobody explained, or where steps stand out of order.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from domain.text import folded, words

EASY_WORDS, HARD_WORDS = 25, 50  # of a sentence: up to the first nothing is lost, from the second on all
EASY_SIGNS, HARD_SIGNS = 7.0, 10.0  # of a word, on average
HEAVY_FROM = 8  # words; in fewer a long name weighs too much
COMMAS = 5  # from which a sentence that is no list is nested
SPOILT = 0.6  # left of the score by one thing that is unclear
UNEXPLAINED = 0.8  # left by an abbreviation: who asks may well know it
NEVER_SAID = 0.3  # left by words that announce what never comes

_NOES = re.compile(
    r"\b(?:not|cannot|never|no|without|unless|\w+n't|nicht|kein\w*|nie|ohne|nunca|sin|jamais|sans|nao|sem)\b"
)
_UNDONE = re.compile(r"\b(?:un(?:avoidable|able|available)|impossible|disallow\w*|disabl\w*|fail\w*|lack\w*)\b")
_LISTED = re.compile(r"\b(?:and|or|und|oder|y|et|e) \S+\W*$")
_POINTER = re.compile(
    r"^(?:(?:and|but|so|also|then) )?"
    r"(?:(?:this|that|they|the (?:latter|former))(?= (?:is|are|was|can|will|has|have)\b)|"
    r"(?:it|this|that|they)(?= (?:does|do|means?|must|should|works?|applies|depends|happens|costs?)\b))"
)
_ELSEWHERE = re.compile(
    r"\b(?:as (?:mentioned|described|explained|stated|shown|said) (?:above|below|earlier|before)|see (?:above|below)|"
    r"the (?:above|below)[- ]mentioned|the (?:former|latter)|click here|siehe (?:oben|unten)|ver (?:arriba|abajo)|"
    r"ci-dessus)\b"
)
_ABBREVIATION = re.compile(r"(?<![^\s(])[A-Z]{3,6}s?\b")
_NEAR_NAME = re.compile(r"\b(?!(?:The|An?|Your|Our|My|This|Each|Der|Die|Das|El|La|Le)\s)[A-Z0-9]\S*\s$")
_WELL_KNOWN = """
API BIC CHF CSS CSV DNS EUR FAQ GBP GPS HTML HTTP HTTPS IBAN IMAP JPEG JSON LTE MFA NFC PDF PIN PNG PUK RAM ROM SEPA
SIM SMS SMTP SSD SSO SQL TLS URL USA USB USD UTC VAT VPN WLAN XLSX XML ZIP AGB IVA MWST TVA NIF DHL UPS AND NOT ALL
ONE TWO YOU THE FOR ARE NOW
"""
_KNOWN = frozenset(_WELL_KNOWN.split())
_STEP = re.compile(r"^\s*(\d{1,2})[.)]\s")
_ENDS_OPEN = re.compile(r"(?::|\b(?:and|or|the|a|to|of|with|und|oder|y|o|et|ou|e))\s*$")


@dataclass(frozen=True)
class Unclear:
    """What makes one sentence (its place) unclear, how much of its score that leaves, 0..1, and what would mend it."""

    sentence: int
    left: float
    advice: str


def score(found: Sequence[Unclear]) -> float:
    """Return how clear a reply is, 0..1: its worst sentence tells, each further unclear one takes a little more."""
    by_sentence: dict[int, float] = {}
    for one in found:
        by_sentence[one.sentence] = by_sentence.get(one.sentence, 1.0) * one.left
    worst, *others = sorted(by_sentence.values()) or [1.0]
    return round(worst * prod(0.9 + 0.1 * other for other in others), 4)


def unclear(sentences: Sequence[str], question: str = "") -> tuple[Unclear, ...]:
    """Return what is unclear in a reply, in its order; what the question says needs no explaining."""
    said = " ".join((question, *sentences))
    found: list[Unclear] = []
    for number, sentence in enumerate(sentences):
        found += [Unclear(number, round(left, 4), advice) for left, advice in _form(sentence)]
        found += [Unclear(number, left, advice) for left, advice in _pointing(sentence, first=number == 0)]
        found += [Unclear(number, UNEXPLAINED, advice) for advice in _letters(sentence, question, said)]
    last = len(sentences) - 1
    if sentences and _ENDS_OPEN.search(sentences[last]):
        found.append(Unclear(last, NEVER_SAID, "the reply ends in the middle: finish it, or drop what announces more"))
    return tuple(sorted([*found, *_order(sentences)], key=lambda one: one.sentence))


def _form(sentence: str) -> Iterator[tuple[float, str]]:
    """Yield what is wrong with how a sentence is built."""
    said = words(sentence)
    if (left := _ease(len(said), EASY_WORDS, HARD_WORDS)) < 1:
        yield left, f"it has {len(said)} words: make two or three sentences of it"
    letters = sum(map(len, said)) / max(1, len(said))
    if len(said) >= HEAVY_FROM and (left := _ease(letters, EASY_SIGNS, HARD_SIGNS)) < 1:
        yield left, "its words are long and heavy: say it in plainer ones"
    low = folded(sentence)
    noes = len(_NOES.findall(low)) + len(_UNDONE.findall(low))
    if noes > 2 or (noes == 2 and _UNDONE.search(low) and _NOES.search(_UNDONE.sub("", low))):
        yield SPOILT, "it says no more than once: say what holds instead"
    if sentence.count(",") >= COMMAS and ":" not in sentence and not _LISTED.search(low):
        yield SPOILT, "it is nested: give each thing its own sentence, or make a list"


def _pointing(sentence: str, first: bool) -> Iterator[tuple[float, str]]:
    low = " ".join(words(sentence))
    if first and (pointer := _POINTER.match(low)):
        yield SPOILT, f"it begins with “{pointer.group()}” and nothing was named yet: name it"
    if elsewhere := _ELSEWHERE.search(folded(sentence)):
        yield SPOILT, f"“{elsewhere.group()}” makes the reader search: name or repeat what is meant"


def _letters(sentence: str, question: str, said: str) -> Iterator[str]:
    """Yield advice for each abbreviation that is no part of a name, nor well known, the customer's or explained."""
    for letters in _ABBREVIATION.finditer(sentence):
        named = _NEAR_NAME.search(sentence[: letters.start()]) or re.match(r"\s[A-Z0-9]", sentence[letters.end() :])
        bare = letters.group().removesuffix("s")
        told = re.search(rf"\({bare}s?\)|\b{bare}s?\s*\(", said) or re.search(rf"\b{bare}\b", question, re.IGNORECASE)
        if not named and not told and bare not in _KNOWN:
            yield f"“{bare}” is not explained: say what it stands for"


def _order(sentences: Sequence[str]) -> Iterator[Unclear]:
    """Yield the steps whose number does not follow that of the step before; a procedure may begin anew at 1."""
    numbered = [(place, int(step.group(1))) for place, text in enumerate(sentences) if (step := _STEP.match(text))]
    for (_, before), (place, here) in pairwise(numbered):
        if here not in (before + 1, 1):
            yield Unclear(place, SPOILT, f"step {here} follows step {before}: put the steps in order")


def _ease(measured: float, easy: float, hard: float) -> float:
    return min(1.0, max(0.0, (hard - measured) / (hard - easy)))
