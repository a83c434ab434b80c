"""What a text is about, learned from examples: how like it is to each, in meaning and in spelling.

Every intent is a least-squares fit over likenesses (kernel ridge), so that one solved system gives the weights and,
left out one at a time, what each example would have scored unseen. From these come the heat that makes scores into
probabilities and the line below which a text is like nothing that was taught: no examples are held back for it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.policy import Policy
from embedding.embedder import Embedder
from engines.embedded import spelling
from engines.embedded.spelling import Spelling

Floats = NDArray[np.float32]

# Chosen on two public sets of intents at 5 to 40 examples each; a third (hint3) agreed.
NARROW = 3.0  # how quickly likeness of meaning fades
SPELT = 0.25  # the share of spelling in a likeness
SHRINK = 0.1
NEIGHBOURS = 3
HEATS = np.geomspace(1.0, 60.0, 40)
HARDEST = 0.03  # of the examples: as strange as they is where familiarity is one half
STEEP = 4.0
MOST = 10_000  # examples; of more, each intent gives its share


@dataclass(frozen=True)
class Reading:
    """What a text may be about: a probability for each intent, and how familiar the text is, 0..1."""

    chances: Floats
    familiar: float


@dataclass(frozen=True)
class Scale:
    """What makes scores comparable: `heat` for probabilities, two spreads and a line for familiarity."""

    heat: float
    score: float
    nearness: float
    line: float


@dataclass(frozen=True)
class Head:
    """What was taught: names of intents, the examples' vectors and spellings, and their weights for each name."""

    names: tuple[str, ...]
    vectors: Floats
    spellings: Floats
    spelling: Spelling
    weights: Floats
    scale: Scale

    def read(self, text: str, vector: Floats) -> Reading:
        """Return what a text of this vector may be about."""
        spelt = self.spelling.rows([text])
        likeness = _likeness(vector[None].astype(np.float32), spelt, self.vectors, self.spellings)
        scores = likeness @ self.weights
        sign = _familiarity(scores, _near(likeness), self.scale)[0]
        chances = _softmax(self.scale.heat * scores)[0]
        return Reading(chances, float(1 / (1 + np.exp(-STEEP * (sign - self.scale.line)))))


def fit(policy: Policy, embedder: Embedder) -> Head:
    """Fit the head on the examples of the policy's intents: always the same for the same examples."""
    names = tuple(intent.name for intent in policy.intents)
    labels, texts = _examples(policy)
    vectors = np.asarray(embedder.embed_queries(texts), np.float32)
    spelt = spelling.learn(texts)
    spellings = spelt.rows(texts)
    likeness = _likeness(vectors, spellings, vectors, spellings)
    targets = np.eye(len(names), dtype=np.float32)[labels]
    inverse = np.linalg.inv(likeness + SHRINK * np.eye(len(texts), dtype=np.float32))
    weights = np.asarray(inverse @ targets, np.float32)
    unseen = np.asarray(targets - weights / np.diag(inverse)[:, None], np.float32)
    return Head(names, vectors, spellings, spelt, weights, _scale(unseen, np.array(labels), likeness))


def _examples(policy: Policy) -> tuple[list[int], list[str]]:
    """Return the number of the intent of each example, and the examples; of too many, the same number of each."""
    many = sum(len(intent.examples) for intent in policy.intents) > MOST
    most = max(1, MOST // len(policy.intents)) if many else None
    pairs = [(number, text) for number, one in enumerate(policy.intents) for text in one.examples[:most]]
    return [number for number, _ in pairs], [text for _, text in pairs]


def _likeness(vectors: Floats, spellings: Floats, others: Floats, spelt: Floats) -> Floats:
    """Return how like each text is to each other one, at most 1."""
    meant = np.exp(NARROW * (vectors @ others.T - 1))
    return np.asarray((1 - SPELT) * meant + SPELT * (spellings @ spelt.T), np.float32)


def _scale(unseen: Floats, labels: NDArray[np.int64], likeness: Floats) -> Scale:
    """Return the heat under which the unseen examples' own intents are likeliest, and where strangeness begins."""
    rows = np.arange(len(labels))
    losses = [-np.log(_softmax(heat * unseen)[rows, labels] + 1e-9).mean() for heat in HEATS]
    apart = likeness - np.diag(np.diag(likeness))
    near, best = _near(apart), unseen.max(axis=1)
    loose = Scale(float(HEATS[int(np.argmin(losses))]), float(best.std()) or 1.0, float(near.std()) or 1.0, 0.0)
    signs = _familiarity(unseen, near, loose)
    return Scale(loose.heat, loose.score, loose.nearness, float(np.quantile(signs, HARDEST)))


def _near(likeness: Floats) -> Floats:
    """Return how like each text is to the few examples most like it."""
    return np.asarray(np.sort(likeness, axis=1)[:, -NEIGHBOURS:].mean(axis=1), np.float32)


def _familiarity(scores: Floats, near: Floats, scale: Scale) -> Floats:
    return np.asarray(scores.max(axis=1) / scale.score + near / scale.nearness, np.float32)


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
