"""What was learned of a brand's knowledge."""

from alembic import op
from sqlalchemy import (
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

Time = DateTime(timezone=True)


def upgrade() -> None:
    """Create it."""
    op.create_table(
        "fits",
        Column("brand", Text(), nullable=False),
        Column("embedder", Text(), nullable=False, comment="whose vectors it was learned from"),
        Column("kind", Text(), nullable=False, comment="what was learned, such as an adapter"),
        Column("version", Integer(), nullable=False, comment="counts from 1"),
        Column("replaced", Integer(), comment="the version in use before it; null where nothing was"),
        Column(
            "data", LargeBinary(), nullable=False, comment="numbers, in the form its kind reads; no words of customers"
        ),
        Column("report", JSONB(), nullable=False, comment="what it was judged by"),
        Column("adopted_at", Time, nullable=False),
        Column("retired_at", Time, comment="null for the one in use"),
        PrimaryKeyConstraint("brand", "embedder", "kind", "version", name=op.f("pk_fits")),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_fits_brand")),
    )
    in_use = text("retired_at IS NULL")
    op.create_index("uq_fits_in_use", "fits", ["brand", "embedder", "kind"], unique=True, postgresql_where=in_use)
