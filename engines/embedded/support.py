"""Say how surely the words of its quotes bear out a claim: what they share, in what order, and how near they are.

The features know nobody's vocabulary. The line through them was fitted once, on public sets of answers that people
graded; `support.json` says on which, and how well it does on others. What likeness cannot see is found apart, by
`contradictions`, and leaves little of the score.
"""

import json
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domain.text import figures, folded, plain, spans, words
from embedding.embedder import Embedder
from engines.embedded import contradictions, quantities
from engines.embedded.wording import content

Floats = NDArray[np.float64]

FITTED = Path(__file__).with_name("support.json")
NAMES = (
    "words",
    "pairs",
    "nearest two",
    "copied run",
    "letter groups",
    "meaning",
    "in person",
    "strange figures",
)
CONTRADICTED = 0.05  # of the score is left to a claim that says otherwise than its quotes
KNOWS_NOTHING = 0.7  # for a sentence that only says that nothing is known: true of it or not, it claims nothing
NEAREST = 3  # sentences of a quote that are read for their meaning, those that share most words
GRAM = 4  # letters

_PERSON = re.compile(r"\b(?:i|i'm|i'd|i've|my|me|mine)\b")
_SAYS_NOTHING = re.compile(
    r"(?:(?:i'm |i am |we are )?(?:sorry|unfortunately|afraid),? ?(?:but )?)?(?:i|we|the [\w ]+|there)\b[\w ']{0,30}?"
    r"(?:(?:do|does|did|is|are|was)(?: not|n't) (?:\w+ )?(?:have|contain|mention|provide|specify|include|information)|"
    r"(?:is|are|have|has) no (?:\w+ )?(?:information|mention|details)|"
    r"(?:can|could)(?:not| not|n't) (?:find|tell|say))\b"
)
_GOES_ON = re.compile(r"\b(?:but|however|instead|please|visit|call|send|so)\b|[:;]")


@dataclass(frozen=True)
class _Text:
    """A text as it is compared."""

    plain: str
    stems: tuple[str, ...]
    words: tuple[str, ...]
    folded: str
    grams: frozenset[str]


def scores(claims: Sequence[tuple[str, str]], embedder: Embedder) -> list[float]:
    """Return for each claim, with everything it cites, how probable it is that people find it supported.

    What stands word for word in its quotes is.
    """
    found = [_plainly(claim, quotes) for claim, quotes in claims]
    open_claims = [claim for claim, score in zip(claims, found, strict=True) if score is None]
    odds = features(open_claims, embedder) @ _fitted()[:-1] + _fitted()[-1]
    rest = iter(1 / (1 + np.exp(-odds)))
    likely = [float(next(rest)) if score is None else score for score in found]
    return [
        round(score * CONTRADICTED if contradictions.found(*claim) else score, 4)
        for claim, score in zip(claims, likely, strict=True)
    ]


def features(claims: Sequence[tuple[str, str]], embedder: Embedder) -> Floats:
    """Return a row for each claim, its columns named by NAMES."""
    near = [_nearest(claim, quotes) for claim, quotes in claims]
    meant = _meanings(claims, near, embedder)
    rows = [_row(*claim, sentences, cosine) for claim, sentences, cosine in zip(claims, near, meant, strict=True)]
    return np.array(rows, np.float64).reshape(-1, len(NAMES))


def overall(scores: Sequence[tuple[str, float]]) -> float:
    """Return how well a whole answer is supported: the mean of its sentences, those that say more weighing more."""
    if not scores:
        return 1.0
    weights = [max(1, len(_read(sentence).stems)) for sentence, _ in scores]
    return round(float(np.average([score for _, score in scores], weights=weights)), 4)


def _plainly(claim: str, quotes: str) -> float | None:
    """Return the score of a claim that needs no weighing."""
    if _verbatim(claim, quotes):
        return 1.0
    return KNOWS_NOTHING if _says_nothing(claim) else None


def _verbatim(claim: str, quotes: str) -> bool:
    return " ".join(_read(claim).words) in " ".join(_read(quotes).words)


def _says_nothing(claim: str) -> bool:
    low = folded(claim)
    return bool(_SAYS_NOTHING.match(low)) and not _GOES_ON.search(_SAYS_NOTHING.sub("", low, count=1))


def _row(claim: str, quotes: str, near: Sequence[str], cosine: float) -> list[float]:
    said, there = _read(claim), _read(quotes)
    return [
        _share(said.stems, set(there.stems)),
        _share(list(pairwise(said.stems)), set(pairwise(there.stems))),
        _share(said.stems, {stem for sentence in near[:2] for stem in _read(sentence).stems}),
        _run(said.words, there.words) / max(1, len(said.words)),
        _share(sorted(said.grams), there.grams),
        cosine,
        float(bool(_PERSON.search(said.folded)) and not _PERSON.search(there.folded)),
        len(quantities.astray(said.plain, there.plain)) / max(1, len(figures(claim))),
    ]


def _share(wanted: Sequence[object], there: Container[object]) -> float:
    """Return the share of what is wanted that is there; where nothing is wanted nothing is missing."""
    return sum(one in there for one in wanted) / len(wanted) if wanted else 1.0


def _run(said: Sequence[str], there: Sequence[str]) -> int:
    """Return how many words in a row stand in both."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(there):
        places.setdefault(word, []).append(place)
    longest = 0
    ends: dict[int, int] = {}
    for word in said:
        ends = {place: ends.get(place - 1, 0) + 1 for place in places.get(word, ())}
        longest = max(longest, *ends.values()) if ends else longest
    return longest


def _nearest(claim: str, quotes: str) -> list[str]:
    """Return the sentences of the quotes that share most with the claim, the nearest first."""
    wanted = set(_read(claim).stems)
    shared = {sentence: len(wanted & set(_read(sentence).stems)) for sentence in _sentences(quotes)}
    return sorted(shared, key=lambda sentence: (-shared[sentence], len(sentence)))[:NEAREST]


def _meanings(claims: Sequence[tuple[str, str]], near: Sequence[Sequence[str]], embedder: Embedder) -> list[float]:
    """Return the cosine of each claim with the nearest of its sentences, 0 where there are none."""
    texts = list(dict.fromkeys([claim or " " for claim, _ in claims] + [text for group in near for text in group]))
    if not texts:
        return []
    vectors = dict(zip(texts, embedder.embed_passages(texts), strict=True))
    return [
        max((float(vectors[claim or " "] @ vectors[text]) for text in group), default=0.0)
        for (claim, _), group in zip(claims, near, strict=True)
    ]


@lru_cache(maxsize=512)
def _sentences(quotes: str) -> tuple[str, ...]:
    return tuple(text for span in spans(quotes) if (text := plain(span.text)))


@lru_cache(maxsize=4096)
def _read(text: str) -> _Text:
    said = plain(text)
    low = folded(said)
    grams = frozenset(low[at : at + GRAM] for at in range(len(low) - GRAM + 1))
    return _Text(said, content(said), tuple(words(said)), low, grams)


@cache
def _fitted() -> Floats:
    fitted = json.loads(FITTED.read_text(encoding="utf-8"))
    return np.array([*(fitted["weights"][name] for name in NAMES), fitted["bias"]], np.float64)
