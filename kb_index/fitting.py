"""Fit a line from questions asked twice: with the article that answers them, and with that article hidden."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from kb_index import logistic
from kb_index.answerability import Line, Shape, Source
from kb_index.logistic import Array

FEWEST = 20  # questions; with fewer the shipped line says more
FOLDS = 5
SURENESS = 1.0  # how strongly slope and offset are held near 1 and 0
LEAST_SPREAD = 0.02
LEAST_SLOPE = 0.05

DIGITS = 4

WEIGHTS = np.array([1.0, 0.5, 0.3])  # of nearest, ahead and worded, each in its own spread


@dataclass(frozen=True)
class Examples:
    """Questions, each with the shape of its search as it is (`present`) and with its article hidden, row by row."""

    present: tuple[Shape, ...]
    hidden: tuple[Shape, ...]
    learned_from: Source


@dataclass(frozen=True)
class Report:
    """How a line does on questions it was not fitted to: `kept` of the answerable, `caught` of the others."""

    examples: int
    auroc: float
    kept: float
    caught: float


def fit(examples: Examples, keep: float) -> Line:
    """Return the line that keeps this share of the answerable questions."""
    present, hidden = _matrix(examples.present), _matrix(examples.hidden)
    middle = (present.mean(axis=0) + hidden.mean(axis=0)) / 2
    spread = np.maximum(np.sqrt((present.var(axis=0) + hidden.var(axis=0)) / 2), LEAST_SPREAD)
    scores = [(rows - middle) / spread @ WEIGHTS for rows in (present, hidden)]
    slope, offset = _logistic(*scores)
    weights = slope * WEIGHTS / spread
    return Line(
        weights=_shape(weights),
        offset=round(float(offset - weights @ middle), DIGITS),
        least=round(float(slope * np.quantile(scores[0], 1 - keep) + offset), DIGITS),
        middle=_shape(middle),
        learned_from=examples.learned_from,
        examples=len(present),
    )


def mean(lines: Sequence[Line], learned_from: Source) -> Line:
    """Return the line between some lines."""
    return Line(
        weights=_shape(_matrix([line.weights for line in lines]).mean(axis=0)),
        offset=round(fmean(line.offset for line in lines), DIGITS),
        least=round(fmean(line.least for line in lines), DIGITS),
        middle=_shape(_matrix([line.middle for line in lines]).mean(axis=0)),
        learned_from=learned_from,
        examples=sum(line.examples for line in lines),
    )


def report(examples: Examples, keep: float) -> Report:
    """Return how lines do on questions held out, a fifth at a time; the questions come in a random order."""
    rows = np.arange(len(examples.present))
    kept: list[bool] = []
    caught: list[bool] = []
    likely: list[float] = []
    unlikely: list[float] = []
    for fold in range(FOLDS):
        line = fit(_taken(examples, rows % FOLDS != fold), keep)
        held_out = _taken(examples, rows % FOLDS == fold)
        likely.extend(line.odds(shape) for shape in held_out.present)
        unlikely.extend(line.odds(shape) for shape in held_out.hidden)
        kept.extend(line.odds(shape) >= line.least for shape in held_out.present)
        caught.extend(line.odds(shape) < line.least for shape in held_out.hidden)
    higher = np.subtract.outer(np.array(likely), np.array(unlikely))
    auroc = float((higher > 0).mean() + (higher == 0).mean() / 2)
    return Report(len(rows), round(auroc, 4), round(float(np.mean(kept)), 4), round(float(np.mean(caught)), 4))


def _taken(examples: Examples, rows: NDArray[np.bool_]) -> Examples:
    present, hidden = (
        tuple(shape for shape, taken in zip(shapes, rows, strict=True) if taken)
        for shapes in (examples.present, examples.hidden)
    )
    return Examples(present, hidden, examples.learned_from)


def _matrix(shapes: Sequence[Shape]) -> Array:
    return np.array([astuple(shape) for shape in shapes], np.float64)


def _shape(row: Array) -> Shape:
    return Shape(*row.round(DIGITS).tolist())


def _logistic(present: Array, hidden: Array) -> tuple[float, float]:
    """Return slope and offset; as many questions are answerable as are not."""
    scores = np.concatenate([present, hidden])
    wanted = np.concatenate([np.ones(len(present)), np.zeros(len(hidden))])
    columns = np.stack([scores, np.ones_like(scores)], axis=1)
    found = logistic.fit(columns, wanted, np.diag([SURENESS, SURENESS]), usual=np.array([1.0, 0.0]))
    return max(LEAST_SLOPE, float(found[0])), float(found[1])
