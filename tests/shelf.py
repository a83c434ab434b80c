"""A small index in memory, ranked by shared words and sure of itself: what the hub's tests search."""

from collections.abc import Sequence

from domain.articles import VISIBLE_TO, Article, Passage
from domain.search import Answerability, Hit, Query, Results, ScoredPassage
from domain.text import words
from kb_index.passages import cut

REFUNDS = """Fernway refunds a payment in full within 14 days.

## Ask for a refund

1. Open **Billing**.
2. Select **Request refund**.

## Exceptions

Setup fees are never refunded."""


def article(id: str, title: str, body: str, **kinds: str) -> Article:
    return Article(id=id, title=title, body=body, url=f"https://help.example/{id}", **kinds)  # type: ignore[arg-type]


class Shelf:
    """An index over a few articles; it remembers what it was asked."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._passages = [passage for one in articles for passage in cut(one)]
        self.queries: list[Query] = []

    async def search(self, query: Query) -> Results:
        self.queries.append(query)
        seen = [passage for passage in self._passages if passage.visibility in VISIBLE_TO[query.audience]]
        scored = sorted((_scored(passage, query.text) for passage in seen), key=lambda one: -one.score)
        articles = dict.fromkeys(one.passage.article for one in scored)
        hits = [_hit([one for one in scored if one.passage.article == name]) for name in articles]
        return Results(
            query.text, tuple(hits[: query.limit]), len(articles), Answerability(0.9, True, ("it is there",))
        )


def _scored(passage: Passage, question: str) -> ScoredPassage:
    asked = set(words(question))
    shared = len(asked & set(words(passage.embedded_text))) / (len(asked) or 1)
    return ScoredPassage(passage, score=shared, dense=shared, lexical=shared)


def _hit(passages: Sequence[ScoredPassage]) -> Hit:
    best = passages[0]
    return Hit(best.passage.article, best.passage.title, best.passage.url, best.score, tuple(passages))
