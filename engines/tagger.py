"""Find the names of people that nothing announces, by what the packaged model makes of each word and its neighbours.

A small network looks at the words that begin with a capital: at their vectors in the sentence, at those of the words
beside them, at how they are written and which letters they are made of. `tagger.json` says how it was fitted.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domain.text import folded, spans
from embedding.embedder import Vectors
from embedding.tokens import TokenEmbedder, Tokens

Floats = NDArray[np.float32]
Place = tuple[int, int]  # start and end in a text

FITTED = Path(__file__).with_name("tagger.npz")
WINDOW = 800  # characters of a sentence that the model reads at once
BUCKETS = 512  # for groups of letters
ALONE, SEVERAL, PART = 2.5, 1.0, -1.0  # log-odds that make a name of one word, of more, and a word part of one

_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")
_PIECE = re.compile(rf".{{1,{WINDOW}}}(?:\s|$)|.{{1,{WINDOW}}}", re.DOTALL)
_INSIDE = re.compile(
    r"[ .-]{0,3}(?:(?:van|von|de|del|della|der|den|da|dos|di|du|la|le|af|bin|el) ){0,2}", re.IGNORECASE
)
_NEVER = re.compile(
    "(?:a|an|the|of|to|in|on|at|by|for|and|or|but|nor|as|is|it|its|be|are|was|were|my|your|"
    "our|his|her|their|this|that|these|those|with|from|into|over|under|not|no|so|if|then|than|"
    "i|you|he|she|we|they|me|us|him|them|who|what|where|when|why|how|do|does|did|can|could|"
    "may|might|will|would|shall|should|must|have|has|had|der|die|das|den|dem|des|ein|eine|"
    "einen|einem|einer|und|oder|aber|mit|von|vom|zu|zum|zur|im|am|auf|fur|bei|nach|aus|ist|"
    "sind|war|ich|sie|wir|ihr|er|es|mein|ihre|ihren|kein|keine|nicht|wie|wer|wo|wann|el|la|"
    "los|las|un|una|unos|unas|y|o|pero|con|de|del|al|en|por|para|son|mi|su|sus|que|como|"
    "donde|cuando|le|les|une|et|ou|mais|avec|du|au|aux|dans|pour|par|est|sont|mon|ma|mes|"
    "votre|vos|ne|pas|qui|comment|os|um|uma|e|mas|com|da|dos|na|em|sao|meu|minha|nao|quem|"
    "qual|onde)"
)
_OTHERWISE = re.compile(
    r"\s*(?:,? (?:Ltd|Limited|GmbH|Inc|LLC|AG|SA|SL|SARL|PLC|Corp|Group|Gruppe|Bank|Hotel|University|Street|St|Road|Rd|"
    r"Avenue|Ave|Lane|Drive|Square|Park)\b|-?(?:straße|strasse|gata|vägen|utca|katu)\b|\s&|,? \d)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:\d|&) ?$")


class Tagger:
    """Finds names with the vectors of a model's tokens; any number of threads may share it."""

    def __init__(self, embedder: TokenEmbedder) -> None:
        self._embedder = embedder

    def found(self, text: str) -> Iterator[Place]:
        """Yield where names stand, in order; each sentence costs one run of the model."""
        for start, piece in _pieces(text):
            (tokens,) = self._embedder.embed_tokens([piece])
            words = candidates(tokens)
            odds = _network().odds(words)
            marked = [(*word.place, float(one)) for word, one in zip(words, odds, strict=True)]
            yield from ((start + first, start + last) for first, last in named(piece, marked))


@dataclass(frozen=True, eq=False)
class Word:
    """A word that may be part of a name: where it stands, its row of numbers, and its buckets of letters."""

    place: Place
    row: Floats
    letters: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Network:
    """One hidden layer; `inward` takes a word's numbers and then its letters."""

    inward: Floats
    bias: Floats
    outward: Floats
    start: float

    def odds(self, words: Sequence[Word]) -> Floats:
        """Return the log-odds that each word is part of a person's name."""
        if not words:
            return np.zeros(0, np.float32)
        hidden = np.maximum(inputs(words) @ self.inward + self.bias, 0)
        return np.asarray(hidden @ self.outward + self.start, np.float32)


@cache
def _network() -> Network:
    with np.load(FITTED, allow_pickle=False) as kept:
        inward, bias, outward, start = (
            kept[name].astype(np.float32) for name in ("inward", "bias", "outward", "start")
        )
    return Network(inward, bias, outward, float(start))


def forget() -> None:
    """Read the network anew when it is asked next."""
    _network.cache_clear()


