"""An index of the events that were given up, so that counting them does not read all that were sent."""

from alembic import op
from sqlalchemy import text

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Make it."""
    op.create_index("ix_deliveries_failed", "deliveries", ["subscription"], postgresql_where=text("state = 'failed'"))
