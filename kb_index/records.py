"""Articles and passages as rows of the store, and back."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any

import numpy as np
from sqlalchemy import Row

from database.knowledge import articles
from domain.articles import Article, Passage
from domain.ids import BrandId
from embedding.embedder import Vectors
from kb_index.passages import VERSION

AnyRow = Row[*tuple[Any, ...]]
APART = ("owner", "review_by")  # of an article, though not of what it says
_SAID = [name for name in Article.__dataclass_fields__ if name not in (*APART, "suspicion")]
_FIELDS = [column.name for column in articles.c if column.name in Article.__dataclass_fields__]


def row_of(brand: BrandId, article: Article) -> dict[str, Any]:
    """Return the columns that an article fills; what is told apart from its words only where it is told."""
    fields = {name: getattr(article, name) for name in _FIELDS}
    told = {name: value for name, value in fields.items() if name not in APART or value is not None}
    return {"brand": brand, **told, "tags": list(article.tags)}


def article_of(row: AnyRow) -> Article:
    """Return the article of a row."""
    return Article(**{**{name: getattr(row, name) for name in _FIELDS}, "tags": tuple(row.tags)})


def piece_of(brand: BrandId, position: int, passage: Passage) -> dict[str, Any]:
    """Return the columns of an article's passage."""
    return {
        "brand": brand,
        "id": passage.id,
        "article": passage.article,
        "position": position,
        "heading_path": list(passage.heading_path),
        "text": passage.text,
        "span_start": passage.start,
        "span_end": passage.end,
        "hash": text_hash(passage.embedded_text),
    }


def passage_of(row: AnyRow) -> Passage:
    """Return the passage of a row that also holds what its article says about it."""
    return Passage(
        id=row.id,
        article=row.article,
        title=row.title,
        url=row.url,
        heading_path=tuple(row.heading_path),
        text=row.text,
        start=row.span_start,
        end=row.span_end,
        language=row.language,
        visibility=row.visibility,
        updated_at=row.updated_at,
    )


def matrix_of(rows: Sequence[bytes]) -> Vectors:
    """Return stored vectors, row by row."""
    return np.stack([np.frombuffer(row, "<f4") for row in rows]) if rows else np.empty((0, 0), np.float32)


def text_hash(embedded_text: str) -> bytes:
    """Return the name of a text among the vectors."""
    return hashlib.sha256(embedded_text.encode()).digest()


def article_hash(article: Article) -> bytes:
    """Return what changes when the words of an article do, or the way it is cut."""
    moment = article.updated_at.astimezone(UTC) if article.updated_at else None
    told = replace(article, updated_at=moment)
    fields = (getattr(told, name) for name in _SAID)
    return hashlib.sha256(repr((VERSION, *fields)).encode()).digest()
