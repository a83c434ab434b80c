"""Who hears of which events, what is on its way to them, and which destinations failed lately."""

from alembic import op
from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"

Time = DateTime(timezone=True)


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "subscriptions",
        Column("id", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("url", Text(), nullable=False),
        Column("events", ARRAY(Text()), nullable=False, comment="kinds of events; * is every one"),
        Column("secret", Text(), nullable=False, comment="in plain text: what is sent is signed with it"),
        Column("old_secret", Text(), comment="signs too, until"),
        Column("old_secret_until", Time),
        Column("created_at", Time, nullable=False),
        Column("paused_at", Time, comment="null while it is told"),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_subscriptions_brand")),
        PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
    )
    op.create_index(op.f("ix_subscriptions_brand"), "subscriptions", ["brand"])
    op.create_table(
        "deliveries",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("subscription", Text(), nullable=False),
        Column("event", BigInteger(), nullable=False),
        Column("more", JSONB(), comment="what is told beside the event's own facts; null for nothing"),
        Column("state", Text(), nullable=False),
        Column("attempts", Integer(), nullable=False),
        Column("next_attempt_at", Time, nullable=False),
        Column("sent_at", Time),
        Column("answer", Integer(), comment="the status that came back last"),
        Column("error", Text()),
        CheckConstraint("state IN ('queued', 'sent', 'failed')", name=op.f("ck_deliveries_state")),
        ForeignKeyConstraint(
            ["subscription"], ["subscriptions.id"], name=op.f("fk_deliveries_subscription"), ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_deliveries_event"), ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        UniqueConstraint("subscription", "event", name=op.f("uq_deliveries_subscription_event")),
    )
    op.create_index(op.f("ix_deliveries_event"), "deliveries", ["event"])
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["subscription", "next_attempt_at"],
        postgresql_where=text("state = 'queued'"),
    )
    op.create_index("ix_deliveries_sent", "deliveries", ["sent_at"], postgresql_where=text("state = 'sent'"))
    op.create_table(
        "circuits",
        Column("destination", Text(), nullable=False),
        Column("failures", Integer(), nullable=False, comment="in a row"),
        Column("open_until", Time, comment="nothing is sent there before; null while it works"),
        PrimaryKeyConstraint("destination", name=op.f("pk_circuits")),
        comment="destinations that failed lately; one that works has no row",
    )
