"""The tables of what waits for people and what became of it: suggestions, macros, follow-ups, alerts, outcomes, files.

Customers' words live in `suggestions`, `attachments` and `searches` too; a customer's erasure reaches all three.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from database.metadata import metadata
from database.tables import Time, one_of

suggestions = Table(
    "suggestions",
    metadata,
    Column("case", ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("turn", Integer, nullable=False, comment="number of the newest customer message it answers"),
    Column("state", Text, nullable=False),
    Column("text", Text, nullable=False, comment="as the bot drafted it"),
    Column("final_text", Text, comment="as the teammate sends it"),
    Column("reason", Text, comment="why it was rejected"),
    Column("comment", Text, comment="the same in the teammate's words"),
    Column("advice", JSONB, comment="what the checker says of the edited text"),
    Column("decided_by", ForeignKey("teammates.id")),
    Column("decided_at", Time),
    Column("send_at", Time, comment="until then it can be undone"),
    Column("message", ForeignKey("messages.id", ondelete="SET NULL")),
    Column("created_at", Time, nullable=False),
    UniqueConstraint("ticket", "turn"),
    one_of("state", "waiting", "approved", "edited", "rejected", "sent", "superseded"),
    one_of("reason", "wrong", "incomplete", "tone", "unneeded", "other"),
    Index("ix_suggestions_waiting", "brand", "created_at", postgresql_where=text("state = 'waiting'")),
    Index("ix_suggestions_due", "send_at", postgresql_where=text("state IN ('approved', 'edited')")),
)

macros = Table(
    "macros",
    metadata,
    Column("id", Text, primary_key=True),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False, comment="with variables such as {customer_name}"),
    Column("language", Text, nullable=False),
    Column("retrievable", Boolean, nullable=False, comment="whether drafts may quote it, as they do articles"),
    Column("used", Integer, nullable=False, server_default="0"),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("deleted_at", Time),
    Index("uq_macros_name", "brand", text("lower(name)"), unique=True, postgresql_where=text("deleted_at IS NULL")),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("cause", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("team", Text),
    Column("owner", ForeignKey("teammates.id")),
    Column("due_at", Time, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("done_at", Time),
    Column("done_by", ForeignKey("teammates.id")),
    one_of("cause", "grave", "promise", "teammate"),
    Index("uq_follow_ups_grave", "ticket", unique=True, postgresql_where=text("cause = 'grave' AND done_at IS NULL")),
    Index("ix_follow_ups_open", "brand", "due_at", postgresql_where=text("done_at IS NULL")),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("cause", Text, nullable=False),
    Column("step", Integer, nullable=False, comment="how far up the escalation path, from 0"),
    Column("told", Text, nullable=False, comment="the team or the teammate's id"),
    Column("created_at", Time, nullable=False),
    Column("seen_at", Time),
    Column("seen_by", ForeignKey("teammates.id")),
    Column("clock", ForeignKey("clocks.id", ondelete="CASCADE"), comment="null where it is about the ticket"),
    one_of("cause", "half", "at_risk", "breached", "grave", "unanswered", "undelivered", "follow_up_due"),
    Index(
        "uq_alerts_of_ticket", "ticket", "cause", "step", "told", unique=True, postgresql_where=text("clock IS NULL")
    ),
    Index(
        "uq_alerts_of_clock", "clock", "cause", "step", "told", unique=True, postgresql_where=text("clock IS NOT NULL")
    ),
    Index("ix_alerts_unseen", "brand", "told", postgresql_where=text("seen_at IS NULL")),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("customer", Text),
    Column("intent", Text),
    Column("opened_at", Time, nullable=False),
    Column("first_bot_reply_at", Time),
    Column("first_teammate_reply_at", Time),
    Column("answered_by_bot", Text, comment="whether the customer said so, or 72 hours of silence did"),
    Column("handed_over", Text, comment="the reason of the first handover"),
    Column("solved_at", Time),
    Column("reopened", Integer, nullable=False, server_default="0"),
    Column("contacted_again_at", Time, comment="same customer and intent, within 7 days of the solution"),
    Column("csat_asked_at", Time),
    Column("csat_given_at", Time),
    Column("csat_ignored_at", Time),
    Column("csat", Integer),
    one_of("answered_by_bot", "confirmed", "assumed"),
    CheckConstraint("csat BETWEEN 1 AND 5", name="csat"),
    Index(None, "brand", "opened_at"),
    Index(None, "brand", "solved_at"),
    Index(None, "brand", "customer", "intent"),
    Index(
        "ix_outcomes_unrated",
        "csat_asked_at",
        postgresql_where=text("csat_given_at IS NULL AND csat_ignored_at IS NULL"),
    ),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("message", ForeignKey("messages.id", ondelete="CASCADE"), index=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False, comment="as the bytes say, not as the sender does"),
    Column("size", Integer, nullable=False, comment="bytes"),
    Column("sha256", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", Time, nullable=False),
)

searches = Table(
    "searches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("by", Text, nullable=False, comment="who searched: one session, customer or teammate"),
    Column("customer", Text),
    Column("query", Text, nullable=False),
    Column("shown", ARRAY(Text), nullable=False, comment="ids of articles, best first"),
    Column("opened", ARRAY(Text), nullable=False, server_default="{}"),
    Column("ended", Text, comment="null while it may go on"),
    Column("created_at", Time, nullable=False),
    ForeignKeyConstraint(["brand", "customer"], ["customers.brand", "customers.id"]),
    one_of("by", "customer", "teammate"),
    one_of("ended", "opened", "answered", "reformulated", "given_up"),
    Index(None, "brand", "created_at"),
)
