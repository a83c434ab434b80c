"""The knowledge index: articles, passages, vectors, and the sequence of their changes."""

from alembic import op
from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
)
from sqlalchemy.schema import CreateSequence, Sequence

revision = "0003"
down_revision = "0002"

Time = DateTime(timezone=True)


def upgrade() -> None:
    """Create them."""
    op.execute(CreateSequence(Sequence("knowledge_changes")))
    articles()
    passages()
    op.create_table(
        "vectors",
        Column("hash", LargeBinary(), nullable=False, comment="of the text that was embedded"),
        Column("embedder", Text(), nullable=False),
        Column("vector", LargeBinary(), nullable=False, comment="float32, little endian, of length one"),
        PrimaryKeyConstraint("hash", "embedder", name=op.f("pk_vectors")),
    )


def articles() -> None:
    """Create the articles."""
    op.create_table(
        "articles",
        Column("brand", Text(), nullable=False),
        Column("id", Text(), nullable=False),
        Column("title", Text(), nullable=False),
        Column("body", Text(), nullable=False, comment="Markdown"),
        Column("url", Text()),
        Column("updated_at", Time, comment="when its author last changed it"),
        Column("visibility", Text(), nullable=False),
        Column("language", Text(), nullable=False),
        Column("translation_of", Text()),
        Column("tags", ARRAY(Text()), nullable=False),
        Column("hash", LargeBinary(), nullable=False, comment="of everything above and of the way it is cut"),
        Column("version", Integer(), nullable=False, comment="counts its changes here, from 1"),
        Column("passages", Integer(), nullable=False, comment="how many it was cut into"),
        Column("sequence", BigInteger(), nullable=False, comment="the place of its last change among all changes"),
        Column("stored_at", Time, nullable=False),
        Column("deleted_at", Time, comment="a tombstone: from now on nobody is shown it"),
        CheckConstraint("visibility IN ('public', 'internal')", name=op.f("ck_articles_visibility")),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_articles_brand")),
        PrimaryKeyConstraint("brand", "id", name=op.f("pk_articles")),
    )
    op.create_index(op.f("ix_articles_sequence"), "articles", ["sequence"], unique=True)


def passages() -> None:
    """Create the passages."""
    op.create_table(
        "passages",
        Column("brand", Text(), nullable=False),
        Column("id", Text(), nullable=False),
        Column("article", Text(), nullable=False),
        Column("position", Integer(), nullable=False),
        Column("heading_path", ARRAY(Text()), nullable=False),
        Column("text", Text(), nullable=False),
        Column("span_start", Integer(), nullable=False, comment="in characters of the article's body"),
        Column("span_end", Integer(), nullable=False),
        Column("hash", LargeBinary(), nullable=False, comment="of the text that is embedded"),
        ForeignKeyConstraint(
            ["brand", "article"],
            ["articles.brand", "articles.id"],
            name=op.f("fk_passages_brand_article"),
            ondelete="CASCADE",
        ),
        PrimaryKeyConstraint("brand", "id", name=op.f("pk_passages")),
    )
    op.create_index(op.f("ix_passages_brand_article"), "passages", ["brand", "article"])
    op.create_index(op.f("ix_passages_hash"), "passages", ["hash"])
