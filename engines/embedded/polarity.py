"""Say whether a sentence settles a question with yes or no, by exact rules only: mostly it does not."""

import re
from typing import Literal

from domain.text import folded, words
from engines.embedded import quantities
from engines.embedded.quantities import Quantity
from engines.embedded.questions import plainly
from engines.embedded.wording import content, stem

Word = Literal["yes", "no"]

MOST_WORDS = 24  # of a sentence: a longer one says more than one thing
SHARED, SHARED_BY_BAN = 1.0, 0.6  # of the question's words in a sentence that affirms, or denies, what is asked
LEAST_SHARED = 2  # words
BEGINNING = 5  # letters by which two words are taken for forms of one

_ASKS = re.compile(r"^(?:and |but |so |then )?(?P<verb>can|could|may|is|are|do|does|will|am|must)\b")
_PERMITS = re.compile(r"^(?:can|could|may|is it possible|am i able)\b")
_BY_SOMEBODY = re.compile(r"^\w+ (?:i|we|you|one)\b")
_AVAILABLE = re.compile(r"\b(?:possible|available|supported|included|allowed)\b")
_DENIES = re.compile(
    r"\b(?:cannot|can not|can t|never|no longer|not (?:possible|available|supported|included|allowed)|do(?:es)? not|"
    r"is not|are not)\b"
)
_NEGATED = re.compile(r"\b(?:not|no|never|none|nothing|nobody|cannot|without|neither|instead of|\w+n t|can t)\b")
_LIMITED = re.compile(
    r"\b(?:if|unless|except|only|but|when|until|as long as|provided|before|once|while|or|either|some|most|may|might|"
    r"usually|unless)\b"
)
_AT_MOST = re.compile(
    r"\b(?:within|up to|at most|no (?:more|later) than|maximum(?: of)?|not more than) (?:the (?:first|last) )?$"
)
_AT_LEAST = re.compile(r"\b(?:at least|minimum(?: of)?|from|no (?:less|fewer) than) $")
_BEYOND = re.compile(r"\b(?:after|more than|over|later than|longer than|for|of|past|up to) $")


def settled(question: str, sentence: str) -> Word | None:
    """Return the word that a sentence of an article allows in answer to a question, None when neither follows."""
    asked, said = plainly(question), plainly(sentence)
    asks = _ASKS.match(asked)
    if not asks or not question.rstrip().endswith("?") or len(said.split()) > MOST_WORDS or _NEGATED.search(asked):
        return None
    asked = asked[asks.start("verb") :]
    if quantities.read(question):
        return _by_bound(question, sentence) if _PERMITS.search(asked) and not _NEGATED.search(said) else None
    if _LIMITED.search(said) or _LIMITED.search(asked):
        return None
    share = _said(asked, said)
    if _DENIES.search(said) and len(_NEGATED.findall(said)) == 1:
        return "no" if share >= SHARED_BY_BAN else None
    return "yes" if share >= SHARED and not _NEGATED.search(said) else None


def denied(statement: str, sentence: str) -> bool:
    """Say whether a sentence of an article says of what a customer states that it is not so."""
    stated, said = plainly(statement), plainly(sentence)
    doubtful = _NEGATED.search(stated) or _LIMITED.search(said) or len(said.split()) > MOST_WORDS
    once = bool(_DENIES.search(said)) and len(_NEGATED.findall(said)) == 1
    return once and not doubtful and _said(stated, said) >= SHARED_BY_BAN


def _said(asked: str, said: str) -> float:
    """Return the share of the question's words that a sentence says, in their order where a noun is its subject.

    `Can staff refund customers` is not settled by what customers can do. Fewer than two words shared count as none.
    """
    wanted, there = content(asked), content(said)
    ordered = not _BY_SOMEBODY.search(asked) and not _AVAILABLE.search(said)
    met, at = 0, 0
    for word in wanted:
        place = next((number for number in range(at, len(there)) if _alike(word, there[number])), None)
        if place is not None:
            met, at = met + 1, place + 1 if ordered else 0
    return met / len(wanted) if met >= LEAST_SHARED else 0.0


def _alike(word: str, other: str) -> bool:
    return word == other or (min(len(word), len(other)) >= BEGINNING and word[:BEGINNING] == other[:BEGINNING])


def _by_bound(question: str, sentence: str) -> Word | None:
    """Lay the one quantity asked about beside the one bound that is stated: `after 40 days`, `within 30 days`."""
    wanted, stated = quantities.read(question), quantities.read(sentence)
    if len(wanted) != 1 or len(stated) != 1 or wanted[0].kind != stated[0].kind:
        return None
    about = set(content(question.replace(wanted[0].raw, " "))) - {stem(wanted[0].kind)}
    if len(about & set(content(sentence))) < SHARED_BY_BAN * len(about):
        return None
    before = _before(sentence, stated[0])
    if not _BEYOND.search(_before(question, wanted[0])):
        return None
    if _AT_MOST.search(before):
        return "yes" if wanted[0].value <= stated[0].value else "no"
    if _AT_LEAST.search(before):
        return "yes" if wanted[0].value >= stated[0].value else "no"
    return None


def _before(text: str, quantity: Quantity) -> str:
    """Return what stands before a quantity in a text, read plainly."""
    return " ".join(words(folded(text).partition(quantity.raw)[0])) + " "
