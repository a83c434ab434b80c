"""How much callers asked for, as far as all processes count it together."""

from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, PrimaryKeyConstraint

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Create the table, which is not logged: a crash of the server forgives."""
    op.create_table(
        "tallies",
        Column("subject", LargeBinary(), nullable=False, comment="hash of the limit and of whom it counts"),
        Column("period", BigInteger(), nullable=False, comment="the newest one counted, since 1970"),
        Column("count", Integer(), nullable=False, comment="in that period"),
        Column("before", Integer(), nullable=False, comment="in the period before"),
        Column("expires_at", DateTime(timezone=True), nullable=False, comment="from then on it counts as nothing"),
        PrimaryKeyConstraint("subject", name=op.f("pk_tallies")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_tallies_expires_at"), "tallies", ["expires_at"])
