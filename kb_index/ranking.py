"""Order what was found: pure arithmetic over the candidates of one question.

An article's score is .8 dense + .2 lexical, each stretched to 0..1 over the candidates. Dense is the mean of its best
two passages, so that one lucky passage does not win; lexical is that of the article.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from domain.articles import Passage
from domain.ids import ArticleId, PassageId
from domain.search import Hit, ScoredPassage, Vote

DENSE = 0.8
LEXICAL = 0.2
SHOWN_PASSAGES = 5
DIGITS = 6

KeyT = TypeVar("KeyT", bound=str)


@dataclass(frozen=True)
class Candidate:
    """A passage that may be shown, of an article of `siblings` passages; translations of one text share a `family`."""

    passage: Passage
    siblings: int
    family: ArticleId


@dataclass(frozen=True)
class Signals:
    """What the indexes say: cosines and BM25 scores by id; `floor` is the cosine nothing that is missing exceeds."""

    cosines: Mapping[PassageId, float]
    passages: Mapping[PassageId, float]
    articles: Mapping[ArticleId, float]
    floor: float


def rank(
    candidates: Sequence[Candidate],
    signals: Signals,
    language: str | None,
    limit: int,
    votes: Mapping[ArticleId, Vote] | None = None,
) -> tuple[Hit, ...]:
    """Return the best `limit` articles, one of each family: the one in `language` where it was found.

    `votes` add to the articles' own scores.
    """
    passages = _passages(candidates, signals)
    votes = votes or {}
    scores = {
        name: round(score + votes[name].score, DIGITS) if name in votes else score
        for name, score in _articles(candidates, signals).items()
    }
    families: dict[ArticleId, list[ArticleId]] = {}
    for candidate in {candidate.passage.article: candidate for candidate in candidates}.values():
        families.setdefault(candidate.family, []).append(candidate.passage.article)
    spoken = {candidate.passage.article: candidate.passage.language for candidate in candidates}
    hits = []
    for members in families.values():
        chosen = min(members, key=lambda name: (spoken[name] != language, -scores[name], name))
        told = tuple(solved(votes[name].tickets) for name in members if name in votes)
        hits.append(_hit(passages[chosen], max(scores[name] for name in members), told))
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.article))[:limit])


def solved(tickets: int) -> str:
    """Return what is said of an article that so many similar tickets were solved with."""
    return f"{tickets} similar {'tickets were' if tickets > 1 else 'ticket was'} solved with this article"


def _hit(passages: Sequence[ScoredPassage], score: float, reasons: tuple[str, ...]) -> Hit:
    best = sorted(passages, key=lambda scored: (-scored.score, scored.passage.id))[:SHOWN_PASSAGES]
    first = best[0].passage
    return Hit(first.article, first.title, first.url, score, tuple(best), reasons)


def _passages(candidates: Sequence[Candidate], signals: Signals) -> dict[ArticleId, list[ScoredPassage]]:
    """Return the candidates with their scores, by article."""
    ids = [candidate.passage.id for candidate in candidates]
    cosines = {name: signals.cosines.get(name, signals.floor) for name in ids}
    dense = stretched(cosines)
    lexical = stretched({name: signals.passages.get(name, 0.0) for name in ids})
    found: dict[ArticleId, list[ScoredPassage]] = {}
    for candidate in candidates:
        name = candidate.passage.id
        score = round(DENSE * dense[name] + LEXICAL * lexical[name], DIGITS)
        scored = ScoredPassage(candidate.passage, score, round(cosines[name], DIGITS), round(lexical[name], DIGITS))
        found.setdefault(candidate.passage.article, []).append(scored)
    return found


def _articles(candidates: Sequence[Candidate], signals: Signals) -> dict[ArticleId, float]:
    cosines: dict[ArticleId, list[float]] = {}
    siblings: dict[ArticleId, int] = {}
    for candidate in candidates:
        name = candidate.passage.article
        cosines.setdefault(name, []).append(signals.cosines.get(candidate.passage.id, signals.floor))
        siblings[name] = candidate.siblings
    dense = stretched({name: _best_two(found, siblings[name], signals.floor) for name, found in cosines.items()})
    lexical = stretched({name: signals.articles.get(name, 0.0) for name in cosines})
    return {name: round(DENSE * dense[name] + LEXICAL * lexical[name], DIGITS) for name in cosines}


def _best_two(cosines: Sequence[float], siblings: int, floor: float) -> float:
    """Return the mean of the best two; one that exists but was not found counts as the floor."""
    best = sorted([*cosines, *([floor] if siblings > len(cosines) else [])], reverse=True)[:2]
    return sum(best) / len(best)


def stretched(scores: Mapping[KeyT, float]) -> dict[KeyT, float]:
    """Return the scores moved and scaled so that the lowest is 0 and the highest 1; all equal ones are 1."""
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {name: (score - low) / (high - low) if high > low else 1.0 for name, score in scores.items()}
