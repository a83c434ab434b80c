"""Hear how a reply sounds, sentence by sentence, with ears trained on the examples of the policy.

Each sign of a wrong tone, and the acknowledgement that an upset customer is owed, has a linear head over hashed words
and letter groups; it is fitted in a moment, always the same, and needs no model.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from domain.policy import Sign, Tone, TonePart
from domain.text import folded

Floats = NDArray[np.float32]

PARTS: tuple[TonePart, ...] = ("professional", "empathetic", "solution_focused", "no_blame", "no_filler", "matched")
UPSET = ("negative", "angry")
BUCKETS = 4096
LETTERS = (3, 4, 5)
WINDOW, STRIDE = 7, 3  # words: a flaw is a few words long, and the rest of a long sentence would drown it
ROUNDS = 400
RATE = 4.0
SHRINK = 2e-4
SHARPNESS = 8.0  # rows have length one: without it no head is ever sure
LIKELY = 0.5  # from which a sign is spoken of
OWED = 0.25  # what is left of empathy when an upset customer gets no word of acknowledgement
APOLOGIES = 1  # in one reply; from the next one on it is too much

_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_SORRY = re.compile(r"\b(?:sorry|apolog\w*|disculp\w*|lamento|siento|leid|entschuldig\w*|desole\w*|desculp\w*)\b")


@dataclass(frozen=True)
class Mark:
    """How good one part of the tone is, 0..1; where it is poor, the `sentence` (its place) and what would mend it."""

    part: TonePart
    score: float
    sentence: int | None = None
    advice: str = ""


@dataclass(frozen=True)
class _Ear:
    """One row of weights and a bias for each sign, the acknowledging one last."""

    weights: Floats
    biases: Floats

    def hear(self, sentences: Sequence[str]) -> Floats:
        """Return how surely each sentence (row) shows each sign (column) in some part of it, 0..1."""
        return np.stack([self._sounds(_rows(sentence)).max(axis=0) for sentence in sentences])

    def _sounds(self, rows: Floats) -> Floats:
        return _sigmoid(np.asarray(SHARPNESS * rows @ self.weights.T + self.biases, np.float32))


def marks(sentences: Sequence[str], sentiment: str, tone: Tone) -> tuple[Mark, ...]:
    """Return a mark for each part of the tone of a reply to a customer who sounds like `sentiment`."""
    if not sentences or not tone.signs:
        return tuple(Mark(part, 1.0) for part in PARTS)
    upset = sentiment in UPSET
    heard = _trained(tone).hear(sentences)
    found = {part: Mark(part, 1.0) for part in PARTS}
    for column, sign in enumerate(tone.signs):
        if sign.mood in (None, "upset" if upset else "calm"):
            worst = int(np.argmax(heard[:, column]))
            found[sign.part] = _worse(found[sign.part], _mark(sign, float(heard[worst, column]), worst))
    if upset:
        found["empathetic"] = _worse(found["empathetic"], _owed(heard[:, -1]))
    else:
        found["matched"] = _worse(found["matched"], _sober(sentences))
    return tuple(found[part] for part in PARTS)


def overall(found: Sequence[Mark]) -> float:
    """Return one score for the whole tone: its weakest part counts half, the mean of all the other half."""
    scores = [mark.score for mark in found]
    return round((min(scores) + sum(scores) / len(scores)) / 2, 4) if scores else 1.0


def _mark(sign: Sign, chance: float, sentence: int) -> Mark:
    advice = f"it sounds {sign.sign.replace('_', ' ')}: {sign.advice}" if chance >= LIKELY else ""
    return Mark(sign.part, round(1 - chance, 4), sentence, advice)


def _owed(acknowledges: Floats) -> Mark:
    """Mark a reply to an upset customer by the sentence that acknowledges it best."""
    best = int(np.argmax(acknowledges))
    score = round(OWED + (1 - OWED) * float(acknowledges[best]), 4)
    if score > (1 + OWED) / 2:
        return Mark("empathetic", score, best, "it acknowledges how the customer feels")
    return Mark("empathetic", score, None, "the customer is upset: acknowledge it once, in one sentence")


def _sober(sentences: Sequence[str]) -> Mark:
    """Mark a reply to a calm customer by its apologies."""
    sorry = [number for number, sentence in enumerate(sentences) if _SORRY.search(folded(sentence))]
    extra = len(sorry) - APOLOGIES
    if extra <= 0:
        return Mark("matched", 1.0)
    return Mark("matched", round(1 / (1 + extra), 4), sorry[-1], "it apologises again and again: once is enough")


def _worse(one: Mark, other: Mark) -> Mark:
    """Return the mark with the lower score, told by the one that has something to say."""
    worse, better = (other, one) if other.score < one.score else (one, other)
    return worse if worse.advice or not better.advice else replace(better, score=worse.score)


def learn(tone: Tone) -> None:
    """Learn how a policy's replies should sound, so that the first reply does not wait for it."""
    _trained(tone)


@lru_cache(maxsize=16)
def _trained(tone: Tone) -> _Ear:
    """Fit every head at once by plain gradient descent from zero, each class weighing the same."""
    wholes = [
        [_features(text) for text in group] for group in (*(sign.examples for sign in tone.signs), tone.acknowledging)
    ]
    groups = [*wholes, [row for text in tone.plain for row in _rows(text)]]
    rows = np.stack([row for group in groups for row in group])
    member = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    targets = (member[:, None] == np.arange(len(groups) - 1)[None, :]).astype(np.float32)
    shown = targets.sum(axis=0)
    balance = np.where(targets > 0, 0.5 / shown, 0.5 / (len(rows) - shown)).astype(np.float32)
    # The weights are a sum of rows, so that only how much of each row is worked out: far fewer numbers than buckets.
    alike = SHARPNESS * rows @ rows.T
    shares, biases = np.zeros(targets.shape, np.float32), np.zeros(targets.shape[1], np.float32)
    for _ in range(ROUNDS):
        surplus = (_sigmoid(alike @ shares + biases) - targets) * balance
        shares -= RATE * (SHARPNESS * surplus + SHRINK * shares)
        biases -= RATE * surplus.sum(axis=0)
    return _Ear(shares.T @ rows, biases)


@lru_cache(maxsize=2048)
def _rows(sentence: str) -> Floats:
    """Return the features of a sentence and of every window of it."""
    said = sentence.split()
    starts = range(0, max(1, len(said) - WINDOW + STRIDE), STRIDE)
    windows = [" ".join(said[start : start + WINDOW]) for start in starts]
    return np.stack([_features(text) for text in dict.fromkeys([sentence, *windows])])


def _features(text: str) -> Floats:
    """Return a row of length one: hashed words, pairs of words and letter groups, and a few marks of punctuation."""
    plain = " ".join(folded(text).split())
    heard, padded = plain.split(), f" {plain} "
    pieces = [f"w {word}" for word in heard] + [f"p {one} {two}" for one, two in pairwise(heard)]
    pieces += [padded[at : at + size] for size in LETTERS for at in range(len(padded) - size + 1)]
    row = np.zeros(BUCKETS + 4, np.float32)
    for piece in pieces:
        row[zlib.crc32(piece.encode()) % BUCKETS] += 1
    row = np.log1p(row)
    row /= np.linalg.norm(row) or 1.0
    shouted = sum(word.isupper() and len(word) > 3 for word in text.split())
    row[BUCKETS:] = 0.5 * np.array([text.count("!") == 1, text.count("!") > 1, shouted > 1, bool(_EMOJI.search(text))])
    return np.asarray(row, np.float32)


def _sigmoid(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -40, 40))), np.float32)
