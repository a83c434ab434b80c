"""When a turn begins, when silence after an answer counts as solved, and which closed ticket another one continues."""

from alembic import op
from sqlalchemy import Column, DateTime, Text, text

revision = "0016"
down_revision = "0015"

Time = DateTime(timezone=True)


def upgrade() -> None:
    """Add them to tickets."""
    op.add_column(
        "tickets",
        Column("begin_at", Time, comment="when a burst of messages counts as over; null where the turn begins at once"),
    )
    op.add_column("tickets", Column("assume_at", Time, comment="when silence after the bot's answer counts as solved"))
    op.add_column("tickets", Column("continues", Text(), comment="the closed ticket it came back from"))
    op.create_foreign_key(
        op.f("fk_tickets_continues"), "tickets", "tickets", ["continues"], ["id"], ondelete="SET NULL"
    )
    op.create_index(op.f("ix_tickets_continues"), "tickets", ["continues"])
    op.create_index("ix_tickets_silent", "tickets", ["assume_at"], postgresql_where=text("assume_at IS NOT NULL"))
