"""Find what a customer takes for granted in passing, and the sentence of an article that says otherwise."""

import re

from domain.text import spans
from engines.embedded import polarity, quantities, questions
from engines.embedded.wording import content

CORRECTS = 0.1  # for a sentence that says otherwise than what is taken for granted
WORDS_SHARED = 2
FEWEST_WORDS, MOST_WORDS = 4, 16

_PERSONAL = re.compile(r"\b(?:i|we|my|our|us|me|want|need|please|customer|system)\b")
_THEN = re.compile(r",?\s+(?:so|which means|that means|that s why|then|and yet|but)\s+|[;:]\s+", re.IGNORECASE)
_SINCE = re.compile(r"^(?:since|because|as|given that|now that|if)\s+(?P<held>[^,]+),", re.IGNORECASE)


def held(ask: str) -> tuple[str, ...]:
    """Return the statements of an ask that its question rests on."""
    clauses = [clause for span in spans(ask) for clause in _clauses(span.text)]
    return tuple(clause for clause in clauses if _general(clause))


def corrected(ask: str, sentence: str) -> bool:
    """Say whether a sentence denies what an ask takes for granted, or states another figure of the same kind for it."""
    return any(_differs(premise, sentence) or polarity.denied(premise, sentence) for premise in held(ask))


def _general(clause: str) -> bool:
    """Say whether a clause states how things are, not what somebody did or wants."""
    return FEWEST_WORDS <= len(clause.split()) <= MOST_WORDS and not _PERSONAL.search(questions.plainly(clause))


def _clauses(sentence: str) -> list[str]:
    if since := _SINCE.match(sentence):
        return [since["held"]]
    parts = _THEN.split(sentence)
    return [part for part in parts if not part.rstrip().endswith("?") and not questions.asks(part)]


def _differs(premise: str, sentence: str) -> bool:
    taken, stated = quantities.read(premise), quantities.read(sentence)
    shared = set(content(premise)) & set(content(sentence))
    rivals = [(one, other) for one in taken for other in stated if one.kind == other.kind and one.kind]
    return len(shared) >= WORDS_SHARED and bool(rivals) and not any(quantities.alike(*pair) for pair in rivals)
