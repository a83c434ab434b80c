"""What is stored of a brand, whole: its articles, their passages and the vectors of these, and how they are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from domain.articles import Article, Passage, Standing, Uses
from domain.ids import ArticleId, BrandId, PassageId
from embedding.embedder import Vectors

if TYPE_CHECKING:
    from kb_index.store import PostgresKnowledge

PAGE = 500


@dataclass(frozen=True)
class Contents:
    """Living articles, and their passages with a vector each, row by row.

    `standings` and `uses` say what readers made of them; empty and None where nobody keeps count.
    """

    articles: tuple[Article, ...]
    passages: tuple[Passage, ...]
    vectors: Vectors
    standings: Mapping[ArticleId, Standing] = field(default_factory=dict)
    uses: Uses | None = None


async def of_brand(store: PostgresKnowledge, brand: BrandId, embedder: str, uses: Uses | None = None) -> Contents:
    """Return what a brand has, article by article; a passage whose vector is still being made is left out."""
    articles: list[Article] = []
    passages: list[Passage] = []
    rows: list[Vectors] = []
    standings: dict[ArticleId, Standing] = {}
    while page := await store.page(brand, articles[-1].id if articles else ArticleId(""), PAGE):
        articles.extend(page)
        names = [article.id for article in page]
        standings |= await store.standings(brand, names)
        cut = {passage.id: passage for change in await store.now(brand, names) for passage in change.passages}
        known = dict(zip(*await store.vectors_of(brand, list[PassageId](cut), embedder), strict=True))
        passages.extend(passage for name, passage in cut.items() if name in known)
        rows.extend(known[name] for name in cut if name in known)
    whole = np.stack(rows) if rows else np.empty((0, 0), np.float32)
    return Contents(tuple(articles), tuple(passages), whole, standings, uses)
