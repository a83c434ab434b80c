from collections.abc import Sequence

import numpy as np

from embedding.embedder import Vectors
from embedding.remembering import Remembering


class Counting:
    """Embeds a text as its length, and counts what it was asked."""

    id = "counting"
    dimension = 2

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[len(text), 0] for text in texts], np.float32)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self.embed_queries(texts)


def test_a_text_is_embedded_once_and_comes_back_in_its_place() -> None:
    inner = Counting()
    embedder = Remembering(inner)

    embedder.embed_queries(["a", "bb"])
    rows = embedder.embed_queries(["bb", "ccc", "a", "bb"])

    assert rows[:, 0].tolist() == [2, 3, 1, 2]
    assert inner.asked == ["a", "bb", "ccc"]


def test_a_question_and_a_passage_of_the_same_words_are_kept_apart() -> None:
    inner = Counting()
    embedder = Remembering(inner)

    embedder.embed_queries(["a"])
    embedder.embed_passages(["a"])

    assert inner.asked == ["a", "a"]


def test_what_was_not_seen_for_long_is_forgotten() -> None:
    inner = Counting()
    embedder = Remembering(inner, size=2)

    for text in ("a", "b", "a", "c", "a", "b"):
        embedder.embed_queries([text])

    assert inner.asked == ["a", "b", "c", "b"]


def test_nothing_in_gives_no_rows() -> None:
    assert Remembering(Counting()).embed_passages([]).shape == (0, 2)
