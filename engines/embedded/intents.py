"""A linear head over sentence vectors, fitted on the examples of a policy when it is first used."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.policy import Policy
from embedding.embedder import Embedder

Floats = NDArray[np.float64]

ROUNDS = 300
RATE = 2.0
SHRINK = 1e-3
SHARPNESS = 8.0  # vectors have length one: without it the classes stay too close for the head to be sure of any


@dataclass(frozen=True)
class Head:
    """What a vector is most likely to be: names, one row of weights and one bias each."""

    names: tuple[str, ...]
    weights: Floats
    biases: Floats

    def probabilities(self, vectors: Floats) -> Floats:
        """Return one row per vector, one column per name, each row summing to one."""
        return _softmax(SHARPNESS * vectors @ self.weights.T + self.biases)


def fit(policy: Policy, embedder: Embedder) -> Head:
    """Fit the head on the examples of the policy's intents, by plain gradient descent from zero: always the same."""
    names = tuple(intent.name for intent in policy.intents)
    texts = [example for intent in policy.intents for example in intent.examples]
    labels = np.array([number for number, intent in enumerate(policy.intents) for _ in intent.examples])
    vectors = embedder.embed_queries(texts).astype(np.float64)
    targets = np.eye(len(names))[labels]
    balance = (1.0 / targets.sum(axis=0))[labels][:, None]
    balance /= balance.sum()
    weights, biases = np.zeros((len(names), vectors.shape[1])), np.zeros(len(names))
    for _ in range(ROUNDS):
        surplus = (_softmax(SHARPNESS * vectors @ weights.T + biases) - targets) * balance
        weights -= RATE * (SHARPNESS * surplus.T @ vectors + SHRINK * weights)
        biases -= RATE * surplus.sum(axis=0)
    return Head(names, weights, biases)


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float64)
