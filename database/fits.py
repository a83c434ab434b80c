"""The table of what was learned of a brand's knowledge."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from database.metadata import metadata

fits = Table(
    "fits",
    metadata,
    Column("brand", ForeignKey("brands.id"), primary_key=True),
    Column("embedder", Text, primary_key=True, comment="whose vectors it was learned from"),
    Column("kind", Text, primary_key=True, comment="what was learned, such as an adapter"),
    Column("version", Integer, primary_key=True, comment="counts from 1"),
    Column("replaced", Integer, comment="the version in use before it; null where nothing was"),
    Column("data", LargeBinary, nullable=False, comment="numbers, in the form its kind reads; no words of customers"),
    Column("report", JSONB, nullable=False, comment="what it was judged by"),
    Column("adopted_at", DateTime(timezone=True), nullable=False),
    Column("retired_at", DateTime(timezone=True), comment="null for the one in use"),
    Index("uq_fits_in_use", "brand", "embedder", "kind", unique=True, postgresql_where=text("retired_at IS NULL")),
)
