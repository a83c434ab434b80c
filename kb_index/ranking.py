"""Order what was found: pure arithmetic over the candidates of one question.

An article's score is .8 dense + .2 lexical, each stretched to 0..1 over the candidates. Dense is a mean of its passages
in which each counts .6 of the one above it, so that one lucky passage does not win; lexical is that of the article.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from typing import TypeVar

from domain.articles import Passage
from domain.ids import ArticleId, PassageId
from domain.search import Hit, ScoredPassage, Vote

DENSE = 0.8
LEXICAL = 0.2
EXEMPT = 2.0
FADING = 0.6
COUNTED = 8  # the ninth would weigh a hundredth
SHOWN_PASSAGES = 5
DIGITS = 6

KeyT = TypeVar("KeyT", bound=str)
_WEIGHTS = tuple(FADING**place for place in range(COUNTED))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may be shown, of an article of `siblings` passages; translations of one text share a `family`."""

    id: PassageId
    article: ArticleId
    language: str
    siblings: int
    family: ArticleId


@dataclass(frozen=True, slots=True)
class Rated:
    """A passage's scores, before its words are fetched."""

    id: PassageId
    score: float
    dense: float
    lexical: float


@dataclass(frozen=True)
class Ranked:
    """An article in its place, with its best passages, best first."""

    article: ArticleId
    score: float
    passages: tuple[Rated, ...]
    reasons: tuple[str, ...] = ()


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
) -> tuple[Ranked, ...]:
    """Return the best `limit` articles, one of each family: the one in `language` where it was found.

    `votes` hold every article that was ever linked in a ticket, and add to the articles' own scores.
    """
    votes = votes or {}
    families: dict[ArticleId, list[ArticleId]] = {}
    for candidate in {candidate.article: candidate for candidate in candidates}.values():
        families.setdefault(candidate.family, []).append(candidate.article)
    spoken = {candidate.article: candidate.language for candidate in candidates}
    scores = _voted(_articles(candidates, signals), families, votes)
    ranked = []
    for members in families.values():
        chosen = min(members, key=lambda name: (spoken[name] != language, -scores[name], name))
        tickets = sum(votes[name].tickets for name in members if name in votes)
        ranked.append((max(scores[name] for name in members), chosen, (solved(tickets),) if tickets else ()))
    best = sorted(ranked, key=lambda found: (-found[0], found[1]))[:limit]
    passages = _passages(candidates, signals, {name for _, name, _ in best})
    return tuple(Ranked(name, score, _best(passages[name]), told) for score, name, told in best)


def _voted(
    scores: Mapping[ArticleId, float],
    families: Mapping[ArticleId, Sequence[ArticleId]],
    votes: Mapping[ArticleId, Vote],
) -> dict[ArticleId, float]:
    """Return the scores with the votes.

    The article that leads by its own words counts its lead several times where no ticket knows it: it may be new, and
    must not lose a clear lead to articles that merely had the time to be linked.
    """
    voted = {name: round(own + (votes[name].score if name in votes else 0), DIGITS) for name, own in scores.items()}
    best = {family: max(scores[name] for name in members) for family, members in families.items()}
    leading = sorted(best, key=lambda family: (-best[family], family))[:2]
    if votes and len(leading) == 2 and not any(name in votes for name in families[leading[0]]):
        leader, follower = leading
        lead = EXEMPT * (best[leader] - best[follower])
        voted |= {name: round(voted[name] + lead, DIGITS) for name in families[leader]}
    return voted


def hits(ranked: Sequence[Ranked], live: Mapping[PassageId, Passage]) -> tuple[Hit, ...]:
    """Return what is ranked in its words; what is not `live` any more is left out."""
    found = (
        (it, [ScoredPassage(live[r.id], r.score, r.dense, r.lexical) for r in it.passages if r.id in live])
        for it in ranked
    )
    return tuple(
        Hit(it.article, shown[0].passage.title, shown[0].passage.url, it.score, tuple(shown), it.reasons)
        for it, shown in found
        if shown
    )


def solved(tickets: int) -> str:
    """Return what is said of an article that so many similar tickets were solved with."""
    return f"{tickets} similar {'tickets were' if tickets > 1 else 'ticket was'} solved with this article"


def _best(passages: Sequence[Rated]) -> tuple[Rated, ...]:
    return tuple(sorted(passages, key=lambda rated: (-rated.score, rated.id))[:SHOWN_PASSAGES])


def _passages(
    candidates: Sequence[Candidate], signals: Signals, articles: Collection[ArticleId]
) -> dict[ArticleId, list[Rated]]:
    """Return the passages of these articles with their scores, which are stretched over all candidates."""
    ids = [candidate.id for candidate in candidates]
    cosines = {name: signals.cosines.get(name, signals.floor) for name in ids}
    dense = stretched(cosines)
    lexical = stretched({name: signals.passages.get(name, 0.0) for name in ids})
    found: dict[ArticleId, list[Rated]] = {}
    for candidate in candidates:
        if candidate.article not in articles:
            continue
        name = candidate.id
        score = round(DENSE * dense[name] + LEXICAL * lexical[name], DIGITS)
        rated = Rated(name, score, round(cosines[name], DIGITS), round(lexical[name], DIGITS))
        found.setdefault(candidate.article, []).append(rated)
    return found


def _articles(candidates: Sequence[Candidate], signals: Signals) -> dict[ArticleId, float]:
    cosines: dict[ArticleId, list[float]] = {}
    siblings: dict[ArticleId, int] = {}
    for candidate in candidates:
        name = candidate.article
        cosines.setdefault(name, []).append(signals.cosines.get(candidate.id, signals.floor))
        siblings[name] = candidate.siblings
    dense = stretched({name: _faded(found, siblings[name], signals.floor) for name, found in cosines.items()})
    lexical = stretched({name: signals.articles.get(name, 0.0) for name in cosines})
    return {name: round(DENSE * dense[name] + LEXICAL * lexical[name], DIGITS) for name in cosines}


def _faded(cosines: Sequence[float], siblings: int, floor: float) -> float:
    """Return the mean of an article's passages, the best first and each next one weighing less.

    One that exists but was not found counts as the floor.
    """
    known = sorted(cosines, reverse=True)[:COUNTED]
    best = [*known, *[floor] * (min(siblings, COUNTED) - len(known))]
    weights = _WEIGHTS[: len(best)]
    return float(sum(map(mul, weights, best)) / sum(weights))


def stretched(scores: Mapping[KeyT, float]) -> dict[KeyT, float]:
    """Return the scores moved and scaled so that the lowest is 0 and the highest 1; all equal ones are 1."""
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {name: (score - low) / (high - low) if high > low else 1.0 for name, score in scores.items()}
