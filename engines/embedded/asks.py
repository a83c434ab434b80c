"""Split a turn into the questions and requests it holds, each able to stand alone."""

import re

import numpy as np

from domain.text import folded, spans, words
from embedding.embedder import Embedder

MOST_ASKS = 4
LONGEST_SPLIT = 160  # words; a longer turn tells one story, and its questions are about the same thing
SAME_MATTER = 0.55  # cosine from which two questions are taken to be about the same thing

_NOISE = re.compile(
    r"^(?:hi|hello|hey|dear \w+|good (?:morning|afternoon|evening|day)|thanks?(?: you)?(?: (?:so much|a lot|in advance|very much))?|"
    r"many thanks|cheers|regards|best(?: regards)?|kind regards|greetings|hola|buenos dias|buenas tardes|gracias|saludos|hallo|"
    r"guten (?:tag|morgen|abend)|danke|vielen dank|mit freundlichen grussen|bonjour|merci|cordialement|ola|bom dia|obrigad[oa])"
    r"(?: (?:there|all|team|everyone|support|guys))*$"
)
_QUESTION = re.compile(
    r"^(?:(?:and|also|but|so|then|secondly|second|first|finally|plus|another (?:thing|question)|oh|besides|y|und|et|e|ademas|ausserdem) )*"
    r"(?:how|what|when|where|which|who|why|can|could|do|does|did|is|are|will|would|should|may|am|"
    r"como|que|cuando|donde|cual|por que|puedo|se puede|hay|"
    r"wie|was|wann|wo|welche\w*|warum|kann|konnen|darf|gibt es|ist|"
    r"comment|quand|quel\w*|pourquoi|puis je|peut on|est ce|onde|qual|posso)\b"
)
_REQUEST = re.compile(
    r"\b(?:please|i need|i want|i would like|i d like|help me|tell me|explain|show me|let me know|"
    r"necesito|quiero|quisiera|por favor|ich mochte|ich brauche|bitte|je voudrais|j ai besoin|s il vous plait|preciso|quero)\b"
)

_HOW = re.compile(
    r"\b(?:how (?:do|can|to|should|would|(?:i|we) (?:can|could|should))|what (?:do|should) i (?:do|click|press|select)|where (?:to|do i|can i|do we|can we)|steps|set ?up|como (?:puedo|se|hago)|"
    r"wie (?:kann|mache|komme|richte|andere|lade|setze|bekomme|kundige)|comment)\b"
)


def split(text: str, embedder: Embedder) -> list[str]:
    """Return the asks of a turn in the customer's words, in order; a turn that cannot be split is one ask."""
    sentences = [span.text for span in spans(text) if not _noise(span.text)]
    whole = text.strip()
    asking = [number for number, sentence in enumerate(sentences) if _asks(sentence)]
    if len(asking) < 2 or len(words(whole)) > LONGEST_SPLIT:
        return [whole]
    groups = _grouped([sentences[number] for number in asking], embedder)
    if len(set(groups)) < 2 or len(set(groups)) > MOST_ASKS:
        return [whole]
    asks: dict[int, list[str]] = {}
    for number, sentence in enumerate(sentences):
        following = next((at for at, place in enumerate(asking) if place >= number), len(asking) - 1)
        asks.setdefault(groups[following], []).append(sentence)
    return [" ".join(parts) for parts in asks.values()]


def focus(ask: str) -> str:
    """Return the sentences of an ask that put the question, or all of it when none does."""
    return " ".join(span.text for span in spans(ask) if _asks(span.text)) or ask


def asks_how(question: str) -> bool:
    """Say whether somebody wants to be told what to do."""
    return bool(_HOW.search(folded(question)))


def _noise(sentence: str) -> bool:
    return bool(_NOISE.match(" ".join(words(sentence))))


def _asks(sentence: str) -> bool:
    heard = " ".join(words(sentence)).replace("'", " ")
    long_enough = len(heard.split()) >= 3
    asks = sentence.rstrip("\"'”) ").endswith("?") or _QUESTION.match(heard) or _REQUEST.search(folded(heard))
    return bool(asks) and long_enough


def _grouped(questions: list[str], embedder: Embedder) -> list[int]:
    """Return the number of the group of each question: one joins an earlier one that it is close to."""
    vectors = embedder.embed_queries(questions)
    groups: list[int] = []
    for number, vector in enumerate(vectors):
        if number == 0:
            groups.append(0)
            continue
        closeness = vectors[:number] @ vector
        nearest = int(np.argmax(closeness))
        groups.append(groups[nearest] if closeness[nearest] >= SAME_MATTER else max(groups) + 1)
    return groups
