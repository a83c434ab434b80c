"""Which embedders the index answers, or has answered, with."""

from alembic import op
from sqlalchemy import Column, DateTime, PrimaryKeyConstraint, Text

revision = "0010"
down_revision = "0009"

Time = DateTime(timezone=True)


def upgrade() -> None:
    """Create them; the first one is adopted when the index is complete with it."""
    op.create_table(
        "embedders",
        Column("id", Text(), nullable=False, comment="as vectors name it"),
        Column("name", Text(), nullable=False, comment="the setting that loads it"),
        Column("adopted_at", Time, comment="null until every passage has its vector"),
        Column("retired_at", Time, comment="null for the one that answers"),
        PrimaryKeyConstraint("id", name=op.f("pk_embedders")),
    )
