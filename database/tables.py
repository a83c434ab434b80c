"""The tables of the desk.

Customers' words live in `messages`, `tickets.subject`, `cases.decision` and `handovers.packet`, and where `work` says
so; everything else holds ids, enums and numbers. Times are given by the caller, except `events.recorded_at`, which is
the database's own clock.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from database.metadata import metadata

Time = DateTime(timezone=True)


def one_of(column: str, *words: str) -> CheckConstraint:
    """Return the rule that a column holds one of these words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


brands = Table(
    "brands",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Time, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False, unique=True),
    Column("hash", LargeBinary, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("expires_at", Time),
    Column("revoked_at", Time),
    Column("last_used_at", Time),
)

customers = Table(
    "customers",
    metadata,
    Column("brand", ForeignKey("brands.id"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text),
    Column("email", Text),
    Column("tier", Text, comment="as the policy's targets name it"),
    Column("plan", Text),
    Column("renews_on", Date),
    Column("time_zone", Text),
    Column("language", Text),
    Column("created_at", Time, nullable=False),
    Index("ix_customers_email", "brand", text("lower(email)")),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("customer", Text),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("language", Text),
    Column("asked", Integer, nullable=False, comment="number of the customer's newest message"),
    Column("settled", Integer, nullable=False, comment="up to which of them a case or a teammate has answered"),
    Column("bot_silent", Boolean, nullable=False),
    Column("handed_over_at", Time),
    Column("begin_at", Time, comment="when a burst of messages counts as over; null where the turn begins at once"),
    Column("assume_at", Time, comment="when silence after the bot's answer counts as solved"),
    Column("subject", Text, nullable=False, server_default=""),
    Column("intent", Text),
    Column("skill", Text, comment="what whoever takes it should be good at"),
    Column("tags", ARRAY(Text), nullable=False, server_default="{}"),
    Column("team", Text),
    Column("assignee", ForeignKey("teammates.id")),
    Column("assigned_at", Time),
    Column("problem", ForeignKey("tickets.id", ondelete="SET NULL"), comment="the ticket about what many suffer from"),
    Column("merged_into", ForeignKey("tickets.id", ondelete="SET NULL")),
    Column("continues", ForeignKey("tickets.id", ondelete="SET NULL"), comment="the closed ticket it came back from"),
    Column("spam", Boolean, nullable=False, server_default="false"),
    Column("source", Text, comment="where it was imported from; null for our own"),
    Column("source_id", Text, comment="its id there"),
    Column("solved_at", Time),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    ForeignKeyConstraint(["brand", "customer"], ["customers.brand", "customers.id"]),
    one_of("channel", "chat", "email", "api", "cli"),
    one_of("status", "new", "open", "pending", "on_hold", "solved", "closed"),
    one_of("priority", "P0", "P1", "P2", "P3"),
    CheckConstraint("merged_into <> id AND problem <> id", name="not_itself"),
    Index(None, "brand", "status"),
    Index(None, "brand", "customer"),
    Index(None, "brand", "updated_at", "id"),
    Index("ix_tickets_open", "brand", "assignee", "team", postgresql_where=text("status NOT IN ('solved', 'closed')")),
    Index(None, "tags", postgresql_using="gin"),
    Index("ix_tickets_subject", text("to_tsvector('simple'::regconfig, subject)"), postgresql_using="gin"),
    Index(None, "problem"),
    Index(None, "merged_into"),
    Index(None, "continues"),
    Index("uq_tickets_source", "brand", "source", "source_id", unique=True),
    Index("ix_tickets_waiting", "updated_at", postgresql_where=text("asked > settled AND NOT bot_silent")),
    Index("ix_tickets_silent", "assume_at", postgresql_where=text("assume_at IS NOT NULL")),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("turn", Integer, nullable=False, comment="number of the newest customer message it works on"),
    Column("attempt", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("decision", JSONB),
    Column("cited", ARRAY(Text), nullable=False, server_default="{}", comment="the articles that its reply rests on"),
    Column("started_at", Time, nullable=False),
    Column("ended_at", Time),
    UniqueConstraint("ticket", "turn", "attempt"),
    one_of("state", "running", "decided", "superseded", "died"),
    one_of("outcome", "answered", "suggested", "handed_over"),
    Index(None, "cited", postgresql_using="gin"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("words", TSVECTOR, Computed("to_tsvector('simple', left(text, 100000))", persisted=True), nullable=False),
    Column("teammate", ForeignKey("teammates.id"), comment="which one wrote it; null where it was not told"),
    Column("automatic", Boolean, nullable=False, server_default="false", comment="written by a machine of theirs"),
    Column("case", ForeignKey("cases.id", ondelete="CASCADE")),
    Column("answers", Integer, comment="number of the newest customer message it answers"),
    Column("created_at", Time, nullable=False),
    UniqueConstraint("ticket", "number"),
    one_of("author", "customer", "teammate", "bot"),
    one_of("kind", "text", "reply", "notice", "note"),
    Index(None, "words", postgresql_using="gin"),
    Index("uq_messages_one_a_case", "case", unique=True, postgresql_where=text("author = 'teammate'")),
    Index("uq_messages_one_a_turn", "ticket", "answers", "kind", unique=True, postgresql_where=text("author = 'bot'")),
)

handovers = Table(
    "handovers",
    metadata,
    Column("case", ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("skill", Text, nullable=False),
    Column("packet", JSONB, nullable=False),
    Column("created_at", Time, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE")),
    Column("kind", Text, nullable=False),
    Column("happened_at", Time, nullable=False),
    Column("recorded_at", Time, nullable=False, server_default=func.clock_timestamp()),
    Column("data", JSONB, nullable=False),
    Index(None, "ticket", "id"),
    Index(None, "brand", "kind", "happened_at"),
)

_RUNS = "stopped_at IS NULL AND paused_at IS NULL"
clocks = Table(
    "clocks",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("started_at", Time, nullable=False),
    Column("due_at", Time, nullable=False),
    Column("half_at", Time, nullable=False, comment="when half of the time is spent"),
    Column("risk_at", Time, nullable=False, comment="when a fifth of the time is left"),
    Column("paused_at", Time, comment="null while it runs"),
    Column("spans", JSONB, nullable=False, comment="when it ran before the span that runs now: [[from, until], ...]"),
    Column("running_since", Time, nullable=False),
    Column("told", Integer, nullable=False, server_default="0", comment="1 half, 2 at risk, 3 breached were told"),
    Column("step", Integer, nullable=False, server_default="0", comment="how far up the escalation path"),
    Column("step_at", Time, comment="when whoever comes next is told"),
    Column("stopped_at", Time),
    one_of("kind", "first_response", "next_response", "resolution"),
    Index("uq_clocks_running", "ticket", "kind", unique=True, postgresql_where=text("stopped_at IS NULL")),
    Index("ix_clocks_half", "half_at", postgresql_where=text(f"{_RUNS} AND told < 1")),
    Index("ix_clocks_risk", "risk_at", postgresql_where=text(f"{_RUNS} AND told < 2")),
    Index("ix_clocks_due", "due_at", postgresql_where=text(_RUNS)),
    Index("ix_clocks_step", "step_at", postgresql_where=text(f"{_RUNS} AND step_at IS NOT NULL")),
)

outbox = Table(
    "outbox",
    metadata,
    Column("message", ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("destination", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("queued_at", Time, nullable=False),
    Column("next_attempt_at", Time, nullable=False),
    Column("sent_at", Time),
    Column("error", Text),
    Column("cause", Text, comment="why it failed; null while it has not"),
    one_of("state", "queued", "sent", "failed"),
    one_of("cause", "given_up", "refused", "uncertain", "returned"),
    CheckConstraint("(state = 'failed') = (cause IS NOT NULL)", name="why"),
    Index("ix_outbox_due", "next_attempt_at", postgresql_where=text("state = 'queued'")),
    Index("ix_outbox_failed", "queued_at", postgresql_where=text("state = 'failed'")),
)

stream = Table(
    "stream",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("case", ForeignKey("cases.id", ondelete="CASCADE")),
    Column("message", ForeignKey("messages.id", ondelete="CASCADE")),
    Column("kind", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("created_at", Time, nullable=False),
    one_of("kind", "status", "reply", "done", "handed_over"),
    Index(None, "ticket", "id"),
    Index("uq_stream_message", "message", unique=True, postgresql_where=text("message IS NOT NULL")),
    Index("uq_stream_done", "case", unique=True, postgresql_where=text("kind = 'done'")),
)
