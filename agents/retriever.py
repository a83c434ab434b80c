"""Find what the help center says about each ask, among what a customer may see."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from domain.ids import ArticleId, AskId
from domain.search import Answerability, Evidence, Query, Results
from domain.text import words
from domain.triage import Ask
from domain.turns import Turn
from kb_index.index import Index

ARTICLES_PER_ASK = 4
SEARCHED_PER_ASK = 6  # two more, for those that only repeat others
PASSAGES_PER_ARTICLE = 4


@dataclass(frozen=True)
class Found:
    """The evidence for a turn, and how surely it answers each ask; an ask is missing where that cannot be told.

    `indexed` is how many articles could have been found at all.
    """

    evidence: tuple[Evidence, ...]
    indexed: int
    answerability: Mapping[AskId, Answerability] = field(default_factory=dict)


async def retrieve(
    turn: Turn, asks: Sequence[Ask], language: str, index: Index, reworded: Mapping[AskId, str]
) -> Found:
    """Search for every ask at once, by other words where it was `reworded`; the audience is always the customer."""
    searched = [replace(ask, text=reworded.get(ask.id, ask.text)) for ask in asks]
    results = await asyncio.gather(*(index.search(query(turn, ask, language)) for ask in searched))
    evidence = tuple(found for ask, result in zip(asks, results, strict=True) for found in _evidence(ask, result))
    told = {ask.id: result.answerability for ask, result in zip(asks, results, strict=True) if result.answerability}
    return Found(evidence, max(result.indexed for result in results), told)


def query(turn: Turn, ask: Ask, language: str | None) -> Query:
    """Return what is searched for to answer one ask of a turn, with what was said before it."""
    return Query(ask.text, turn.brand, "customer", language, SEARCHED_PER_ASK, turn.history)


def _evidence(ask: Ask, result: Results) -> list[Evidence]:
    """Return the passages of the best articles; what stands word for word in a better one is left out."""
    told: set[str] = set()
    found: list[Evidence] = []
    articles: set[ArticleId] = set()
    for scored in (scored for hit in result.hits for scored in hit.passages[:PASSAGES_PER_ARTICLE]):
        passage, wording = scored.passage, " ".join(words(scored.passage.text))
        if wording in told or (passage.article not in articles and len(articles) == ARTICLES_PER_ASK):
            continue
        told.add(wording)
        articles.add(passage.article)
        found.append(Evidence(ask.id, passage, scored.score, scored.dense, scored.lexical))
    return found
