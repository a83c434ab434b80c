"""The vectors of tokens, from the packaged embedder with its real weights."""

from collections.abc import Sequence

import numpy as np

from embedding import tokens
from embedding.embedder import Vectors
from embedding.minilm import MiniLM
from embedding.remembering import Remembering

MINILM = MiniLM()


class Plain:
    """An embedder that knows nothing of tokens."""

    id = "plain"
    dimension = 2

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 2), np.float32)

    embed_passages = embed_queries


def test_each_piece_of_a_word_has_a_vector_and_its_place() -> None:
    text = "Où est l’unbreakable café?"

    (found,) = MINILM.embed_tokens([text])

    assert [text[start:end] for start, end in found.spans] == [
        "Où",
        "est",
        "l",
        "’",
        "un",
        "break",
        "able",
        "café",
        "?",
    ]
    assert found.vectors.shape == (len(found.spans), MINILM.dimension)


def test_the_whole_is_the_vector_of_the_text() -> None:
    texts = ["Where is my money?", "word " * 2000, ""]

    found = MINILM.embed_tokens(texts)

    assert np.array_equal(np.stack([one.whole for one in found]), MINILM.embed_passages(texts))
    assert [len(one.spans) for one in found] == [5, 254, 0]


def test_the_door_goes_through_what_only_remembers() -> None:
    door = tokens.door(Remembering(MINILM))

    assert door is MINILM


def test_an_embedder_without_tokens_has_no_door() -> None:
    assert tokens.door(Plain()) is None
    assert tokens.door(Remembering(Plain())) is None
