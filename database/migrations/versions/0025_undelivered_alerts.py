"""Alerts of what did not get through, apart from those of tickets that nobody answers."""

from alembic import op

revision = "0025"
down_revision = "0024"

CAUSES = "'half', 'at_risk', 'breached', 'grave', 'unanswered', 'undelivered', 'follow_up_due'"


def upgrade() -> None:
    """Allow them."""
    op.drop_constraint(op.f("ck_alerts_cause"), "alerts", type_="check")
    op.create_check_constraint(op.f("ck_alerts_cause"), "alerts", f"cause IN ({CAUSES})")
