"""The packaged embedder, with its real weights."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embedding.embedder import EmbedderError
from embedding.minilm import MiniLM

TEXTS = ["How do I get a refund?", "Where is my invoice?", "The app crashes when I open a file.", "¿Dónde está?"]


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


def test_vectors_are_float32_rows_of_length_one(minilm: MiniLM) -> None:
    vectors = minilm.embed_passages([*TEXTS, "", "word " * 2000])

    assert vectors.shape == (6, minilm.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_has_the_same_vector_whatever_stands_beside_it(minilm: MiniLM) -> None:
    together = minilm.embed_passages(TEXTS)

    alone = np.concatenate([minilm.embed_passages([text]) for text in TEXTS])

    assert np.array_equal(together, alone)


def test_threads_may_share_it(minilm: MiniLM) -> None:
    expected = minilm.embed_queries(TEXTS)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: minilm.embed_queries([text])[0], TEXTS * 8))

    assert np.array_equal(np.stack(found), np.concatenate([expected] * 8))


def test_what_means_the_same_lies_closer_than_what_does_not(minilm: MiniLM) -> None:
    refund, invoice, crash, _ = minilm.embed_passages(TEXTS)

    (question,) = minilm.embed_queries(["I want my money back"])

    assert question @ refund > question @ invoice > question @ crash


def test_no_texts_give_no_rows(minilm: MiniLM) -> None:
    assert minilm.embed_passages([]).shape == (0, 384)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "model.onnx"
    other.write_bytes(b"not the model")

    with pytest.raises(EmbedderError, match="sha256 differs"):
        MiniLM(other).embed_queries(["hello"])


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=r"nowhere\.onnx' cannot be read"):
        MiniLM(tmp_path / "nowhere.onnx").embed_queries(["hello"])


def test_its_name_carries_the_weights(minilm: MiniLM) -> None:
    assert minilm.id == "minilm-int8-8199be6f"
