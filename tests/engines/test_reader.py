"""How units of text are read against an ask, with the packaged embedder's real weights."""

from collections.abc import Sequence

import numpy as np

from embedding.embedder import Vectors
from embedding.minilm import MiniLM
from embedding.remembering import Remembering
from engines.embedded import reader

MINILM = MiniLM()
UNITS = [
    ("Card fees", "Online payment, card from outside the EEA: 2.9%"),
    ("Card fees", "The history covers the last 90 days."),
    ("Export your data", "The download link is valid for 7 days."),
]


class Plain:
    """An embedder that knows nothing of tokens."""

    id = "plain"
    dimension = 384

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return MINILM.embed_queries(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return MINILM.embed_passages(texts)


def test_the_unit_whose_words_meet_those_of_the_ask_stands_out() -> None:
    ask = "Until when can I fetch the export file?"

    found = reader.compare(ask, ask, UNITS, MINILM)

    assert max(range(3), key=lambda place: found[place].met) == 2


def test_how_well_words_meet_is_told_against_the_other_units() -> None:
    found = reader.compare("What does a card cost?", "What does a card cost?", UNITS, MINILM)

    assert abs(sum(one.met for one in found)) < 1e-6


def test_without_vectors_of_tokens_the_cosines_stay() -> None:
    ask = "Until when can I fetch the export file?"

    plain = reader.compare(ask, ask, UNITS, Remembering(Plain()))

    assert [one.met for one in plain] == [0.0, 0.0, 0.0]
    assert np.allclose([one.cosine for one in plain], [one.cosine for one in reader.compare(ask, ask, UNITS, MINILM)])


def test_an_ask_of_marks_alone_meets_nothing() -> None:
    assert [one.met for one in reader.compare("???", "???", UNITS, MINILM)] == [0.0, 0.0, 0.0]


def test_no_units_are_no_work() -> None:
    assert reader.compare("Where is my invoice?", "Where is my invoice?", [], MINILM) == []
