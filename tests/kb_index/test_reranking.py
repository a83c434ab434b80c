"""A reader that has the last word on the order of the best."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.articles import Passage
from domain.ids import ArticleId, BrandId, PassageId
from domain.search import Hit, Query, ScoredPassage
from kb_index.index import KnowledgeIndex
from kb_index.learned import Learned
from kb_index.reranking import READ, ReadingReranker
from tests.kb_index.conftest import CRASH, NOW, PASSWORD, REFUNDS, SEATS, Process


@dataclass
class Preferring:
    """A reader that likes texts with a certain word, and remembers what it was given."""

    word: str
    id: str = "preferring"
    seen: list[str] = field(default_factory=list)

    def read(self, question: str, texts: Sequence[str]) -> list[float]:
        self.seen.extend(texts)
        return [0.9 if self.word in text else 0.1 for text in texts]


def hit(name: str, score: float) -> Hit:
    passage = Passage(PassageId(f"{name}#1"), ArticleId(name), name.title(), None, (), f"About {name}.", 0, 9)
    return Hit(ArticleId(name), name.title(), None, score, (ScoredPassage(passage, score, score, score),))


def test_the_reader_orders_the_best_and_what_comes_after_stays_after() -> None:
    hits = [hit(f"page{number}", 1 - number / 100) for number in range(READ + 2)]
    reader = Preferring("page19")

    ranked = ReadingReranker(reader).rerank("How?", hits)

    assert len(reader.seen) == READ
    assert [it.article for it in ranked] == ["page19", *(f"page{number}" for number in range(19)), "page20", "page21"]
    assert [it.score for it in ranked] == sorted((it.score for it in ranked), reverse=True)


def test_nothing_found_is_nothing_read() -> None:
    assert ReadingReranker(Preferring("any")).rerank("How?", []) == ()


async def test_a_search_reads_more_than_it_shows(process: Process) -> None:
    await process.indexer.put(BrandId("default"), [REFUNDS, SEATS, PASSWORD, CRASH], NOW)
    learned = Learned(reranker=ReadingReranker(Preferring("QX-4127")))
    index = KnowledgeIndex(process.embedder, process.shelves, process.store, process.pool, learned)

    found = await index.search(Query("How do I get my money back?", limit=1))

    assert [(it.article, it.score) for it in found.hits] == [("crash", 0.9)]
