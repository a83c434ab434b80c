"""Since when a message is on its way, and why one failed that did."""

from alembic import op
from sqlalchemy import Column, DateTime, Text, text

revision = "0021"
down_revision = "0020"

CAUSE = "cause IN ('given_up', 'refused', 'uncertain', 'returned')"


def upgrade() -> None:
    """Add both to the outbox; what failed until now counts as given up."""
    op.add_column("outbox", Column("queued_at", DateTime(timezone=True)))
    op.add_column("outbox", Column("cause", Text(), comment="why it failed; null while it has not"))
    op.execute(
        "UPDATE outbox SET queued_at = messages.created_at, "
        "cause = CASE WHEN outbox.state = 'failed' THEN 'given_up' END "
        "FROM messages WHERE messages.id = outbox.message"
    )
    op.alter_column("outbox", "queued_at", nullable=False)
    op.create_check_constraint(op.f("ck_outbox_cause"), "outbox", CAUSE)
    op.create_check_constraint(op.f("ck_outbox_why"), "outbox", "(state = 'failed') = (cause IS NOT NULL)")
    op.create_index("ix_outbox_failed", "outbox", ["queued_at"], postgresql_where=text("state = 'failed'"))
