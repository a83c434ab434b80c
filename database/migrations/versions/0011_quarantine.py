"""Why an article is kept from customers, and when somebody released it."""

from alembic import op
from sqlalchemy import Column, DateTime, Text

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add both; what is stored is looked at when it is next indexed."""
    op.add_column("articles", Column("suspicion", Text(), comment="why it is internal until it is released"))
    released = Column("released_at", DateTime(timezone=True), comment="when somebody released it in these words")
    op.add_column("articles", released)
