"""Let an alert say which clock it is about: each clock tells people for itself."""

from alembic import op
from sqlalchemy import BigInteger, Column, text

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the clock, and tell each thing once for it, or once for the ticket without one."""
    op.add_column("alerts", Column("clock", BigInteger(), comment="null where it is about the ticket"))
    op.create_foreign_key(op.f("fk_alerts_clock"), "alerts", "clocks", ["clock"], ["id"], ondelete="CASCADE")
    op.drop_constraint(op.f("uq_alerts_ticket_cause_step_told"), "alerts")
    op.create_index(
        "uq_alerts_of_ticket",
        "alerts",
        ["ticket", "cause", "step", "told"],
        unique=True,
        postgresql_where=text("clock IS NULL"),
    )
    op.create_index(
        "uq_alerts_of_clock",
        "alerts",
        ["clock", "cause", "step", "told"],
        unique=True,
        postgresql_where=text("clock IS NOT NULL"),
    )
    op.create_index(op.f("ix_alerts_ticket"), "alerts", ["ticket"])
