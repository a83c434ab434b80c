"""Tickets by the words of their subject."""

from alembic import op
from sqlalchemy import text

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add an index for that."""
    op.create_index("ix_tickets_subject", "tickets", [text("to_tsvector('simple', subject)")], postgresql_using="gin")
