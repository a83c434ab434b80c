"""Split a turn into the questions and requests it holds, each able to stand alone."""

import re
from collections.abc import Sequence

import numpy as np

from domain.text import folded, spans, words
from embedding.embedder import Embedder

MOST_ASKS = 4
LONGEST_SPLIT = 160  # words; a longer turn tells one story, and its questions are about the same thing
SAME_MATTER = 0.55  # cosine from which two questions are taken to be about the same thing
SAME_ALTHOUGH_TURNED = 0.8  # the same, where a word announces something else: `also`, `besides`

_NOISE = re.compile(
    r"^(?:hi|hello|hey|dear \w+|good (?:morning|afternoon|evening|day)|thanks?(?: you)?(?: (?:so much|a lot|in advance|very much))?|"
    r"many thanks|cheers|regards|best(?: regards)?|kind regards|greetings|hola|buenos dias|buenas tardes|gracias|saludos|hallo|"
    r"guten (?:tag|morgen|abend)|danke|vielen dank|mit freundlichen grussen|bonjour|merci|cordialement|ola|bom dia|obrigad[oa])"
    r"(?: (?:there|all|team|everyone|support|guys))*$"
)
_QUESTION = re.compile(
    r"^(?:(?:and|also|but|so|then|secondly|second|first|finally|plus|question|hi|hello|hey|another (?:thing|question)|oh|besides|y|und|et|e|ademas|ausserdem) )*"
    r"(?:how|what|whats|when|where|which|who|why|can|could|do|does|did|is|are|will|would|should|may|am|"
    r"como|que|cuando|donde|cual|por que|puedo|se puede|hay|"
    r"wie|was|wann|wo|welche\w*|warum|kann|konnen|darf|gibt es|ist|"
    r"comment|quand|quel\w*|pourquoi|puis je|peut on|est ce|onde|qual|posso)\b"
)
_REQUEST = re.compile(
    r"\b(?:please|i (?:also |just |only )?(?:need|want|would like|d like)|i (?:also )?wonder|help me|tell me|explain|show me|let me know|"
    r"necesito|quiero|quisiera|por favor|ich mochte|ich brauche|bitte|je voudrais|j ai besoin|s il vous plait|preciso|quero)\b"
)

_HOW = re.compile(
    r"\b(?:how (?:do|can|to|should|would|(?:i|we) (?:can|could|should))|what (?:do|should) i (?:do|click|press|select)|where (?:to|do i|can i|do we|can we)|steps|set ?up|como (?:puedo|se|hago)|"
    r"wie (?:kann|mache|komme|richte|andere|lade|setze|bekomme|kundige)|comment)\b"
)


_TURN = re.compile(
    r"^(?:and|also|besides|separately|furthermore|moreover|additionally|another (?:thing|question)|one more|p ?s|second(?:ly)?|plus|"
    r"i also|y|ademas|tambien|und|ausserdem|zudem|et|par ailleurs|aussi|de plus|e|alem disso|tambem)\b"
)
_TROUBLE = re.compile(
    r"\b(?:broken|nobody|crash\w*|cannot|can.?t|unable|not work\w*|never|missing|do(?:es)?n.?t|does not|did(?:n.?t| not)|fail\w*|stopped|error|forgot|lost|wrong|late|"
    r"twice|stuck|no (?:funciona|puedo|llega)|nicht|kaputt|fehlt|ne \w+ (?:plus|pas)|erreur|nao (?:funciona|consigo|chega))\b"
)
_SAME = re.compile(
    r"^(?:i mean|that is|or)\b|^(?:(?:and|but|so) )?(?:\w+ ){0,4}(?:it|its|that|this|they|their|them|one|ones|meanwhile)\b"
)
_ANOTHER = re.compile(
    r"(?:,\s*)?(?:\s(?:and|und|y|et|e)(?:\s(?:also|then|auch|también|aussi|também))?\s|\.\s(?:also\s)?)"
    r"(?=(?:how|what|where|when|why|which|who|can|could|do|does|is there|whats|tell me|send me|explain|show me|let me know|"
    r"wie|was|wo|wann|warum|kann|cómo|qué|dónde|cuándo|cuánto|puedo|comment|où|quand|quel|como|onde|quando|quanto|posso)\s)",
    re.IGNORECASE,
)


def split(text: str, embedder: Embedder) -> list[str]:
    """Return the asks of a turn in the customer's words, in order; a turn that cannot be split is one ask."""
    sentences = [part for span in spans(text) for part in _clauses(span.text) if not _noise(part)]
    whole = text.strip()
    asking = [number for number, sentence in enumerate(sentences) if _asks(sentence) or _implies(sentences, number)]
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


def _clauses(sentence: str) -> list[str]:
    """Cut a sentence where a second question begins, unless that only goes on about the first."""
    cut = _ANOTHER.search(sentence)
    if cut is None:
        return [sentence]
    first, second = sentence[: cut.start()], sentence[cut.end() :]
    apart = _asks(first) and len(words(second)) >= 3 and not _SAME.search(_plain(second))
    return [first, second] if apart else [sentence]


def _implies(sentences: Sequence[str], number: int) -> bool:
    """Say whether a sentence tells of trouble of its own, set off from what is told or asked beside it."""
    here = _plain(sentences[number])
    after = _plain(sentences[number + 1]) if number + 1 < len(sentences) else ""
    return bool(_TROUBLE.search(here)) and bool(_TURN.search(here) or _TURN.search(after)) and not _SAME.search(after)


def _plain(sentence: str) -> str:
    return folded(" ".join(words(sentence)).replace("'", " "))


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
        heard = _plain(questions[number])
        least = SAME_ALTHOUGH_TURNED if _TURN.search(heard) and not _SAME.search(heard) else SAME_MATTER
        same = closeness[nearest] >= least or heard.startswith("i mean ")
        groups.append(groups[nearest] if same else max(groups) + 1)
    return groups
