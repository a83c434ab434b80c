"""`kb tune`: learn from accepted pairs, show what it is worth on questions held out, and keep it only if it is better.

TuningRefused
 +- TooFewPairs      not enough questions with an accepted article to learn from and to judge by
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from domain.ids import ArticleId
from embedding.embedder import Vectors
from kb_index import adapters
from kb_index.adapters import Adapter
from kb_index.bench import Bench, Standing
from kb_index.errors import KnowledgeError
from kb_index.pairs import Pair, distinct

NEEDED = 100
FEWEST_ARTICLES = 10
MOST = 5000  # pairs, the newest: more teach little and take long
JUDGED_BY = 400  # held-out pairs at most
CHOSEN_BY = 400  # pairs at most that a strength is chosen by
HELD_OUT = 0.3
FOLDS = 4
STRENGTHS = (0.25, 0.5, 1.0, 1.5)
TOLERATED = 0.01  # of MRR, that questions about articles without pairs may lose in any case,
OF_THE_GAIN = 0.25  # or as a share of what the others gain
RESAMPLES = 2000
SEED = 20261120

Tell = Callable[[int, int], None]


class TuningRefused(KnowledgeError):
    """Nothing can be learned from these pairs."""


class TooFewPairs(TuningRefused):
    """There are not enough pairs to learn from and to judge by."""


@dataclass(frozen=True)
class Quality:
    """Shares of questions whose accepted article stands first, and among five; and the mean of 1 over its place."""

    hit_1: float
    hit_5: float
    mrr_10: float


@dataclass(frozen=True)
class Trial:
    """The same questions before and after: the change of MRR, its standard error and 95 % interval.

    Questions accepted for one article are drawn together, since they are not independent.
    """

    questions: int
    before: Quality
    after: Quality
    change: float
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class Report:
    """What was tried: on questions held out, and on those among them whose article no pair had taught.

    `unusable` counts pairs left out: asked twice, older than the newest 5,000, or about no article that is public here.
    `held_out` says how the questions were chosen: the latest ones where times are known, else by chance.
    """

    method: Literal["adapter", "finetune"]
    pairs: int
    unusable: int
    held_out: Literal["latest", "chance"]
    strength: float | None
    known: Trial
    untaught: Trial
    better: bool
    verdict: str

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


@dataclass(frozen=True)
class Lessons:
    """Pairs with the vector (n, d) of each question and the pull (n, d) on it."""

    pairs: tuple[Pair, ...]
    questions: Vectors
    pulls: Vectors

    def only(self, rows: Sequence[int] | NDArray[np.intp]) -> "Lessons":
        """Return some of them."""
        rows = np.asarray(rows, int)
        return Lessons(tuple(self.pairs[row] for row in rows), self.questions[rows], self.pulls[rows])

    def without(self, articles: frozenset[ArticleId]) -> "Lessons":
        """Return those that no article among these was accepted for."""
        return self.only([row for row, pair in enumerate(self.pairs) if not pair.articles & articles])

    def adapter(self, strength: float) -> Adapter:
        """Return what they teach."""
        return adapters.learn(self.questions, self.pulls, strength)


def usable(pairs: Sequence[Pair], families: Mapping[ArticleId, ArticleId]) -> list[Pair]:
    """Return the newest distinct pairs with an article that is there, the oldest first; articles by their families.

    Raises TooFewPairs, saying how many are needed.
    """
    known = (replace(one, articles=frozenset(families[it] for it in one.articles if it in families)) for one in pairs)
    found = distinct(pair for pair in known if pair.articles)[-MOST:]
    articles = len(frozenset[ArticleId]().union(*(pair.articles for pair in found)))
    if len(found) < NEEDED or articles < FEWEST_ARTICLES:
        raise TooFewPairs(
            f"{len(found)} different questions about {articles} public articles are too few: tuning needs {NEEDED} "
            f"about {FEWEST_ARTICLES} articles, some to learn from and the rest to judge by. Import past tickets "
            "(`deskhand import tickets FILE`), or give --pairs or --suite with graded questions"
        )
    return found


async def tune(bench: Bench, pairs: Sequence[Pair], tell: Tell = lambda done, total: None) -> tuple[Report, Adapter]:
    """Return what an adapter is worth, and the adapter learned from all pairs, to be adopted only if it is better.

    `tell` hears how many of all steps are done. Raises TooFewPairs.
    """
    found = usable(pairs, bench.families)
    steps = _Steps(tell, 3 + 2 * len(STRENGTHS))
    lessons = await _lessons(bench, found)
    steps.done()
    earlier, later, how = split(found)
    strength = await _strength(bench, lessons.only(some(earlier, CHOSEN_BY)), steps)
    taught, judged = lessons.only(earlier), lessons.only(some(later, JUDGED_BY))
    before = await bench.standings(judged.pairs)
    after = await bench.standings(judged.pairs, taught.adapter(strength))
    steps.done()
    untouched = await _untaught(bench, taught, judged.pairs, strength)
    steps.done()
    known, untaught = trial(judged.pairs, before, after), trial(judged.pairs, before, untouched)
    better, why = verdict(known, untaught)
    report = Report("adapter", len(found), len(pairs) - len(found), how, strength, known, untaught, better, why)
    return report, lessons.adapter(strength)


class _Steps:
    def __init__(self, tell: Tell, total: int) -> None:
        self._tell = tell
        self._total = total
        self._done = 0
        tell(0, total)

    def done(self) -> None:
        self._done += 1
        self._tell(self._done, self._total)


async def _lessons(bench: Bench, pairs: Sequence[Pair]) -> Lessons:
    questions = await bench.questions(pairs)
    pulls = bench.pulls()
    pulled = [await asyncio.to_thread(pulls.of, row, pair.articles) for row, pair in zip(questions, pairs, strict=True)]
    return Lessons(tuple(pairs), questions, np.stack(pulled))


def split(pairs: Sequence[Pair]) -> tuple[list[int], list[int], Literal["latest", "chance"]]:
    """Return the rows to learn from and those to judge by: the latest where times are known, else by chance."""
    held_out = round(len(pairs) * HELD_OUT)
    if all(pair.asked_at for pair in pairs):
        rows = list(range(len(pairs)))
        return rows[:-held_out], rows[-held_out:], "latest"
    drawn = np.random.default_rng(SEED).permutation(len(pairs)).tolist()
    return sorted(drawn[held_out:]), sorted(drawn[:held_out]), "chance"


async def _strength(bench: Bench, lessons: Lessons, steps: _Steps) -> float:
    """Return the strength that does most for the questions it did not learn from, those of untaught articles as much.

    A strength at which these lose more than is tolerated is out.
    """
    by_question = np.random.default_rng(SEED).integers(0, FOLDS, len(lessons.pairs))
    by_article = article_folds(lessons.pairs)
    before = _reciprocal(await bench.standings(lessons.pairs))
    gains: dict[float, float] = {}
    for strength in STRENGTHS:
        after = _reciprocal(await _crossed(bench, lessons, by_question, strength))
        steps.done()
        untaught = _reciprocal(await _crossed(bench, lessons, by_article, strength))
        steps.done()
        gain, lost = float((after - before).mean()), float((before - untaught).mean())
        if _tolerable(lost, gain):
            gains[strength] = gain - lost
    return max(gains, key=lambda strength: gains[strength], default=STRENGTHS[0])


async def _crossed(bench: Bench, lessons: Lessons, folds: NDArray[np.intp], strength: float) -> list[Standing]:
    """Return the standing of every pair, searched with what the other folds teach."""
    found: dict[int, Standing] = {}
    for fold in np.unique(folds):
        held_out = np.flatnonzero(folds == fold)
        adapter = lessons.only(np.flatnonzero(folds != fold)).adapter(strength)
        pairs = [lessons.pairs[row] for row in held_out]
        found.update(zip(held_out.tolist(), await bench.standings(pairs, adapter), strict=True))
    return [found[row] for row in range(len(lessons.pairs))]


async def _untaught(bench: Bench, taught: Lessons, judged: Sequence[Pair], strength: float) -> list[Standing]:
    """Return the standings had no pair been about these questions' articles: each searched with what others teach."""
    folds = article_folds(judged)
    found: dict[int, Standing] = {}
    for fold in np.unique(folds):
        rows = np.flatnonzero(folds == fold).tolist()
        articles = frozenset[ArticleId]().union(*(judged[row].articles for row in rows))
        adapter = taught.without(articles).adapter(strength)
        found.update(zip(rows, await bench.standings([judged[row] for row in rows], adapter), strict=True))
    return [found[row] for row in range(len(judged))]


