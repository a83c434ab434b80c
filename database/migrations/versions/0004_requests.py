"""Requests that carried an idempotency key."""

from alembic import op
from sqlalchemy import Column, DateTime, LargeBinary, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "requests",
        Column("caller", Text(), nullable=False),
        Column("key", Text(), nullable=False),
        Column("fingerprint", LargeBinary(), nullable=False),
        Column("answer", JSONB(none_as_null=True), comment="null while the request runs"),
        Column("created_at", DateTime(timezone=True), nullable=False),
        PrimaryKeyConstraint("caller", "key", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_created_at"), "requests", ["created_at"])
