"""The table of the policies in force and before: whole pages by name, a version for every change."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from database.metadata import metadata
from database.tables import Time

policies = Table(
    "policies",
    metadata,
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("number", Integer, nullable=False, comment="counts from 1; the highest is in force"),
    Column("pages", JSONB, nullable=False, comment="file name to text; a page left out is the shipped one"),
    Column("written_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", Time, nullable=False),
    PrimaryKeyConstraint("brand", "number"),
    CheckConstraint("number > 0", name="number"),
)
