"""The table of what limits count for all processes together. It is not logged: a crash of the server forgives."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table

from database.metadata import metadata
from database.tables import Time

tallies = Table(
    "tallies",
    metadata,
    Column("subject", LargeBinary, primary_key=True, comment="hash of the limit and of whom it counts"),
    Column("period", BigInteger, nullable=False, comment="the newest one counted, since 1970"),
    Column("count", Integer, nullable=False, comment="in that period"),
    Column("before", Integer, nullable=False, comment="in the period before"),
    Column("expires_at", Time, nullable=False, index=True, comment="from then on it counts as nothing"),
    prefixes=["UNLOGGED"],
)
