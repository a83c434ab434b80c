"""What a help center would be once an edit is published: its contents with articles put in, replaced and taken out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from domain.articles import Article, Passage
from domain.ids import ArticleId
from embedding.embedder import Embedder, Vectors
from kb_index.contents import Contents
from kb_index.passages import cut

EMBEDDED_AT_ONCE = 4

State = Literal["added", "changed", "unchanged", "deleted", "unknown"]


@dataclass(frozen=True)
class Edit:
    """What would be published: these articles in the place of those of their ids, and without the deleted ones."""

    articles: tuple[Article, ...] = ()
    deleted: tuple[ArticleId, ...] = ()


def states(contents: Contents, edit: Edit) -> dict[ArticleId, State]:
    """Return what publishing would make of each article of an edit; unknown is one to delete that is not there."""
    there = {article.id: _said(article) for article in contents.articles}
    found: dict[ArticleId, State] = {}
    for article in edit.articles:
        known = there.get(article.id)
        found[article.id] = "added" if known is None else "unchanged" if known == _said(article) else "changed"
    return found | {name: "deleted" if name in there else "unknown" for name in edit.deleted}


def published(contents: Contents, edit: Edit, embedder: Embedder) -> Contents:
    """Return the contents as they would be; only passages with new words are embedded."""
    fresh = {article.id: article for article in edit.articles if article.id not in edit.deleted}
    gone = {*fresh, *edit.deleted}
    kept = [row for row, passage in enumerate(contents.passages) if passage.article not in gone]
    new = tuple(passage for article in fresh.values() for passage in cut(article))
    known = {passage.embedded_text: vector for passage, vector in zip(contents.passages, contents.vectors, strict=True)}
    known.update(_embedded([passage for passage in new if passage.embedded_text not in known], embedder))
    vectors = [*contents.vectors[kept], *(known[passage.embedded_text] for passage in new)]
    return replace(
        contents,
        articles=(*(article for article in contents.articles if article.id not in gone), *fresh.values()),
        passages=(*(contents.passages[row] for row in kept), *new),
        vectors=np.stack(vectors) if vectors else np.empty((0, embedder.dimension), np.float32),
    )


def _said(article: Article) -> Article:
    """Return an article as its words and place are, whoever keeps it."""
    return replace(article, owner=None, review_by=None, suspicion=None)


def _embedded(passages: Sequence[Passage], embedder: Embedder) -> Iterator[tuple[str, Vectors]]:
    texts = list(dict.fromkeys(passage.embedded_text for passage in passages))
    for start in range(0, len(texts), EMBEDDED_AT_ONCE):
        few = texts[start : start + EMBEDDED_AT_ONCE]
        yield from zip(few, embedder.embed_passages(few), strict=True)
