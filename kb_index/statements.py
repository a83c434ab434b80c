"""What a passage states in figures, and whether two statements on one subject disagree."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.articles import Passage
from domain.text import figures, folded, plain, spans, words

LEAST_SHARED = 4
DOUBT = 8  # words in common at which a disagreement counts half
_STOPWORDS = frozenset(
    words(
        "a an and are as at be but by can do for from has have if in into is it its may more not of on or our per so "
        "that the their them then there they this to up was we when which will with you your "
        "auf das dem den der die ein eine fur im ist mit oder sie sind und von wenn zu "
        "al con de del el en es la las los o para por que se si su un una y des du est et le les ou pour sur"
    )
)
_FIGURE = re.compile(
    r"(?:(?P<before>\w+)\s+)?(?P<value>[€$£]?(?<![\w.,])\d+(?:[.,:]\d+)*)[\s\u00a0-]?"
    r"(?P<unit>%|[^\W\d_]{2,})(?P<rate>\s+(?:an?|per|each|every)\s+[^\W\d_]+)?"
)
_NAME = re.compile(r"(?<=[\w,;:)] )[A-Z][\w-]+")


@dataclass(frozen=True)
class Statement:
    """A sentence, list item or row with figures: the values of each unit, the words around them, the names in it."""

    quote: str
    values: Mapping[str, frozenset[str]]
    words: frozenset[str]
    names: frozenset[str]


def statements(passage: Passage) -> list[Statement]:
    """Return what a passage says with figures that have a unit, such as `14 days` or `2 EUR a month`."""
    read = [_statement(plain(span.text)) for span in spans(passage.text) if span.kind != "heading"]
    return [statement for statement in read if statement.values]


def _statement(text: str) -> Statement:
    values: dict[str, set[str]] = {}
    for match in _FIGURE.finditer(text):
        unit = stem(match["unit"] + (match["rate"] or ""))
        named = match["before"] and match["before"][0].isupper() and match.start()
        version = match["value"].count(".") > 1
        if not named and not version and unit not in _STOPWORDS:
            values.setdefault(unit, set()).update(figures(match["value"]))
    names = frozenset(stem(name) for name in _NAME.findall(text))
    return Statement(text, {unit: frozenset(found) for unit, found in values.items()}, content(text), names)


def content(text: str) -> frozenset[str]:
    """Return the words of a text that carry its subject, without figures, singular and plural alike."""
    return frozenset(stem(word) for word in words(text) if word not in _STOPWORDS and not any(map(str.isdigit, word)))


def stem(text: str) -> str:
    """Return words in lower case, without the s of the plural."""
    return " ".join(re.sub(r"(?<=\w{2}[^\Ws])s$", "", word) for word in folded(text).split())


def rarity(texts: Iterable[frozenset[str]]) -> dict[str, float]:
    """Return how much each word tells: the fewer texts hold it, the more."""
    counts: Counter[str] = Counter()
    total = 0
    for found in texts:
        counts.update(found)
        total += 1
    return {word: math.log(1 + total / count) for word, count in counts.items()}


def disagreement(one: Statement, other: Statement, telling: Mapping[str, float]) -> float:
    """Return how far two statements share their words while no figure of a common unit agrees, 0..1.

    Many words in common tell more than few. Zero where the statements name different things, or share fewer than four
    words.
    """
    units = [unit for unit in one.values if unit in other.values]
    shared = one.words & other.words
    if not units or len(shared) < LEAST_SHARED or (one.names - other.words and other.names - one.words):
        return 0.0
    if any(one.values[unit] & other.values[unit] for unit in units):
        return 0.0
    smaller = min(weight(one.words, telling), weight(other.words, telling))
    return weight(shared, telling) / max(smaller, 1e-9) * len(shared) / (len(shared) + DOUBT)


def weight(found: Iterable[str], telling: Mapping[str, float]) -> float:
    """Return how much these words tell together."""
    return sum(telling.get(word, 0.0) for word in found)


def furthest(
    ours: Sequence[Statement], theirs: Sequence[Statement], telling: Mapping[str, float]
) -> tuple[float, Statement, Statement] | None:
    """Return the two statements that disagree most, and how far; None when there are none to compare."""
    pairs = [(disagreement(one, other, telling), one, other) for one in ours for other in theirs]
    return max(pairs, key=lambda pair: pair[0], default=None)
