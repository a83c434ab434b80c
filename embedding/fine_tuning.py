"""Fine-tune a sentence-transformers model on texts that belong together; needs the extra `models`."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from embedding.embedder import EmbedderError
from embedding.sentence_transformer import load_model

BATCH = 16
RATE = 2e-5
WARM_UP = 0.1  # of the steps
STEEPEST = 1.0  # length of a gradient
SEED = 20261120

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Together:
    """A question and a passage that answers it; the passages of one `subject` answer each other's questions too."""

    question: str
    passage: str
    subject: str


def fine_tune(
    base: str, pairs: Sequence[Together], folder: Path, steps: int, tell: Tell = lambda done, total: None
) -> None:
    """Train a model to bring each question nearer to its passage than to those of other subjects; save it in a folder.

    Raises EmbedderError when the model cannot be loaded, or all pairs are of one subject.
    """
    if len({pair.subject for pair in pairs}) < 2:
        raise EmbedderError("All pairs are of one subject: there is nothing to tell apart.")
    model = load_model(base)
    import torch
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    torch.manual_seed(SEED)
    loss = MultipleNegativesRankingLoss(model)
    optimizer = torch.optim.AdamW(loss.parameters(), lr=RATE)
    model.train()
    for step, batch in zip(range(1, steps + 1), _batches(pairs), strict=False):
        for group in optimizer.param_groups:
            group["lr"] = RATE * _share(step, steps)
        columns = ([pair.question for pair in batch], [pair.passage for pair in batch])
        loss([model.preprocess(texts) for texts in columns], torch.empty(0)).backward()
        torch.nn.utils.clip_grad_norm_(loss.parameters(), STEEPEST)
        optimizer.step()
        optimizer.zero_grad()
        tell(step, steps)
    model.eval()
    model.save_pretrained(str(folder), create_model_card=False)


def _batches(pairs: Sequence[Together]) -> Iterator[list[Together]]:
    """Yield batches without end, every subject at most once in each: its passages would count as wrong otherwise."""
    drawing = random.Random(SEED)
    while True:
        shuffled = list(pairs)
        drawing.shuffle(shuffled)
        batch: dict[str, Together] = {}
        for pair in shuffled:
            batch.setdefault(pair.subject, pair)
            if len(batch) == BATCH:
                yield list(batch.values())
                batch = {}
        if len(batch) > 1:
            yield list(batch.values())


def _share(step: int, steps: int) -> float:
    """Return the share of the rate at a step: rising at first, then falling to nothing."""
    rising = max(1.0, WARM_UP * steps)
    return min(step / rising, (steps - step + 1) / max(1.0, steps - rising + 1))
