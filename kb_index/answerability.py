"""Say how surely what was found answers a question, by a line fitted to the help center that was searched.

Three things are read from the scores of a search. Measured on five sets of questions, how they rank searches carries
over from one help center to the next, while a threshold does not; nor do term coverage, the length of a question and
the gap between the first two articles, which are therefore left out.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Literal

from pydantic import TypeAdapter

from domain.ids import ArticleId, BrandId
from domain.search import Answerability, Hit, Query
from engines.embedded.wording import content, stem
from kb_index.ranking import Candidate, Signals

REST = slice(5, 20)
NEXT = slice(1, 5)
NAMED = 4
EDGES = ".,;:!?\"'()[]"

Source = Literal["titles", "questions", "other help centers"]
FITTED: Mapping[Source, str] = {
    "titles": "fitted to this help center's titles",
    "questions": "fitted to questions asked here",
    "other help centers": "fitted to other help centers",
}
DEFAULTS = Path(__file__).with_name("answerability.json")


@dataclass(frozen=True)
class Shape:
    """What the scores of a search look like, each greater where the question is rather answered.

    `nearest` is the best cosine; `ahead` how far it is above the mean of the articles ranked 6 to 20; `worded` the lead
    of the article best by its words before the next four, as a share of its score.
    """

    nearest: float
    ahead: float
    worded: float


@dataclass(frozen=True)
class Line:
    """What was fitted: log odds for every shape, linear in it, and the least of them that counts as answerable.

    `middle` is the usual shape, against which reasons are told; `examples` were asked to fit it.
    """

    weights: Shape
    offset: float
    least: float
    middle: Shape
    learned_from: Source
    examples: int

    def odds(self, shape: Shape) -> float:
        """Return the log odds that a search of this shape answers its question."""
        weights = self.weights
        weighed = weights.nearest * shape.nearest + weights.ahead * shape.ahead + weights.worded * shape.worded
        return self.offset + weighed

    def probability(self, shape: Shape) -> float:
        """Return how surely a search of this shape answers its question, 0..1."""
        return likely(self.odds(shape))

    @property
    def threshold(self) -> float:
        """Return the least probability that counts as answerable."""
        return likely(self.least)


def likely(odds: float) -> float:
    """Return log odds as a probability."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


LINE = TypeAdapter(Line)
_DEFAULTS = TypeAdapter(dict[str, Line])


@cache
def defaults() -> Mapping[str, Line]:
    """Return the lines that are shipped, by embedder: for a help center too small or too new for its own."""
    return _DEFAULTS.validate_python(TypeAdapter(dict[str, object]).validate_json(DEFAULTS.read_bytes())["lines"])


def shape(candidates: Sequence[Candidate], signals: Signals, without: Collection[ArticleId] = ()) -> Shape | None:
    """Return the shape of what was found, None when that is nothing.

    Families in `without` count as if they did not exist.
    """
    near: dict[ArticleId, float] = {}
    worded: dict[ArticleId, float] = {}
    for found in candidates:
        if found.family not in without:
            cosine = signals.cosines.get(found.id, signals.floor)
            near[found.family] = max(cosine, near.get(found.family, cosine))
            worded[found.family] = max(signals.articles.get(found.article, 0.0), worded.get(found.family, 0.0))
    if not near:
        return None
    cosines, words = (sorted(scores.values(), reverse=True) for scores in (near, worded))
    rest = cosines[REST] or cosines[1:] or [signals.floor]
    lead = (words[0] - fmean(words[NEXT] or [0.0])) / words[0] if words[0] > 0 else 0.0
    return Shape(cosines[0], cosines[0] - fmean(rest), lead)


class LineJudge:
    """Judges by the line in use of a brand, else by the one shipped for this embedder; without either it is silent."""

    def __init__(self, embedder: str, line: Callable[[BrandId], Line | None]) -> None:
        self._embedder = embedder
        self._line = line

    def judge(
        self, query: Query, candidates: Sequence[Candidate], signals: Signals, hits: Sequence[Hit]
    ) -> Answerability | None:
        """Return how surely the hits answer the question, None where no line is known."""
        line = self._line(query.brand) or defaults().get(self._embedder)
        found = shape(candidates, signals)
        if line is None or found is None:
            return None
        probability = line.probability(found)
        reasons = (*_reasons(line, found, probability), *_unmentioned(query, hits))
        return Answerability(round(probability, 4), probability >= line.threshold, reasons)


def _reasons(line: Line, found: Shape, probability: float) -> tuple[str, ...]:
    usual = line.middle
    return (
        f"answered with probability {probability:.2f}; {line.threshold:.2f} is enough, {FITTED[line.learned_from]}",
        f"the nearest passage is {'nearer' if found.nearest > usual.nearest else 'farther'} than usual: "
        f"cosine {found.nearest:.2f}",
        f"it stands {'well' if found.ahead > usual.ahead else 'hardly'} above the other articles",
        f"by its words, the best article is {'well' if found.worded > usual.worded else 'hardly'} ahead of the next",
    )


def _unmentioned(query: Query, hits: Sequence[Hit]) -> tuple[str, ...]:
    """Return a sentence that names words of the question that nothing found has, as far as there are any."""
    found = "\n".join(scored.passage.embedded_text for hit in hits for scored in hit.passages).casefold()
    words = (word.strip(EDGES) for word in query.text.split())
    missing = dict.fromkeys(word for word in words if content(word) and stem(word.casefold()) not in found)
    named = ", ".join(map(repr, list(missing)[:NAMED]))
    return (f"nothing found mentions {named}",) if named else ()
