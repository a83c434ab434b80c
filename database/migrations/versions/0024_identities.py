"""Accounts elsewhere that teammates sign in with."""

from alembic import op
from sqlalchemy import Column, DateTime, ForeignKeyConstraint, PrimaryKeyConstraint, Text, UniqueConstraint

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "identities",
        Column("brand", Text(), nullable=False),
        Column("issuer", Text(), nullable=False),
        Column("subject", Text(), nullable=False, comment="the account's id there"),
        Column("teammate", Text(), nullable=False),
        Column("linked_at", DateTime(timezone=True), nullable=False),
        PrimaryKeyConstraint("brand", "issuer", "subject", name=op.f("pk_identities")),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_identities_brand")),
        ForeignKeyConstraint(["teammate"], ["teammates.id"], name=op.f("fk_identities_teammate"), ondelete="CASCADE"),
        UniqueConstraint("teammate", "issuer", name=op.f("uq_identities_teammate_issuer")),
        comment="which account at which provider is which teammate",
    )
