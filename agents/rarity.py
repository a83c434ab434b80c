"""Weigh the words of an ask that an answer does not have: a rare one, such as a product's name, weighs most.

How rare a word is in general tells its place in the vocabulary of the packaged model, which is sorted by frequency.
"""

import math
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher
from functools import cache

from domain.text import words
from embedding.minilm import VOCABULARY
from engines.embedded.wording import content

FIRST = 1996  # the place of the first word in the vocabulary: signs and letters stand before it
LETTERS = 5  # from which on a word may be a misspelling of another
ALIKE = 0.84  # from which on it is taken for one


def unmet(ask: str, texts: Iterable[str]) -> float:
    """Return how much of an ask none of the texts says: the sum of its words that are missing, each 0..1 by rarity."""
    known = {stem for text in texts for stem in content(text)}
    asked = [word for word in dict.fromkeys(words(ask)) if content(word)]
    return sum(rarity(word) for word in asked if not all(_known(stem, known) for stem in content(word)))


def rarity(word: str) -> float:
    """Return how rare a word is, from 0 for the commonest to 1 for one that the vocabulary does not have."""
    places = _places()
    place = max(FIRST, places.get(word, len(places)))
    return math.log(place / FIRST) / math.log(len(places) / FIRST)


def _known(stem: str, known: Collection[str]) -> bool:
    """Say whether a word is among those known, perhaps misspelt."""
    if stem in known:
        return True
    likely = (one for one in known if one[:1] == stem[:1] and abs(len(one) - len(stem)) <= 2)
    return len(stem) >= LETTERS and any(SequenceMatcher(None, stem, one).ratio() >= ALIKE for one in likely)


@cache
def _places() -> dict[str, int]:
    return {word: place for place, word in enumerate(VOCABULARY.read_text("utf-8").splitlines())}
