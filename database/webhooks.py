"""The tables of what other programs are told: who wants to hear of which events, and what is on its way to them."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from database.metadata import metadata
from database.tables import Time, one_of

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("brand", ForeignKey("brands.id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("events", ARRAY(Text), nullable=False, comment="kinds of events; * is every one"),
    Column("secret", Text, nullable=False, comment="in plain text: what is sent is signed with it"),
    Column("old_secret", Text, comment="signs too, until"),
    Column("old_secret_until", Time),
    Column("created_at", Time, nullable=False),
    Column("paused_at", Time, comment="null while it is told"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("subscription", ForeignKey("subscriptions.id", ondelete="CASCADE"), nullable=False),
    Column("event", ForeignKey("events.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("more", JSONB, comment="what is told beside the event's own facts; null for nothing"),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Time, nullable=False),
    Column("sent_at", Time),
    Column("answer", Integer, comment="the status that came back last"),
    Column("error", Text),
    UniqueConstraint("subscription", "event"),
    one_of("state", "queued", "sent", "failed"),
    Index("ix_deliveries_due", "subscription", "next_attempt_at", postgresql_where=text("state = 'queued'")),
    Index("ix_deliveries_failed", "subscription", postgresql_where=text("state = 'failed'")),
    Index("ix_deliveries_sent", "sent_at", postgresql_where=text("state = 'sent'")),
)

circuits = Table(
    "circuits",
    metadata,
    Column("destination", Text, primary_key=True),
    Column("failures", Integer, nullable=False, comment="in a row"),
    Column("open_until", Time, comment="nothing is sent there before; null while it works"),
    comment="destinations that failed lately; one that works has no row",
)
