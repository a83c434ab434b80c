"""The tables of who gets in: passwords, sessions and links of teammates, sessions of customers, and the audit log.

Whatever opens something is kept as a hash; `customer_secrets` alone holds what is needed to check a signature.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from database.metadata import metadata
from database.tables import Time

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False, comment="counts from 1 without a gap"),
    Column("at", Time, nullable=False),
    Column("brand", Text),
    Column("by", Text, nullable=False, comment="whose key or session it was"),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False, comment="the id of what it was done to"),
    Column("data", JSONB, nullable=False, comment="ids, choices and numbers"),
    Column("previous", LargeBinary, nullable=False, comment="the hash of the entry before"),
    Column("hash", LargeBinary, nullable=False),
    Index(None, "brand", "number"),
    CheckConstraint("number > 0", name="number"),
    comment="triggers let nobody change or delete a row",
)

passwords = Table(
    "passwords",
    metadata,
    Column("teammate", ForeignKey("teammates.id", ondelete="CASCADE"), primary_key=True),
    Column("hash", Text, nullable=False, comment="argon2id"),
    Column("changed_at", Time, nullable=False),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("teammate", ForeignKey("teammates.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", Time, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False, comment="the account's id there"),
    Column("teammate", ForeignKey("teammates.id", ondelete="CASCADE"), nullable=False),
    Column("linked_at", Time, nullable=False),
    PrimaryKeyConstraint("brand", "issuer", "subject"),
    UniqueConstraint("teammate", "issuer"),
    comment="which account at which provider is which teammate",
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("name", LargeBinary, primary_key=True, comment="hash of brand and address, known or not"),
    Column("times", Integer, nullable=False),
    Column("last_at", Time, nullable=False, index=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("previous", LargeBinary, unique=True, comment="of the token before, which holds a moment longer"),
    Column("teammate", ForeignKey("teammates.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("rotated_at", Time, nullable=False),
    Column("seen_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False, index=True),
)

visitors = Table(
    "visitors",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("brand", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("proven", Boolean, nullable=False, comment="their brand signed for who they are"),
    Column("expires_at", Time, nullable=False, index=True),
    ForeignKeyConstraint(["brand", "customer"], ["customers.brand", "customers.id"], ondelete="CASCADE"),
    Index(None, "brand", "customer"),
)

customer_secrets = Table(
    "customer_secrets",
    metadata,
    Column("brand", ForeignKey("brands.id"), primary_key=True),
    Column("secret", Text, nullable=False, comment="what the brand's own backend signs with"),
    Column("created_at", Time, nullable=False),
)