def article_folds(pairs: Sequence[Pair]) -> NDArray[np.intp]:
    """Return a fold from 0 for each pair, the same for all pairs of one article."""
    names = sorted({min(pair.articles) for pair in pairs})
    drawn = np.random.default_rng(SEED).permutation(len(names)) % FOLDS
    fold = dict(zip(names, drawn.tolist(), strict=True))
    return np.array([fold[min(pair.articles)] for pair in pairs])


def trial(pairs: Sequence[Pair], before: Sequence[Standing], after: Sequence[Standing]) -> Trial:
    """Compare two searches for the same questions by the paired bootstrap over articles."""
    gaps = _reciprocal(after) - _reciprocal(before)
    _, articles = np.unique([min(pair.articles) for pair in pairs], return_inverse=True)
    sums, sizes = np.bincount(articles, gaps), np.bincount(articles)
    drawn = np.random.default_rng(SEED).multinomial(len(sums), np.full(len(sums), 1 / len(sums)), RESAMPLES)
    changes = (drawn @ sums) / (drawn @ sizes)
    low, high = np.quantile(changes, (0.025, 0.975))
    numbers = (gaps.mean(), changes.std(ddof=1), low, high)
    return Trial(len(pairs), quality(before), quality(after), *(round(float(number), 4) for number in numbers))


