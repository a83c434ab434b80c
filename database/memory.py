"""The tables of the ticket memory: what customers asked, and which articles a teammate answered with."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Table,
    Text,
)

from database.metadata import metadata

memories = Table(
    "memories",
    metadata,
    Column("brand", ForeignKey("brands.id"), primary_key=True),
    Column("sequence", BigInteger, nullable=False, comment="counts every change of the brand's memory"),
    Column("forgotten", BigInteger, nullable=False, comment="the change at which something was last forgotten"),
)

remembered = Table(
    "remembered",
    metadata,
    Column("brand", ForeignKey("memories.brand"), primary_key=True),
    Column("ticket", Text, primary_key=True),
    Column("customer", Text),
    Column("subject", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("links", ARRAY(Text), nullable=False, comment="ids or addresses of articles, as a teammate sent them"),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("answered_at", DateTime(timezone=True), nullable=False),
    Column("hash", LargeBinary, nullable=False, comment="of everything above"),
    Column("sequence", BigInteger, nullable=False, comment="the change of the memory that brought it"),
    Column("stored_at", DateTime(timezone=True), nullable=False),
    Index(None, "brand", "customer"),
    Index(None, "brand", "sequence"),
)

remembered_vectors = Table(
    "remembered_vectors",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("ticket", Text, primary_key=True),
    Column("embedder", Text, primary_key=True),
    Column("vector", LargeBinary, nullable=False, comment="float32, little endian, of length one"),
    ForeignKeyConstraint(["brand", "ticket"], ["remembered.brand", "remembered.ticket"], ondelete="CASCADE"),
)
