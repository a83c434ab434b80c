"""Fit the line of `engines/embedded/support.json` anew: `python -m evals.supports` writes it and says how it transfers.

It learns from suites of graded claims, and is tried on each of them with the others only.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embedding.embedder import Embedder
from embedding.minilm import MiniLM
from engines.embedded import support
from evals import suites
from evals.examples import GroundingRow
from evals.scorers.ranks import auroc
from evals.statistics import Array
from evals.suites import Suite
from kb_index import logistic

SUITES = ("begin", "wice")
HERE = Path(__file__).with_name("suites")
SHRINK = 10.0
AGAINST = ("in person", "strange figures")  # what speaks against a claim; all else may only speak for it
SUPPORTED = 0.75  # of the claims in replies that are checked; the sets are fuller of inventions
ABOUT = (
    "A logistic line over shares of words, pairs, copied runs and letter groups, a cosine, and two signs of invention. "
    "Fitted on public claims that people graded as supported or not; it holds no words of them. "
    "Made by `python -m evals.supports`."
)


def fit(rows: Array, right: Array, weights: Array) -> Array:
    """Return the weights and, last, the bias of a logistic line in which every feature counts the way it is meant.

    One that would count the other way, since it only mends what another overstates on these sets, is left out.
    """
    meant = np.array([-1.0 if name in AGAINST else 1.0 for name in support.NAMES])
    kept = np.arange(len(meant))
    while True:
        line = _line(rows[:, kept], right, weights)
        turned = line[:-1] * meant[kept] * rows[:, kept].std(axis=0)
        if turned.min() >= 0:
            whole = np.zeros(len(meant))
            whole[kept] = line[:-1]
            return np.asarray(np.r_[whole, line[-1]], np.float64)
        kept = np.delete(kept, int(turned.argmin()))


def _line(rows: Array, right: Array, weights: Array) -> Array:
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    scaled = np.c_[(rows - middle) / spread, np.ones(len(rows))]
    held = np.eye(scaled.shape[1]) * SHRINK
    held[-1, -1] = 1e-6
    line = logistic.fit(scaled, right, held, weights=weights)
    bias = line[-1] - float((line[:-1] * middle / spread).sum())
    return np.asarray(np.r_[line[:-1] / spread, bias], np.float64)


def _graded(name: str, embedder: Embedder) -> tuple[Array, Array]:
    suite = suites.load(HERE / f"{name}.yaml")
    if not isinstance(suite, Suite):
        raise SystemExit(f"the data of {name!r} is not there: {suite.reason}")
    graded = [(one.row, one.positive) for one in suite.examples if isinstance(one.row, GroundingRow)]
    rows = support.features([(row.answer, row.context) for row, _ in graded], embedder)
    return rows, np.array([bool(positive) for _, positive in graded], np.float64)


def _together(sets: Sequence[tuple[Array, Array]]) -> Array:
    """Fit one line on several sets, each weighing the same, and its supported claims as much of it as in replies."""
    shares = (
        (right, np.where(right > 0.5, SUPPORTED / right.mean(), (1 - SUPPORTED) / (1 - right.mean())))
        for _, right in sets
    )
    weights = np.concatenate([share * 1000 / len(right) for right, share in shares])
    return fit(np.concatenate([rows for rows, _ in sets]), np.concatenate([right for _, right in sets]), weights)


def _card(line: Array, sets: Mapping[str, tuple[Array, Array]], tried: Mapping[str, float]) -> dict[str, Any]:
    return {
        "about": ABOUT,
        "learned_from": {name: len(right) for name, (_, right) in sets.items()},
        "auroc_learned_from_the_others": tried,
        "weights": dict(zip(support.NAMES, [round(float(weight), 4) for weight in line], strict=False)),
        "bias": round(float(line[-1]), 4),
    }


def main() -> None:
    """Fit, try and write."""
    embedder = MiniLM()
    sets = {name: _graded(name, embedder) for name in SUITES}
    tried = {}
    for name, (rows, right) in sets.items():
        line = _together([graded for other, graded in sets.items() if other != name])
        tried[name] = round(auroc(np.column_stack([rows @ line[:-1], right])), 3)
    card = _card(_together(list(sets.values())), sets, tried)
    support.FITTED.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(card, indent=2))


if __name__ == "__main__":
    main()
