"""Models small enough to make on the spot."""

from pathlib import Path

from embedding.minilm import VOCABULARY


def cross_encoder(folder: Path, numbers: int = 1) -> Path:
    """Write a model of random weights, always the same ones, that gives so many numbers for a pair of texts."""
    import torch
    from tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=30522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    config.num_labels = numbers
    BertForSequenceClassification(config).save_pretrained(folder)
    words = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
    tokens = {f"{name}_token": f"[{name.upper()}]" for name in ("unk", "sep", "pad", "cls", "mask")}
    PreTrainedTokenizerFast(tokenizer_object=words._tokenizer, **tokens).save_pretrained(folder)  # type: ignore[no-untyped-call]
    return folder
