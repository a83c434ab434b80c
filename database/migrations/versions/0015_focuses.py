"""The ticket that each teammate has before them."""

from alembic import op
from sqlalchemy import Column, DateTime, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text

revision = "0015"
down_revision = "0014"

Time = DateTime(timezone=True)


def upgrade() -> None:
    """Create it."""
    op.create_table(
        "focuses",
        Column("teammate", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("ticket", Text(), nullable=False),
        Column("since", Time, nullable=False),
        Column("seen_at", Time, nullable=False, comment="when their window last said so"),
        Column("seconds", Integer(), nullable=False, comment="what counted until then"),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_focuses_brand")),
        ForeignKeyConstraint(["teammate"], ["teammates.id"], name=op.f("fk_focuses_teammate"), ondelete="CASCADE"),
        ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_focuses_ticket"), ondelete="CASCADE"),
        PrimaryKeyConstraint("teammate", name=op.f("pk_focuses")),
        comment="the ticket that each teammate has before them now",
    )
    op.create_index(op.f("ix_focuses_seen_at"), "focuses", ["seen_at"])
