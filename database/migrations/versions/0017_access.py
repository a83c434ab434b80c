"""Who gets in: roles, passwords, sessions, links, customers' sessions, and an audit log that nobody rewrites."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"

Time = DateTime(timezone=True)
REFUSING = """
CREATE FUNCTION refuse_rewriting_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log only grows: % is refused', TG_OP;
END $$;
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_audit();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_audit();
"""


def upgrade() -> None:
    """Create them."""
    roles()
    audit()
    signing_in()
    customers()


def roles() -> None:
    """Give every teammate a role."""
    op.add_column("teammates", Column("role", Text(), nullable=False, server_default="teammate"))
    op.create_check_constraint(
        op.f("ck_teammates_role"), "teammates", "role IN ('teammate', 'lead', 'qa', 'admin', 'read_only')"
    )


def audit() -> None:
    """Create the log, and the triggers that refuse to change it."""
    op.create_table(
        "audit",
        Column("number", BigInteger(), autoincrement=False, nullable=False, comment="counts from 1 without a gap"),
        Column("at", Time, nullable=False),
        Column("brand", Text()),
        Column("by", Text(), nullable=False, comment="whose key or session it was"),
        Column("action", Text(), nullable=False),
        Column("object", Text(), nullable=False, comment="the id of what it was done to"),
        Column("data", JSONB(), nullable=False, comment="ids, choices and numbers"),
        Column("previous", LargeBinary(), nullable=False, comment="the hash of the entry before"),
        Column("hash", LargeBinary(), nullable=False),
        CheckConstraint("number > 0", name=op.f("ck_audit_number")),
        PrimaryKeyConstraint("number", name=op.f("pk_audit")),
        comment="triggers let nobody change or delete a row",
    )
    op.create_index(op.f("ix_audit_brand_number"), "audit", ["brand", "number"])
    op.execute(REFUSING)


def signing_in() -> None:
    """Create passwords, links, failures and sessions of teammates."""
    op.create_table(
        "passwords",
        Column("teammate", Text(), nullable=False),
        Column("hash", Text(), nullable=False, comment="argon2id"),
        Column("changed_at", Time, nullable=False),
        _of_teammate("passwords"),
        PrimaryKeyConstraint("teammate", name=op.f("pk_passwords")),
    )
    op.create_table(
        "sign_in_links",
        Column("hash", LargeBinary(), nullable=False),
        Column("teammate", Text(), nullable=False),
        Column("expires_at", Time, nullable=False),
        _of_teammate("sign_in_links"),
        PrimaryKeyConstraint("hash", name=op.f("pk_sign_in_links")),
    )
    op.create_index(op.f("ix_sign_in_links_teammate"), "sign_in_links", ["teammate"])
    op.create_table(
        "sign_in_failures",
        Column("name", LargeBinary(), nullable=False, comment="hash of brand and address, known or not"),
        Column("times", Integer(), nullable=False),
        Column("last_at", Time, nullable=False),
        PrimaryKeyConstraint("name", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_last_at"), "sign_in_failures", ["last_at"])
    op.create_table(
        "sessions",
        Column("id", Text(), nullable=False),
        Column("hash", LargeBinary(), nullable=False),
        Column("previous", LargeBinary(), comment="of the token before, which holds a moment longer"),
        Column("teammate", Text(), nullable=False),
        Column("rotated_at", Time, nullable=False),
        Column("seen_at", Time, nullable=False),
        Column("expires_at", Time, nullable=False),
        _of_teammate("sessions"),
        PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        UniqueConstraint("hash", name=op.f("uq_sessions_hash")),
        UniqueConstraint("previous", name=op.f("uq_sessions_previous")),
    )
    op.create_index(op.f("ix_sessions_teammate"), "sessions", ["teammate"])
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"])


def customers() -> None:
    """Create customers' sessions, and what their brand signs with."""
    op.create_table(
        "visitors",
        Column("id", Text(), nullable=False),
        Column("hash", LargeBinary(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("customer", Text(), nullable=False),
        Column("proven", Boolean(), nullable=False, comment="their brand signed for who they are"),
        Column("expires_at", Time, nullable=False),
        ForeignKeyConstraint(
            ["brand", "customer"],
            ["customers.brand", "customers.id"],
            name=op.f("fk_visitors_brand_customer"),
            ondelete="CASCADE",
        ),
        PrimaryKeyConstraint("id", name=op.f("pk_visitors")),
        UniqueConstraint("hash", name=op.f("uq_visitors_hash")),
    )
    op.create_index(op.f("ix_visitors_expires_at"), "visitors", ["expires_at"])
    op.create_index(op.f("ix_visitors_brand_customer"), "visitors", ["brand", "customer"])
    op.create_table(
        "customer_secrets",
        Column("brand", Text(), nullable=False),
        Column("secret", Text(), nullable=False, comment="what the brand's own backend signs with"),
        Column("created_at", Time, nullable=False),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_customer_secrets_brand")),
        PrimaryKeyConstraint("brand", name=op.f("pk_customer_secrets")),
    )


def _of_teammate(table: str) -> ForeignKeyConstraint:
    name = op.f(f"fk_{table}_teammate")
    return ForeignKeyConstraint(["teammate"], ["teammates.id"], name=name, ondelete="CASCADE")
