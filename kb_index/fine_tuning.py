"""`kb tune --method finetune`: a model of one's own, trained on accepted pairs and tried as an adapter is."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.ids import ArticleId
from embedding import fine_tuning
from embedding.fine_tuning import Together
from embedding.sentence_transformer import SentenceTransformerEmbedder
from kb_index.bench import Bench
from kb_index.pairs import Pair
from kb_index.tuning import JUDGED_BY, Report, Trial, TuningRefused, article_folds, some, split, trial, usable, verdict

Say = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Course:
    """What is trained: the name or folder of the model to begin with, how many steps, and where the new one lies."""

    base: str
    steps: int
    folder: Path


async def fine_tune(bench: Bench, pairs: Sequence[Pair], course: Course, say: Say = lambda *_: None) -> Report:
    """Return what a model trained on the earlier pairs is worth beside the embedder of the bench.

    A quarter of the articles is spared: no pair of theirs is trained with, so that it shows what becomes of articles
    without pairs. The ticket memory has no say, before or after. `say` hears what is done, and how far it is. Raises
    TooFewPairs, TuningRefused, and EmbedderError when the model cannot be loaded.
    """
    found = usable(pairs, bench.families)
    earlier, later, how = split(found)
    judged = [found[row] for row in some(later, JUDGED_BY)]
    spared, known = _parted(judged)
    taught = [found[row] for row in earlier if not found[row].articles & spared]
    together = await _together(bench, taught)

    def told(done: int, total: int) -> None:
        say("training", done, total)

    await asyncio.to_thread(fine_tuning.fine_tune, course.base, together, course.folder, course.steps, told)
    embedder = await asyncio.to_thread(SentenceTransformerEmbedder, str(course.folder))
    tuned = await bench.over(embedder, lambda done, total: say("embedding", done, total))
    before, after = await bench.forgetting().standings(judged), await tuned.standings(judged)

    def tried(taught: bool) -> Trial:
        rows = [row for row, one in enumerate(known) if one is taught]
        return trial([judged[row] for row in rows], [before[row] for row in rows], [after[row] for row in rows])

    of_known, of_untaught = tried(True), tried(False)
    better, why = verdict(of_known, of_untaught)
    return Report("finetune", len(found), len(pairs) - len(found), how, None, of_known, of_untaught, better, why)


def _parted(judged: Sequence[Pair]) -> tuple[frozenset[ArticleId], list[bool]]:
    """Return the articles to spare, and of each pair whether it is about others."""
    folds = article_folds(judged)
    spared = frozenset[ArticleId]().union(
        *(pair.articles for pair, fold in zip(judged, folds, strict=True) if not fold)
    )
    known = [not pair.articles & spared for pair in judged]
    if not any(known):
        raise TuningRefused("the questions held out are all about the same articles: more pairs are needed to judge by")
    return spared, known


async def _together(bench: Bench, pairs: Sequence[Pair]) -> list[Together]:
    questions = await bench.questions(pairs)
    passages = [bench.nearest(row, pair.articles) for row, pair in zip(questions, pairs, strict=True)]
    return [
        Together(pair.question, passage.embedded_text, min(pair.articles))
        for pair, passage in zip(pairs, passages, strict=True)
    ]
