"""Baselines by name."""

from collections.abc import Callable, Mapping

from embedding.embedder import Embedder
from evals.baselines import heads, judges, ratings, retrievers
from evals.corpora import Corpus
from evals.errors import SuiteUnreadable
from evals.examples import Kind
from evals.runner import Build, System
from evals.suites import Part, Suite

KINDS: Mapping[str, tuple[Kind, ...]] = {
    "bm25": ("retrieval", "abstention"),
    "dense": ("retrieval", "abstention"),
    "rrf": ("retrieval", "abstention"),
    "tfidf-centroid": ("intents",),
    "tfidf-logistic": ("intents",),
    "tfidf-linear": ("ratings",),
    "word-overlap": ("grounding", "ratings"),
    "length": ("ratings",),
    "keywords": ("safety",),
}


def names(kind: Kind) -> list[str]:
    """Return the baselines that can answer a kind of suite."""
    return [name for name, kinds in KINDS.items() if kind in kinds]


def building(name: str, embedder: Callable[[], Embedder]) -> Build:
    """Return what builds a baseline for a suite; `embedder` is called only by those that need one.

    Building raises SuiteUnreadable when the baseline is unknown or cannot answer that kind of suite.
    """

    def build(suite: Suite, part: Part) -> System:
        if suite.file.kind not in KINDS.get(name, ()):
            there = ", ".join(names(suite.file.kind)) or "none"
            raise SuiteUnreadable(f"no baseline {name!r} for {suite.file.kind} suites; there is {there}")
        if name in ("bm25", "dense", "rrf"):
            return _retriever(name, suite.searched(), embedder)
        if name in ("tfidf-centroid", "tfidf-logistic"):
            head = heads.Centroids if name == "tfidf-centroid" else heads.Logistic
            return heads.Classifier(name, head, part.train)
        if name == "tfidf-linear":
            return ratings.Rater(part.train)
        plain: Mapping[str, System] = {
            "word-overlap": judges.WordOverlap(),
            "length": judges.Length(),
            "keywords": judges.Keywords(),
        }
        return plain[name]

    return build


def _retriever(name: str, corpus: Corpus, embedder: Callable[[], Embedder]) -> System:
    lexical = retrievers.Lexical(corpus)
    if name == "bm25":
        return retrievers.Retriever(name, corpus, lexical, "words")
    model = embedder()
    dense = retrievers.Dense(corpus, model)
    rank = dense if name == "dense" else retrievers.fused(lexical, dense)
    return retrievers.Retriever(name, corpus, rank, model.id)
