"""Fit one hidden layer by Adam, in NumPy: minutes on one core, and the same weights every time."""

from collections.abc import Sequence

import numpy as np

from engines.tagger import Floats, Word, inputs

HIDDEN = 48
ROUNDS, BATCH, STEP, DECAY = 14, 256, 1e-3, 1e-2
DROPPED = 0.3  # of the hidden units in each batch
MOMENTS = (0.9, 0.999)


def fit(words: Sequence[Word], right: Floats, weights: Floats) -> dict[str, Floats]:
    """Return the weights by name, so that the log-odds of a word being part of a name are right."""
    chance = np.random.default_rng(5)
    size = inputs(words[:1]).shape[1]
    held: dict[str, Floats] = {
        "inward": (chance.normal(size=(size, HIDDEN)) / np.sqrt(size)).astype(np.float32),
        "bias": np.zeros(HIDDEN, np.float32),
        "outward": (chance.normal(size=HIDDEN) / np.sqrt(HIDDEN)).astype(np.float32),
        "start": np.zeros((), np.float32),
    }
    first, second = ({name: np.zeros_like(value) for name, value in held.items()} for _ in range(2))
    step = 0
    for _ in range(ROUNDS):
        order = chance.permutation(len(words))
        for at in range(0, len(words), BATCH):
            batch = order[at : at + BATCH]
            kept = (chance.random((len(batch), HIDDEN)) > DROPPED).astype(np.float32) / (1 - DROPPED)
            slopes = _slopes(held, inputs([words[one] for one in batch]), right[batch], weights[batch], kept)
            step += 1
            for name, slope in slopes.items():
                first[name] += (1 - MOMENTS[0]) * (slope - first[name])
                second[name] += (1 - MOMENTS[1]) * (slope**2 - second[name])
                aim = first[name] / (1 - MOMENTS[0] ** step)
                wide = np.sqrt(second[name] / (1 - MOMENTS[1] ** step)) + 1e-8
                held[name] = held[name] * (1 - STEP * DECAY) - STEP * aim / wide
    return held


def _slopes(held: dict[str, Floats], rows: Floats, right: Floats, weights: Floats, kept: Floats) -> dict[str, Floats]:
    """Return how the weighted log-loss of a batch rises with each weight."""
    inside = rows @ held["inward"] + held["bias"]
    hidden = np.maximum(inside, 0) * kept
    missed = (1 / (1 + np.exp(-(hidden @ held["outward"] + held["start"]))) - right) * weights / len(right)
    back = np.outer(missed, held["outward"]) * kept * (inside > 0)
    return {
        "inward": rows.T @ back,
        "bias": back.sum(axis=0),
        "outward": hidden.T @ missed,
        "start": np.asarray(missed.sum(), np.float32),
    }
