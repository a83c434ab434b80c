"""The table of erasures: what went and when, never whose it was."""

from sqlalchemy import Column, ForeignKey, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from database.metadata import metadata
from database.tables import Time

erasures = Table(
    "erasures",
    metadata,
    Column("id", Text, primary_key=True),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("counts", JSONB, nullable=False, comment="how many of each kind went"),
    Column("erased_at", Time, nullable=False),
    Column("overwritten_at", Time, comment="null while bytes of it may lie in the database's files"),
)
