"""What is stored of a brand, whole: its articles, their passages and the vectors of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from domain.articles import Article, Passage
from domain.ids import ArticleId, BrandId, PassageId
from embedding.embedder import Vectors

if TYPE_CHECKING:
    from kb_index.store import PostgresKnowledge

PAGE = 500


@dataclass(frozen=True)
class Contents:
    """Living articles, and their passages with a vector each, row by row."""

    articles: tuple[Article, ...]
    passages: tuple[Passage, ...]
    vectors: Vectors


async def of_brand(store: PostgresKnowledge, brand: BrandId, embedder: str) -> Contents:
    """Return what a brand has; a passage whose vector is still being made is left out."""
    articles: list[Article] = []
    passages: list[Passage] = []
    rows: list[Vectors] = []
    while page := await store.page(brand, articles[-1].id if articles else ArticleId(""), PAGE):
        articles.extend(page)
        changes = await store.now(brand, [article.id for article in page])
        cut = {passage.id: passage for change in changes for passage in change.passages}
        names, vectors = await store.vectors_of(brand, list[PassageId](cut), embedder)
        passages.extend(cut[name] for name in names if name in cut)
        rows.extend(row for name, row in zip(names, vectors, strict=True) if name in cut)
    return Contents(tuple(articles), tuple(passages), np.stack(rows) if rows else np.empty((0, 0), np.float32))