def quality(standings: Sequence[Standing]) -> Quality:
    """Return how good the standings are taken together."""
    places = np.array([standing.place for standing in standings])
    numbers = ((places == 1).mean(), ((places >= 1) & (places <= 5)).mean(), _reciprocal(standings).mean())
    return Quality(*(round(float(number), 4) for number in numbers))


def verdict(known: Trial, untaught: Trial) -> tuple[bool, str]:
    """Return whether it is worth adopting, and why, in a sentence with the numbers."""
    gain = f"MRR {known.before.mrr_10:.3f} -> {known.after.mrr_10:.3f} on {known.questions} held-out questions"
    interval = f"{known.change:+.3f}, 95 % from {known.low:+.3f} to {known.high:+.3f}"
    if known.low <= 0:
        return False, f"not better beyond noise: {gain} ({interval})"
    if not _tolerable(-untaught.change, known.change):
        lost = f"{untaught.change:+.3f} ± {untaught.error:.3f}"
        return False, f"questions about articles without pairs would lose too much: {lost} of MRR; {gain} ({interval})"
    return True, f"better: {gain} ({interval})"


def _tolerable(lost: float, gain: float) -> bool:
    return lost <= max(TOLERATED, OF_THE_GAIN * gain)


def _reciprocal(standings: Sequence[Standing]) -> NDArray[np.float64]:
    return np.array([standing.reciprocal for standing in standings])


def some(rows: Sequence[int], most: int) -> list[int]:
    """Return at most so many of the rows, spread evenly."""
    step = max(1.0, len(rows) / most)
    return [rows[int(place * step)] for place in range(min(len(rows), most))]
