"""Ask a help center for its own articles by their titles: questions that every help center has.

So that it is no gift, an article asked for loses its title line: its nearest passages are embedded without it,
and words are counted without any title.
"""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace

import numpy as np

from domain.articles import Passage
from domain.ids import ArticleId, PassageId
from embedding.embedder import Embedder, Vectors
from kb_index import answerability, fitting
from kb_index.answerability import Line
from kb_index.fitting import FEWEST, Examples, Report
from kb_index.index import DENSE_CANDIDATES
from kb_index.lexical import Lexical
from kb_index.ranking import Candidate, Signals

MOST_ASKED = 120
KEPT = 0.97  # of titles, which are easier to tell than questions: measured, it keeps about nine in ten of those
NEAREST = 2  # passages of the article that are embedded again


class Titles:
    """The articles of a help center as they are asked for, by passages with a vector each, row by row.

    `families` names the article that each one is a translation of, itself where it is none.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        vectors: Vectors,
        families: Mapping[ArticleId, ArticleId],
        embedder: Embedder,
    ) -> None:
        self._passages = passages
        self._vectors = vectors
        self._families = families
        self._embedder = embedder
        self._rows: dict[ArticleId, list[int]] = {}
        for row, passage in enumerate(passages):
            self._rows.setdefault(passage.article, []).append(row)
        self._words = Lexical()
        self._words.put(replace(passage, title="") for passage in passages)

    def examples(self, pool: Executor) -> Examples:
        """Return a sample of the articles asked for, in an order that has nothing to do with theirs.

        None are asked for where there are too few to fit a line to.
        """
        asked = sorted((name for name in self._rows if self._families[name] == name), key=_mixed)[:MOST_ASKED]
        pairs = [pair for pair in pool.map(self._asked, asked if len(asked) >= FEWEST else ()) if pair]
        return Examples(tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs), "titles")

    def _asked(self, article: ArticleId) -> tuple[answerability.Shape, answerability.Shape] | None:
        """Return the shape of the search for an article, and of the same search without it."""
        title = self._passages[self._rows[article][0]].title
        cosines = self._cosines(article, title)
        near = np.argsort(-cosines, kind="stable")[:DENSE_CANDIDATES]
        found = [self._passages[row] for row in near]
        words = self._words.query(title, DENSE_CANDIDATES)
        signals = Signals(_named(found, cosines[near]), words.passages, words.articles, float(cosines[near[-1]]))
        candidates = [self._candidate(passage) for passage in found]
        present = answerability.shape(candidates, signals)
        hidden = answerability.shape(candidates, signals, {article})
        return (present, hidden) if present and hidden else None

    def _cosines(self, article: ArticleId, title: str) -> Vectors:
        """Return the cosine of every passage to a title; those of its article as they are without their title line."""
        question = self._embedder.embed_queries([title])[0]
        cosines: Vectors = self._vectors @ question
        own = sorted(self._rows[article], key=lambda row: -cosines[row])
        bare = self._embedder.embed_passages([_without_title(self._passages[row]) for row in own[:NEAREST]])
        cosines[own] = (bare @ question).min()
        cosines[own[: len(bare)]] = bare @ question
        return cosines

    def _candidate(self, passage: Passage) -> Candidate:
        siblings, family = len(self._rows[passage.article]), self._families[passage.article]
        return Candidate(passage.id, passage.article, passage.language, siblings, family)


def line(titles: Titles, embedder: str, pool: Executor) -> tuple[Line, Report] | None:
    """Return the line for a help center whose own questions nobody knows, and how it does on titles held out.

    It lies between that of its titles and the one shipped for the embedder, where there is one: titles alone put it too
    high for longer and worse worded questions. None for a help center of too few articles.
    """
    examples = titles.examples(pool)
    if len(examples.present) < FEWEST:
        return None
    fitted = fitting.fit(examples, KEPT)
    shipped = answerability.defaults().get(embedder)
    found = fitting.mean([fitted, shipped], "titles") if shipped else fitted
    return replace(found, examples=fitted.examples), fitting.report(examples, KEPT)


def _mixed(article: ArticleId) -> str:
    return hashlib.sha256(article.encode()).hexdigest()


def _without_title(passage: Passage) -> str:
    return "\n".join([" > ".join(passage.heading_path), passage.text]).strip()


def _named(passages: Sequence[Passage], cosines: Vectors) -> Mapping[PassageId, float]:
    return {passage.id: float(cosine) for passage, cosine in zip(passages, cosines, strict=True)}
