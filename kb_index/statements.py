"""What a passage states in figures, and the words that say about what."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from domain.articles import Passage
from domain.text import plain, spans, words
from kb_index import figures
from kb_index.figures import Figure

_STOPWORDS = frozenset(
    words(
        "a an and are as at be but by can do for from has have if in into is it its may more not of on or our per so "
        "that the their them then there they this to up was we when which will with you your "
        "auf das dem den der die ein eine fur im ist mit oder sie sind und von wenn zu "
        "al con de del el en es la las los o para por que se si su un una y des du est et le les ou pour sur"
    )
)
_CODE = re.compile(r"^(`{3,}|~{3,}).*?(?:^\1|\Z)|<[^<>]+>", re.DOTALL | re.MULTILINE)
_CAPITAL = re.compile(r"(?<=[\w,;:)] )[^\W\d_a-z][\w-]*|\b[\w-]*[^\W\d_][\d][\w-]*")


@dataclass(frozen=True)
class Statement:
    """A sentence, list item or row with figures: the words around them, those above it, and the names it uses."""

    passage: Passage
    quote: str
    figures: tuple[Figure, ...]
    words: frozenset[str]
    above: frozenset[str]
    names: frozenset[str]


def statements(passage: Passage) -> list[Statement]:
    """Return what a passage says with figures that measure or count something, such as `14 days` or `2 EUR a month`."""
    if not any(map(str.isdigit, passage.text)):
        return []
    above = content(" ".join((passage.title, *passage.heading_path)))
    found = (plain(span.text) for span in spans(_CODE.sub(" ", passage.text)) if span.kind != "heading")
    read = ((quote, *figures.read(quote)) for quote in found if not quote.startswith("`"))
    return [Statement(passage, quote, said, content(rest), above, names(quote)) for quote, said, rest in read if said]


def names(text: str) -> frozenset[str]:
    """Return the words of a text that may be names: with a capital inside a sentence, or letters and digits mixed."""
    return frozenset(_content_word(word) or word for found in _CAPITAL.findall(text) for word in words(found))


def content(text: str) -> frozenset[str]:
    """Return the words of a text that carry its subject, without figures, singular and plural alike."""
    return frozenset(stemmed for word in words(text) if (stemmed := _content_word(word)))


@lru_cache(maxsize=100_000)
def _content_word(word: str) -> str | None:
    return figures.stem(word) if word not in _STOPWORDS and any(map(str.isalpha, word)) else None


def rarity(texts: Iterable[frozenset[str]]) -> dict[str, float]:
    """Return how much each word tells: the fewer texts hold it, the more."""
    counts: Counter[str] = Counter()
    total = 0
    for found in texts:
        counts.update(found)
        total += 1
    return {word: math.log(1 + total / count) for word, count in counts.items()}


def weight(found: Iterable[str], telling: Mapping[str, float]) -> float:
    """Return how much these words tell together."""
    return sum(telling.get(word, 0.0) for word in found)
