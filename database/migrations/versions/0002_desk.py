"""The desk's first tables, the trigger that announces stream rows, and the brand that is always there."""

from alembic import op
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

Time = DateTime(timezone=True)
ANNOUNCE = """
CREATE FUNCTION desk_announce_stream() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('desk_stream', NEW.ticket);
    RETURN NULL;
END $$;
CREATE TRIGGER desk_announce_stream AFTER INSERT ON stream FOR EACH ROW EXECUTE FUNCTION desk_announce_stream();
"""


def upgrade() -> None:
    """Create them."""
    people()
    conversations()
    records()
    op.execute(ANNOUNCE)
    op.execute("INSERT INTO brands (id, name, created_at) VALUES ('default', 'Default', now())")


def people() -> None:
    """Create brands, their keys and their customers."""
    op.create_table(
        "brands",
        Column("id", Text(), nullable=False),
        Column("name", Text(), nullable=False),
        Column("created_at", Time, nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_brands")),
    )
    op.create_table(
        "api_keys",
        Column("id", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("name", Text(), nullable=False),
        Column("prefix", Text(), nullable=False),
        Column("hash", LargeBinary(), nullable=False),
        Column("scopes", ARRAY(Text()), nullable=False),
        Column("created_at", Time, nullable=False),
        Column("expires_at", Time, nullable=True),
        Column("revoked_at", Time, nullable=True),
        Column("last_used_at", Time, nullable=True),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_api_keys_brand")),
        PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        UniqueConstraint("prefix", name=op.f("uq_api_keys_prefix")),
    )
    op.create_table(
        "customers",
        Column("brand", Text(), nullable=False),
        Column("id", Text(), nullable=False),
        Column("created_at", Time, nullable=False),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_customers_brand")),
        PrimaryKeyConstraint("brand", "id", name=op.f("pk_customers")),
    )


def conversations() -> None:
    """Create tickets, the cases about them and what was said."""
    op.create_table(
        "tickets",
        Column("id", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("customer", Text(), nullable=True),
        Column("channel", Text(), nullable=False),
        Column("status", Text(), nullable=False),
        Column("priority", Text(), nullable=False),
        Column("language", Text(), nullable=True),
        Column("asked", Integer(), nullable=False, comment="number of the customer's newest message"),
        Column("settled", Integer(), nullable=False, comment="up to which of them a case or a teammate has answered"),
        Column("bot_silent", Boolean(), nullable=False),
        Column("handed_over_at", Time, nullable=True),
        Column("created_at", Time, nullable=False),
        Column("updated_at", Time, nullable=False),
        CheckConstraint("channel IN ('chat', 'email', 'api', 'cli')", name=op.f("ck_tickets_channel")),
        CheckConstraint("priority IN ('P0', 'P1', 'P2', 'P3')", name=op.f("ck_tickets_priority")),
        CheckConstraint(
            "status IN ('new', 'open', 'pending', 'on_hold', 'solved', 'closed')", name=op.f("ck_tickets_status")
        ),
        ForeignKeyConstraint(
            ["brand", "customer"], ["customers.brand", "customers.id"], name=op.f("fk_tickets_brand_customer")
        ),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_tickets_brand")),
        PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
    )
    op.create_index(op.f("ix_tickets_brand_customer"), "tickets", ["brand", "customer"], unique=False)
    op.create_index(op.f("ix_tickets_brand_status"), "tickets", ["brand", "status"], unique=False)
    op.create_index(
        "ix_tickets_waiting",
        "tickets",
        ["updated_at"],
        unique=False,
        postgresql_where=text("asked > settled AND NOT bot_silent"),
    )
    op.create_table(
        "cases",
        Column("id", Text(), nullable=False),
        Column("ticket", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("turn", Integer(), nullable=False, comment="number of the newest customer message it works on"),
        Column("attempt", Integer(), nullable=False),
        Column("state", Text(), nullable=False),
        Column("outcome", Text(), nullable=True),
        Column("decision", JSONB(), nullable=True),
        Column("started_at", Time, nullable=False),
        Column("ended_at", Time, nullable=True),
        CheckConstraint("outcome IN ('answered', 'suggested', 'handed_over')", name=op.f("ck_cases_outcome")),
        CheckConstraint("state IN ('running', 'decided', 'superseded', 'died')", name=op.f("ck_cases_state")),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_cases_brand")),
        ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_cases_ticket"), ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        UniqueConstraint("ticket", "turn", "attempt", name=op.f("uq_cases_ticket_turn_attempt")),
    )
    op.create_table(
        "messages",
        Column("id", Text(), nullable=False),
        Column("ticket", Text(), nullable=False),
        Column("number", Integer(), nullable=False),
        Column("author", Text(), nullable=False),
        Column("kind", Text(), nullable=False),
        Column("text", Text(), nullable=False),
        Column("case", Text(), nullable=True),
        Column("answers", Integer(), nullable=True, comment="number of the newest customer message it answers"),
        Column("created_at", Time, nullable=False),
        CheckConstraint("author IN ('customer', 'teammate', 'bot')", name=op.f("ck_messages_author")),
        CheckConstraint("kind IN ('text', 'reply', 'notice')", name=op.f("ck_messages_kind")),
        ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_messages_case"), ondelete="CASCADE"),
        ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_messages_ticket"), ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        UniqueConstraint("ticket", "number", name=op.f("uq_messages_ticket_number")),
    )
    op.create_index(
        "uq_messages_one_a_turn",
        "messages",
        ["ticket", "answers", "kind"],
        unique=True,
        postgresql_where=text("author = 'bot'"),
    )


def records() -> None:
    """Create what happened, what is due, what is on its way and what watchers see."""
    op.create_table(
        "clocks",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("ticket", Text(), nullable=False),
        Column("kind", Text(), nullable=False),
        Column("started_at", Time, nullable=False),
        Column("due_at", Time, nullable=False),
        Column("stopped_at", Time, nullable=True),
        CheckConstraint("kind IN ('first_response', 'next_response', 'resolution')", name=op.f("ck_clocks_kind")),
        ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_clocks_ticket"), ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name=op.f("pk_clocks")),
    )
    op.create_index("ix_clocks_due", "clocks", ["due_at"], unique=False, postgresql_where=text("stopped_at IS NULL"))
    op.create_index(
        "uq_clocks_running", "clocks", ["ticket", "kind"], unique=True, postgresql_where=text("stopped_at IS NULL")
    )
    op.create_table(
        "events",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("ticket", Text(), nullable=True),
        Column("kind", Text(), nullable=False),
        Column("happened_at", Time, nullable=False),
        Column("recorded_at", Time, server_default=text("clock_timestamp()"), nullable=False),
        Column("data", JSONB(), nullable=False),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_events_brand")),
        ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_events_ticket"), ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_brand_kind_happened_at"), "events", ["brand", "kind", "happened_at"], unique=False)
    op.create_index(op.f("ix_events_ticket_id"), "events", ["ticket", "id"], unique=False)
    op.create_table(
        "handovers",
        Column("case", Text(), nullable=False),
        Column("ticket", Text(), nullable=False),
        Column("reason", Text(), nullable=False),
        Column("team", Text(), nullable=False),
        Column("skill", Text(), nullable=False),
        Column("packet", JSONB(), nullable=False),
        Column("created_at", Time, nullable=False),
        ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_handovers_case"), ondelete="CASCADE"),
        ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_handovers_ticket"), ondelete="CASCADE"),
        PrimaryKeyConstraint("case", name=op.f("pk_handovers")),
    )
    op.create_index(op.f("ix_handovers_ticket"), "handovers", ["ticket"], unique=False)
    op.create_table(
        "outbox",
        Column("message", Text(), nullable=False),
        Column("destination", Text(), nullable=False),
        Column("state", Text(), nullable=False),
        Column("attempts", Integer(), nullable=False),
        Column("next_attempt_at", Time, nullable=False),
        Column("sent_at", Time, nullable=True),
        Column("error", Text(), nullable=True),
        CheckConstraint("state IN ('queued', 'sent', 'failed')", name=op.f("ck_outbox_state")),
        ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_outbox_message"), ondelete="CASCADE"),
        PrimaryKeyConstraint("message", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due", "outbox", ["next_attempt_at"], unique=False, postgresql_where=text("state = 'queued'")
    )
    op.create_table(
        "stream",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("ticket", Text(), nullable=False),
        Column("case", Text(), nullable=True),
        Column("message", Text(), nullable=True),
        Column("kind", Text(), nullable=False),
        Column("data", JSONB(), nullable=False),
        Column("created_at", Time, nullable=False),
        CheckConstraint("kind IN ('status', 'reply', 'done', 'handed_over')", name=op.f("ck_stream_kind")),
        ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_stream_case"), ondelete="CASCADE"),
        ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_stream_message"), ondelete="CASCADE"),
        ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_stream_ticket"), ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name=op.f("pk_stream")),
    )
    op.create_index(op.f("ix_stream_ticket_id"), "stream", ["ticket", "id"], unique=False)
    op.create_index("uq_stream_done", "stream", ["case"], unique=True, postgresql_where=text("kind = 'done'"))
    op.create_index(
        "uq_stream_message", "stream", ["message"], unique=True, postgresql_where=text("message IS NOT NULL")
    )
