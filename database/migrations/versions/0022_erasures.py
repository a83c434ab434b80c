"""What was erased and when, until its bytes are overwritten too."""

from alembic import op
from sqlalchemy import Column, DateTime, ForeignKeyConstraint, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"

Time = DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "erasures",
        Column("id", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("counts", JSONB(), nullable=False, comment="how many of each kind went"),
        Column("erased_at", Time, nullable=False),
        Column("overwritten_at", Time, comment="null while bytes of it may lie in the database's files"),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_erasures_brand")),
        PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
