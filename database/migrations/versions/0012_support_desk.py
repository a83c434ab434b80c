"""What makes a desk of conversations: people, clocks that pause, suggestions, outcomes, files and policies."""

from alembic import op
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

revision = "0012"
down_revision = "0011"

Time = DateTime(timezone=True)
BEGUN = """
UPDATE clocks SET running_since = started_at, half_at = started_at + (due_at - started_at) / 2,
    risk_at = started_at + (due_at - started_at) * 0.8
"""


def upgrade() -> None:
    """Create them."""
    people()
    grown()
    running()
    drafted()
    promised()
    ended()
    kept()


def people() -> None:
    """Create teammates and their shifts."""
    op.create_table(
        "teammates",
        Column("id", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("name", Text(), nullable=False),
        Column("email", Text(), nullable=False),
        Column("teams", ARRAY(Text()), nullable=False),
        Column("skills", ARRAY(Text()), nullable=False),
        Column("languages", ARRAY(Text()), nullable=False),
        Column("capacity", Integer(), nullable=False, comment="open tickets at the same time"),
        Column(
            "presence",
            Text(),
            nullable=False,
            comment="what they say of themselves; shifts say when they should be here",
        ),
        Column("presence_since", Time, nullable=False),
        Column("assigned_at", Time, comment="when they last got a ticket: the longest ago is next"),
        Column("created_at", Time, nullable=False),
        Column("left_at", Time),
        CheckConstraint("presence IN ('available', 'on_break', 'away')", name=op.f("ck_teammates_presence")),
        CheckConstraint("capacity >= 0", name=op.f("ck_teammates_capacity_counts")),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_teammates_brand")),
        PrimaryKeyConstraint("id", name=op.f("pk_teammates")),
    )
    op.create_index(op.f("ix_teammates_teams"), "teammates", ["teams"], postgresql_using="gin")
    op.create_index(
        "uq_teammates_email",
        "teammates",
        ["brand", literal_column("lower(email)")],
        unique=True,
        postgresql_where=text("left_at IS NULL"),
    )
    op.create_table(
        "shifts",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("teammate", Text(), nullable=False),
        Column("starts_at", Time, nullable=False),
        Column("ends_at", Time, nullable=False),
        Column("planned", Integer(), comment="how many tickets the shift is planned for"),
        CheckConstraint("ends_at > starts_at", name=op.f("ck_shifts_ends_later")),
        ForeignKeyConstraint(["teammate"], ["teammates.id"], name=op.f("fk_shifts_teammate"), ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index(op.f("ix_shifts_teammate_starts_at"), "shifts", ["teammate", "starts_at"])


def grown() -> None:
    """Give customers, messages and tickets what a desk wants to know of them."""
    op.add_column("customers", Column("name", Text()))
    op.add_column("customers", Column("email", Text()))
    op.add_column("customers", Column("tier", Text(), comment="as the policy's targets name it"))
    op.add_column("customers", Column("plan", Text()))
    op.add_column("customers", Column("renews_on", Date()))
    op.add_column("customers", Column("time_zone", Text()))
    op.add_column("customers", Column("language", Text()))
    op.add_column(
        "messages",
        Column(
            "words", TSVECTOR(), Computed("to_tsvector('simple', left(text, 100000))", persisted=True), nullable=False
        ),
    )
    op.add_column("messages", Column("teammate", Text(), comment="which one wrote it; null where it was not told"))
    op.add_column(
        "messages",
        Column(
            "automatic", Boolean(), server_default="false", nullable=False, comment="written by a machine of theirs"
        ),
    )
    op.create_index(
        "uq_messages_one_a_case", "messages", ["case"], unique=True, postgresql_where=text("author = 'teammate'")
    )
    op.create_index(op.f("ix_messages_words"), "messages", ["words"], postgresql_using="gin")
    op.create_foreign_key(op.f("fk_messages_teammate"), "messages", "teammates", ["teammate"], ["id"])
    op.add_column("tickets", Column("subject", Text(), server_default="", nullable=False))
    op.add_column("tickets", Column("intent", Text()))
    op.add_column("tickets", Column("skill", Text(), comment="what whoever takes it should be good at"))
    op.add_column("tickets", Column("tags", ARRAY(Text()), server_default="{}", nullable=False))
    op.add_column("tickets", Column("team", Text()))
    op.add_column("tickets", Column("assignee", Text()))
    op.add_column("tickets", Column("assigned_at", Time))
    op.add_column("tickets", Column("problem", Text(), comment="the ticket about what many suffer from"))
    op.add_column("tickets", Column("merged_into", Text()))
    op.add_column("tickets", Column("spam", Boolean(), server_default="false", nullable=False))
    op.add_column("tickets", Column("source", Text(), comment="where it was imported from; null for our own"))
    op.add_column("tickets", Column("source_id", Text(), comment="its id there"))
    op.add_column("tickets", Column("solved_at", Time))
    op.create_index(op.f("ix_tickets_brand_updated_at_id"), "tickets", ["brand", "updated_at", "id"])
    op.create_index(op.f("ix_tickets_merged_into"), "tickets", ["merged_into"])
    op.create_index(
        "ix_tickets_open",
        "tickets",
        ["brand", "assignee", "team"],
        postgresql_where=text("status NOT IN ('solved', 'closed')"),
    )
    op.create_index(op.f("ix_tickets_problem"), "tickets", ["problem"])
    op.create_index(op.f("ix_tickets_tags"), "tickets", ["tags"], postgresql_using="gin")
    op.create_index("uq_tickets_source", "tickets", ["brand", "source", "source_id"], unique=True)
    op.create_foreign_key(
        op.f("fk_tickets_merged_into"), "tickets", "tickets", ["merged_into"], ["id"], ondelete="SET NULL"
    )
    op.create_foreign_key(op.f("fk_tickets_problem"), "tickets", "tickets", ["problem"], ["id"], ondelete="SET NULL")
    op.create_foreign_key(op.f("fk_tickets_assignee"), "tickets", "teammates", ["assignee"], ["id"])

    op.drop_constraint(op.f("ck_messages_kind"), "messages")
    op.create_check_constraint(op.f("ck_messages_kind"), "messages", "kind IN ('text', 'reply', 'notice', 'note')")
    op.create_check_constraint(op.f("ck_tickets_not_itself"), "tickets", "merged_into <> id AND problem <> id")


def running() -> None:
    """Let clocks pause, and tell people in time."""
    op.add_column("clocks", Column("half_at", Time, comment="when half of the time is spent"))
    op.add_column("clocks", Column("risk_at", Time, comment="when a fifth of the time is left"))
    op.add_column("clocks", Column("paused_at", Time, comment="null while it runs"))
    op.add_column(
        "clocks",
        Column(
            "spans",
            JSONB(),
            nullable=False,
            server_default="[]",
            comment="when it ran before the span that runs now: [[from, until], ...]",
        ),
    )
    op.add_column("clocks", Column("running_since", Time))
    op.add_column(
        "clocks",
        Column(
            "told", Integer(), server_default="0", nullable=False, comment="1 half, 2 at risk, 3 breached were told"
        ),
    )
    op.add_column(
        "clocks",
        Column("step", Integer(), server_default="0", nullable=False, comment="how far up the escalation path"),
    )
    op.add_column("clocks", Column("step_at", Time, comment="when whoever comes next is told"))
    op.execute(BEGUN)
    for name in ("half_at", "risk_at", "running_since"):
        op.alter_column("clocks", name, nullable=False)
    op.alter_column("clocks", "spans", server_default=None)
    op.create_index(
        "ix_clocks_half",
        "clocks",
        ["half_at"],
        postgresql_where=text("stopped_at IS NULL AND paused_at IS NULL AND told < 1"),
    )
    op.create_index(
        "ix_clocks_risk",
        "clocks",
        ["risk_at"],
        postgresql_where=text("stopped_at IS NULL AND paused_at IS NULL AND told < 2"),
    )
    op.create_index(
        "ix_clocks_step",
        "clocks",
        ["step_at"],
        postgresql_where=text("stopped_at IS NULL AND paused_at IS NULL AND step_at IS NOT NULL"),
    )
    op.execute(BEGUN)
    for name in ("half_at", "risk_at", "running_since"):
        op.alter_column("clocks", name, nullable=False)
    op.alter_column("clocks", "spans", server_default=None)


def drafted() -> None:
    """Create what teammates decide on, and what they need not write anew."""
    op.create_table(
        "suggestions",
        Column("case", Text(), nullable=False),
        Column("ticket", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("turn", Integer(), nullable=False, comment="number of the newest customer message it answers"),
        Column("state", Text(), nullable=False),
        Column("text", Text(), nullable=False, comment="as the bot drafted it"),
        Column("final_text", Text(), comment="as the teammate sends it"),
        Column("reason", Text(), comment="why it was rejected"),
        Column("comment", Text(), comment="the same in the teammate's words"),
        Column("advice", JSONB(), comment="what the checker says of the edited text"),
        Column("decided_by", Text()),
        Column("decided_at", Time),
        Column("send_at", Time, comment="until then it can be undone"),
        Column("message", Text()),
        Column("created_at", Time, nullable=False),
        CheckConstraint(
            "state IN ('waiting', 'approved', 'edited', 'rejected', 'sent', 'superseded')",
            name=op.f("ck_suggestions_state"),
        ),
        CheckConstraint(
            "reason IN ('wrong', 'incomplete', 'tone', 'unneeded', 'other')", name=op.f("ck_suggestions_reason")
        ),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_suggestions_brand")),
        ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_suggestions_case"), ondelete="CASCADE"),
        ForeignKeyConstraint(["decided_by"], ["teammates.id"], name=op.f("fk_suggestions_decided_by")),
        ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_suggestions_message"), ondelete="SET NULL"),
        ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_suggestions_ticket"), ondelete="CASCADE"),
        PrimaryKeyConstraint("case", name=op.f("pk_suggestions")),
        UniqueConstraint("ticket", "turn", name=op.f("uq_suggestions_ticket_turn")),
    )
    op.create_index(
        "ix_suggestions_due", "suggestions", ["send_at"], postgresql_where=text("state IN ('approved', 'edited')")
    )
    op.create_index(
        "ix_suggestions_waiting", "suggestions", ["brand", "created_at"], postgresql_where=text("state = 'waiting'")
    )
    op.create_table(
        "macros",
        Column("id", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("name", Text(), nullable=False),
        Column("text", Text(), nullable=False, comment="with variables such as {customer_name}"),
        Column("language", Text(), nullable=False),
        Column("retrievable", Boolean(), nullable=False, comment="whether drafts may quote it, as they do articles"),
        Column("used", Integer(), server_default="0", nullable=False),
        Column("created_at", Time, nullable=False),
        Column("updated_at", Time, nullable=False),
        Column("deleted_at", Time),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_macros_brand")),
        PrimaryKeyConstraint("id", name=op.f("pk_macros")),
    )
    op.create_index(
        "uq_macros_name",
        "macros",
        ["brand", literal_column("lower(name)")],
        unique=True,
        postgresql_where=text("deleted_at IS NULL"),
    )


def promised() -> None:
    """Create follow-ups and alerts."""
    op.create_table(
        "follow_ups",
        Column("id", Text(), nullable=False),
        Column("ticket", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("cause", Text(), nullable=False),
        Column("text", Text(), nullable=False),
        Column("team", Text()),
        Column("owner", Text()),
        Column("due_at", Time, nullable=False),
        Column("created_at", Time, nullable=False),
        Column("done_at", Time),
        Column("done_by", Text()),
        CheckConstraint("cause IN ('grave', 'promise', 'teammate')", name=op.f("ck_follow_ups_cause")),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_follow_ups_brand")),
        ForeignKeyConstraint(["done_by"], ["teammates.id"], name=op.f("fk_follow_ups_done_by")),
        ForeignKeyConstraint(["owner"], ["teammates.id"], name=op.f("fk_follow_ups_owner")),
        ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_follow_ups_ticket"), ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
    )
    op.create_index("ix_follow_ups_open", "follow_ups", ["brand", "due_at"], postgresql_where=text("done_at IS NULL"))
    op.create_index(
        "uq_follow_ups_grave",
        "follow_ups",
        ["ticket"],
        unique=True,
        postgresql_where=text("cause = 'grave' AND done_at IS NULL"),
    )
    op.create_table(
        "alerts",
        Column("id", BigInteger(), Identity(always=True), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("ticket", Text(), nullable=False),
        Column("cause", Text(), nullable=False),
        Column("step", Integer(), nullable=False, comment="how far up the escalation path, from 0"),
        Column("told", Text(), nullable=False, comment="the team or the teammate's id"),
        Column("created_at", Time, nullable=False),
        Column("seen_at", Time),
        Column("seen_by", Text()),
        CheckConstraint(
            "cause IN ('half', 'at_risk', 'breached', 'grave', 'unanswered', 'follow_up_due')",
            name=op.f("ck_alerts_cause"),
        ),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_alerts_brand")),
        ForeignKeyConstraint(["seen_by"], ["teammates.id"], name=op.f("fk_alerts_seen_by")),
        ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_alerts_ticket"), ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        UniqueConstraint("ticket", "cause", "step", "told", name=op.f("uq_alerts_ticket_cause_step_told")),
    )
    op.create_index("ix_alerts_unseen", "alerts", ["brand", "told"], postgresql_where=text("seen_at IS NULL"))


def ended() -> None:
    """Create what tickets came to."""
    op.create_table(
        "outcomes",
        Column("ticket", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("customer", Text()),
        Column("intent", Text()),
        Column("opened_at", Time, nullable=False),
        Column("first_bot_reply_at", Time),
        Column("first_teammate_reply_at", Time),
        Column("answered_by_bot", Text(), comment="whether the customer said so, or 72 hours of silence did"),
        Column("handed_over", Text(), comment="the reason of the first handover"),
        Column("solved_at", Time),
        Column("reopened", Integer(), server_default="0", nullable=False),
        Column("contacted_again_at", Time, comment="same customer and intent, within 7 days of the solution"),
        Column("csat_asked_at", Time),
        Column("csat_given_at", Time),
        Column("csat_ignored_at", Time),
        Column("csat", Integer()),
        CheckConstraint("answered_by_bot IN ('confirmed', 'assumed')", name=op.f("ck_outcomes_answered_by_bot")),
        CheckConstraint("csat BETWEEN 1 AND 5", name=op.f("ck_outcomes_csat")),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_outcomes_brand")),
        ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_outcomes_ticket"), ondelete="CASCADE"),
        PrimaryKeyConstraint("ticket", name=op.f("pk_outcomes")),
    )
    op.create_index(
        "ix_outcomes_unrated",
        "outcomes",
        ["csat_asked_at"],
        postgresql_where=text("csat_given_at IS NULL AND csat_ignored_at IS NULL"),
    )
    op.create_index(op.f("ix_outcomes_brand_customer_intent"), "outcomes", ["brand", "customer", "intent"])
    op.create_index(op.f("ix_outcomes_brand_opened_at"), "outcomes", ["brand", "opened_at"])
    op.create_index(op.f("ix_outcomes_brand_solved_at"), "outcomes", ["brand", "solved_at"])


def kept() -> None:
    """Create files, searches and policies."""
    op.create_table(
        "attachments",
        Column("id", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("ticket", Text(), nullable=False),
        Column("message", Text()),
        Column("name", Text(), nullable=False),
        Column("media_type", Text(), nullable=False, comment="as the bytes say, not as the sender does"),
        Column("size", Integer(), nullable=False, comment="bytes"),
        Column("sha256", LargeBinary(), nullable=False),
        Column("content", LargeBinary(), nullable=False),
        Column("created_at", Time, nullable=False),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_attachments_brand")),
        ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_attachments_message"), ondelete="CASCADE"),
        ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_attachments_ticket"), ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_message"), "attachments", ["message"])
    op.create_index(op.f("ix_attachments_ticket"), "attachments", ["ticket"])
    op.create_table(
        "searches",
        Column("id", Text(), nullable=False),
        Column("brand", Text(), nullable=False),
        Column("by", Text(), nullable=False, comment="who searched: one session, customer or teammate"),
        Column("customer", Text()),
        Column("query", Text(), nullable=False),
        Column("shown", ARRAY(Text()), nullable=False, comment="ids of articles, best first"),
        Column("opened", ARRAY(Text()), server_default="{}", nullable=False),
        Column("ended", Text(), comment="null while it may go on"),
        Column("created_at", Time, nullable=False),
        CheckConstraint("by IN ('customer', 'teammate')", name=op.f("ck_searches_by")),
        CheckConstraint("ended IN ('opened', 'answered', 'reformulated', 'given_up')", name=op.f("ck_searches_ended")),
        ForeignKeyConstraint(
            ["brand", "customer"], ["customers.brand", "customers.id"], name=op.f("fk_searches_brand_customer")
        ),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_searches_brand")),
        PrimaryKeyConstraint("id", name=op.f("pk_searches")),
    )
    op.create_index(op.f("ix_searches_brand_created_at"), "searches", ["brand", "created_at"])
    op.create_table(
        "policies",
        Column("brand", Text(), nullable=False),
        Column("number", Integer(), nullable=False, comment="counts from 1; the highest is in force"),
        Column("pages", JSONB(), nullable=False, comment="file name to text; a page left out is the shipped one"),
        Column("written_by", Text(), nullable=False),
        Column("note", Text(), nullable=False),
        Column("created_at", Time, nullable=False),
        CheckConstraint("number > 0", name=op.f("ck_policies_number")),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_policies_brand")),
        PrimaryKeyConstraint("brand", "number", name=op.f("pk_policies")),
    )
