"""The tables of who works at the desk: teammates and their shifts."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from database.metadata import metadata
from database.tables import Time, one_of

teammates = Table(
    "teammates",
    metadata,
    Column("id", Text, primary_key=True),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("teams", ARRAY(Text), nullable=False),
    Column("skills", ARRAY(Text), nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("capacity", Integer, nullable=False, comment="open tickets at the same time"),
    Column("role", Text, nullable=False, server_default="teammate"),
    Column(
        "presence", Text, nullable=False, comment="what they say of themselves; shifts say when they should be here"
    ),
    Column("presence_since", Time, nullable=False),
    Column("assigned_at", Time, comment="when they last got a ticket: the longest ago is next"),
    Column("created_at", Time, nullable=False),
    Column("left_at", Time),
    one_of("presence", "available", "on_break", "away"),
    one_of("role", "teammate", "lead", "qa", "admin", "read_only"),
    CheckConstraint("capacity >= 0", name="capacity_counts"),
    Index("uq_teammates_email", "brand", text("lower(email)"), unique=True, postgresql_where=text("left_at IS NULL")),
    Index(None, "teams", postgresql_using="gin"),
)

shifts = Table(
    "shifts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("teammate", ForeignKey("teammates.id", ondelete="CASCADE"), nullable=False),
    Column("starts_at", Time, nullable=False),
    Column("ends_at", Time, nullable=False),
    Column("planned", Integer, comment="how many tickets the shift is planned for"),
    CheckConstraint("ends_at > starts_at", name="ends_later"),
    Index(None, "teammate", "starts_at"),
)

focuses = Table(
    "focuses",
    metadata,
    Column("teammate", ForeignKey("teammates.id", ondelete="CASCADE"), primary_key=True),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("since", Time, nullable=False),
    Column("seen_at", Time, nullable=False, comment="when their window last said so"),
    Column("seconds", Integer, nullable=False, comment="what counted until then"),
    Index(None, "seen_at"),
    comment="the ticket that each teammate has before them now",
)
