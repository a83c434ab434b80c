"""The ticket memory: questions that a teammate answered with articles, and their vectors."""

from alembic import op
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
)

revision = "0008"
down_revision = "0007"

Time = DateTime(timezone=True)


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "memories",
        Column("brand", Text(), nullable=False),
        Column("sequence", BigInteger(), nullable=False, comment="counts every change of the brand's memory"),
        Column("forgotten", BigInteger(), nullable=False, comment="the change at which something was last forgotten"),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_memories_brand")),
        PrimaryKeyConstraint("brand", name=op.f("pk_memories")),
    )
    remembered()
    op.create_table(
        "remembered_vectors",
        Column("brand", Text(), nullable=False),
        Column("ticket", Text(), nullable=False),
        Column("embedder", Text(), nullable=False),
        Column("vector", LargeBinary(), nullable=False, comment="float32, little endian, of length one"),
        ForeignKeyConstraint(
            ["brand", "ticket"],
            ["remembered.brand", "remembered.ticket"],
            name=op.f("fk_remembered_vectors_brand_ticket"),
            ondelete="CASCADE",
        ),
        PrimaryKeyConstraint("brand", "ticket", "embedder", name=op.f("pk_remembered_vectors")),
    )


def remembered() -> None:
    """Create the questions."""
    op.create_table(
        "remembered",
        Column("brand", Text(), nullable=False),
        Column("ticket", Text(), nullable=False),
        Column("customer", Text()),
        Column("subject", Text(), nullable=False),
        Column("question", Text(), nullable=False),
        Column("links", ARRAY(Text()), nullable=False, comment="ids or addresses of articles, as a teammate sent them"),
        Column("asked_at", Time, nullable=False),
        Column("answered_at", Time, nullable=False),
        Column("hash", LargeBinary(), nullable=False, comment="of everything above"),
        Column("sequence", BigInteger(), nullable=False, comment="the change of the memory that brought it"),
        Column("stored_at", Time, nullable=False),
        ForeignKeyConstraint(["brand"], ["memories.brand"], name=op.f("fk_remembered_brand")),
        PrimaryKeyConstraint("brand", "ticket", name=op.f("pk_remembered")),
    )
    op.create_index(op.f("ix_remembered_brand_customer"), "remembered", ["brand", "customer"])
    op.create_index(op.f("ix_remembered_brand_sequence"), "remembered", ["brand", "sequence"])
