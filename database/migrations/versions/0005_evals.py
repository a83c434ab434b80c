"""Runs of evaluations."""

from alembic import op
from sqlalchemy import Boolean, CheckConstraint, Column, DateTime, Integer, LargeBinary, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"

Time = DateTime(timezone=True)


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "eval_runs",
        Column("id", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("suite", Text(), nullable=False),
        Column("system", Text(), nullable=False),
        Column("examples", Integer(), comment="the most to run; null for all"),
        Column("state", Text(), nullable=False),
        Column("done", Integer(), nullable=False, server_default="0"),
        Column("total", Integer(), comment="null until the suite is read"),
        Column("passed", Boolean(), comment="whether every gate holds; null until it is done"),
        Column("summary", JSONB(none_as_null=True), comment="scores, gates and failures, as the JSON report has them"),
        Column("run", LargeBinary(), comment="every example with its result: the run as JSON, for comparing"),
        Column("error", Text(), comment="why there is no result"),
        Column("created_at", Time, nullable=False),
        Column("heard_at", Time, nullable=False, comment="when its process last said something"),
        Column("ended_at", Time),
        PrimaryKeyConstraint("id", name=op.f("pk_eval_runs")),
        CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'stopped')", name=op.f("ck_eval_runs_state")
        ),
    )
    op.create_index(op.f("ix_eval_runs_brand_created_at"), "eval_runs", ["brand", "created_at"])
