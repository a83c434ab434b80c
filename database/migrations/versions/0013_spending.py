"""What models cost a day, counted by all processes together."""

from alembic import op
from sqlalchemy import BigInteger, Column, Date, Double, PrimaryKeyConstraint

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "spending",
        Column("day", Date(), nullable=False, comment="of UTC"),
        Column("model_calls", BigInteger(), nullable=False),
        Column("prompt_tokens", BigInteger(), nullable=False),
        Column("completion_tokens", BigInteger(), nullable=False),
        Column("cached_tokens", BigInteger(), nullable=False, comment="of the prompts, cheap to read again"),
        Column("cost", Double(), nullable=False, comment="money; calls without a known price count nothing"),
        PrimaryKeyConstraint("day", name=op.f("pk_spending")),
    )
