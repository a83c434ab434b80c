"""A model of one's own, trained on accepted pairs: a tiny one, made here, learns what customers call things."""

import os
from concurrent.futures import Executor
from pathlib import Path

import pytest

from embedding.embedder import EmbedderError
from embedding.sentence_transformer import SentenceTransformerEmbedder
from kb_index.bench import Bench
from kb_index.fine_tuning import Course, fine_tune
from kb_index.tuning import TooFewPairs
from tests.kb_index.conftest import article
from tests.kb_index.test_tuning import FILLER, TOPICS, contents, pairs

pytest.importorskip("sentence_transformers", reason="needs the extra 'models'")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a random BERT of one layer that knows every word of the questions."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("models")
    words = sorted({word for pair in TOPICS for word in pair} | set(FILLER) | set("0123456789"))
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words, "##0", "##1"]))
    torch.manual_seed(1)
    shape = BertConfig(
        vocab_size=len(words) + 7, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    BertModel(shape).save_pretrained(folder / "bert")
    BertTokenizer(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    bert = Transformer(str(folder / "bert"))
    model = SentenceTransformer(modules=[bert, Pooling(bert.get_embedding_dimension())], device="cpu")
    model.save_pretrained(str(folder / "tiny"), create_model_card=False)
    return folder / "tiny"


@pytest.fixture(scope="module")
def bench(base: Path, pool: Executor) -> Bench:
    articles = [article(name, name, f"{name} {' '.join(FILLER[:4])}") for name, _ in TOPICS]
    embedder = SentenceTransformerEmbedder(str(base))
    return Bench(contents(articles, embedder), embedder, pool)


async def test_a_model_is_trained_tried_and_loads_again(bench: Bench, base: Path, tmp_path: Path) -> None:
    told: list[str] = []

    report = await fine_tune(
        bench, pairs(), Course(str(base), 40, tmp_path / "tuned"), lambda what, *_: told.append(what)
    )

    tuned = SentenceTransformerEmbedder(str(tmp_path / "tuned"))
    assert report.method == "finetune"
    assert report.known.questions + report.untaught.questions == 45
    assert (told.count("training"), "embedding" in told) == (40, True)
    assert tuned.id != bench.embedder.id
    assert tuned.dimension == 32


async def test_too_few_pairs_train_nothing(bench: Bench, base: Path, tmp_path: Path) -> None:
    with pytest.raises(TooFewPairs):
        await fine_tune(bench, pairs(20), Course(str(base), 1, tmp_path / "tuned"))

    assert not os.listdir(tmp_path)


async def test_a_model_that_is_not_there_is_named(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="cannot be loaded"):
        await fine_tune(bench, pairs(), Course(str(tmp_path), 1, tmp_path / "tuned"))
