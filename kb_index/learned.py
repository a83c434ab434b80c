"""What the index has learned of a brand beside its articles: ports, each of which may be missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.ids import ArticleId, BrandId
from domain.search import Answerability, Hit, Query, Vote
from embedding.embedder import Vectors
from kb_index.ranking import Candidate, Signals


class Memory(Protocol):
    """Tickets that people answered: they vote for the articles that the answers linked."""

    async def votes(self, query: Query, vector: Vectors) -> Mapping[ArticleId, Vote]:
        """Return the votes of the tickets most similar to a question, `vector` being the question's."""
        ...


class Adapters(Protocol):
    """What `kb tune` learned: a question's vector moved towards the articles accepted for such questions."""

    def adapt(self, brand: BrandId, vector: Vectors) -> Vectors:
        """Return the vector to search with, of length one; the same one where nothing was learned."""
        ...


class Reranker(Protocol):
    """A model that reads question and passage together; slow, so it sees the best few only."""

    @property
    def id(self) -> str:
        """Name the model and its weights."""
        ...

    def rerank(self, question: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Return the hits in the order this model gives them."""
        ...


class Judge(Protocol):
    """Says whether what was found answers the question, by a line fitted to this knowledge base."""

    def judge(
        self, query: Query, candidates: Sequence[Candidate], signals: Signals, hits: Sequence[Hit]
    ) -> Answerability | None:
        """Return how surely it does, None where nothing was fitted."""
        ...


@dataclass(frozen=True)
class Learned:
    """Everything learned; all of it is optional, and search works without."""

    memory: Memory | None = None
    adapters: Adapters | None = None
    reranker: Reranker | None = None
    judge: Judge | None = None


NOTHING = Learned()