def inputs(words: Sequence[Word]) -> Floats:
    """Return one row a word: its numbers, and the share of each bucket among its letters."""
    letters = np.zeros((len(words), BUCKETS), np.float32)
    for row, word in zip(letters, words, strict=True):
        np.add.at(row, list(word.letters), 3 / len(word.letters))
    return np.concatenate([np.stack([word.row for word in words]).astype(np.float32), letters], axis=1)


def candidates(tokens: Tokens) -> list[Word]:
    """Return the words of a sentence that begin with a capital and mean nothing else in one of our languages."""
    text = tokens.text
    places = [match.span() for match in _WORD.finditer(text)]
    vectors = list(_vectors(tokens, places))
    nothing = np.zeros(tokens.vectors.shape[1], np.float32)
    found = []
    for at, (start, end) in enumerate(places):
        said = text[start:end]
        mine = vectors[at]
        if mine is None or not said[0].isupper() or _NEVER.fullmatch(folded(re.split("['’]", said)[0])):
            continue
        before = vectors[at - 1] if at else None
        after = vectors[at + 1] if at + 1 < len(places) else None
        near = [nothing if one is None else one for one in (before, after)]
        row = np.r_[mine, near[0], near[1], _shape(text, places, at)].astype(np.float16)
        found.append(Word((start, end), row, tuple(_letters(said))))
    return found


def _vectors(tokens: Tokens, places: Iterable[Place]) -> Iterator[Vectors | None]:
    """Yield the mean vector of each word's pieces, None where the model has not seen it."""
    starts, ends = (np.array([span[side] for span in tokens.spans], np.int64) for side in (0, 1))
    for start, end in places:
        pieces = tokens.vectors[(starts < end) & (ends > start)]
        yield pieces.mean(axis=0) if len(pieces) else None


def _letters(word: str) -> Iterator[int]:
    framed = f"^{word.lower()}$"
    for size in (2, 3, 4):
        for at in range(len(framed) - size + 1):
            yield zlib.crc32(framed[at : at + size].encode()) % BUCKETS


def _shape(text: str, places: Sequence[Place], at: int) -> list[float]:
    """Return how a word is written and what stands beside it, each as a number from 0 to 1."""
    start, end = places[at]
    word = text[start:end]
    before = text[places[at - 1][1] if at else 0 : start]
    after = text[end : places[at + 1][0] if at + 1 < len(places) else len(text)]
    capital = [text[first].isupper() for first, _ in places]
    left, right = at > 0 and capital[at - 1], at + 1 < len(places) and capital[at + 1]
    signs = (
        at == 0 or bool(re.search(r"[.!?:\n]", before)),
        word.isupper() and len(word) > 1,
        len(word) == 1,
        left and before == " ",
        right and after == " ",
        right and after.strip() == ".",
        at > 0 and before.strip() == "." and places[at - 1][1] - places[at - 1][0] <= 3,
        word.endswith(("'s", "’s")),
        "-" in word,
        after.startswith(","),
        after.startswith((".", "!", "?")),
        bool(re.search(r'[>"*]', before + after)),
        bool(re.search(r"\d\s*$", before)),
        bool(re.match(r"\s*\d", after)),
        any(sign.isupper() for sign in word[1:]),
        sum(capital) / len(capital),
        len(places) < 4,
        len(places) == 1,
        end == len(text),
    )
    return [float(sign) for sign in signs]


def named(text: str, marked: Sequence[tuple[int, int, float]]) -> Iterator[Place]:
    """Yield the names in a sentence, from its candidates as (start, end, log-odds)."""
    run: list[tuple[int, int, float]] = []
    for word in marked:
        if run and (word[2] <= PART or not _INSIDE.fullmatch(text, run[-1][1], word[0])):
            yield from _name(text, run)
            run = []
        if word[2] > PART:
            run.append(word)
    yield from _name(text, run)


def _name(text: str, run: Sequence[tuple[int, int, float]]) -> Iterator[Place]:
    several = sum(end - start > 1 for start, end, _ in run) > 1
    if not run or max(odds for _, _, odds in run) <= (SEVERAL if several else ALONE):
        return
    start, end = run[0][0], run[-1][1]
    if not _OTHERWISE.match(text, end) and not _NUMBERED.search(text[:start]):
        yield start, end


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield (start, sentence) of what has a capital; a sentence without an end comes in windows."""
    for span in spans(text):
        for match in _PIECE.finditer(span.text):
            if any(word[0].isupper() for word in _WORD.findall(match.group())):
                yield span.start + match.start(), match.group()
