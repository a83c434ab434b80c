"""How long both indexes take to search a great many passages, and how much memory they hold, vectors given."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from domain.ids import DEFAULT_BRAND
from embedding.minilm import MiniLM
from evals.benchmarks import made
from evals.benchmarks.stopwatch import Stopwatch, Times, memory_mb
from kb_index.chroma import ChromaVectors, open_client
from kb_index.index import DENSE_CANDIDATES, LEXICAL_CANDIDATES
from kb_index.lexical import Lexical
from kb_index.vectors import ExactVectors, VectorStore

AT_ONCE = 6000


@dataclass(frozen=True)
class Scale:
    """Milliseconds a question: both indexes, each alone, and every vector compared; recall is of the nearest 100."""

    passages: int
    both: Times
    vectors: Times
    words: Times
    exact: Times
    recall: float
    memory_mb: dict[str, int]


def measure(folder: Path, passages: int, questions: int) -> Scale:
    """Return how quick the indexes of so many passages are; the vectors stay in `folder` for the next time."""
    memory = {"before": memory_mb()}
    everything = made.vectors(passages, MiniLM.dimension, seed=0)
    memory["given vectors"] = memory_mb()
    with open_client(folder / f"chroma-{passages}") as client:
        near = ChromaVectors(client, DEFAULT_BRAND, "public", MiniLM())
        names = [it.id for it in made.passages(passages)]
        if near.count() < passages:
            near.upsert(names, everything)
        near.query(everything[0], DENSE_CANDIDATES)
        memory["and Chroma"] = memory_mb()
        words = _words(passages)
        memory["and words"] = memory_mb()
        asked = list(made.questions(questions, passages // made.SECTIONS_OF_PASSAGE))
        return _measured(near, words, ExactVectors(names, everything), asked, memory)


def _words(passages: int) -> Lexical:
    words = Lexical()
    rows = made.passages(passages)
    while some := list(islice(rows, AT_ONCE)):
        words.put(some)
    return words


def _measured(
    near: VectorStore, words: Lexical, exact: ExactVectors, questions: list[str], memory: dict[str, int]
) -> Scale:
    both, vectors, texts, every = (Stopwatch() for _ in range(4))
    shared = []
    rows = made.vectors(len(questions), MiniLM.dimension, seed=1)
    for question, vector in zip(questions, rows, strict=True):
        with both.lap():
            with vectors.lap():
                found = near.query(vector, DENSE_CANDIDATES)
            with texts.lap():
                words.query(question, LEXICAL_CANDIDATES)
        with every.lap():
            nearest = exact.query(vector, 100)
        shared.append(len({name for name, _ in found[:100]} & {name for name, _ in nearest}) / len(nearest))
    recall = round(float(np.mean(shared)), 3)
    return Scale(exact.count(), both.times(), vectors.times(), texts.times(), every.times(), recall, memory)
