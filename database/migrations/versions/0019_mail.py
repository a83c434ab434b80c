"""What was taken from outside, how far a mailbox is read, which mails were sent, and who follows their chat."""

from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, ForeignKeyConstraint, PrimaryKeyConstraint, Text, text

revision = "0019"
down_revision = "0018"

Time = DateTime(timezone=True)


def upgrade() -> None:
    """Create their tables, and find customers by address."""
    op.create_index("ix_customers_email", "customers", ["brand", text("lower(email)")])
    op.create_table(
        "inbox",
        Column("brand", Text(), nullable=False),
        Column("source", Text(), nullable=False, comment="which connector took it"),
        Column("event", Text(), nullable=False, comment="its id there, such as a mail's Message-ID"),
        Column("message", Text(), comment="null where it became none"),
        Column("received_at", Time, nullable=False),
        ForeignKeyConstraint(["brand"], ["brands.id"], name=op.f("fk_inbox_brand")),
        ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_inbox_message"), ondelete="CASCADE"),
        PrimaryKeyConstraint("brand", "source", "event", name=op.f("pk_inbox")),
        comment="what came in from outside, each event once",
    )
    op.create_index(op.f("ix_inbox_message"), "inbox", ["message"])
    op.create_table(
        "mailboxes",
        Column("name", Text(), nullable=False),
        Column(
            "validity", BigInteger(), nullable=False, comment="UIDVALIDITY: while it stays, so do the numbers of mails"
        ),
        Column("uid", BigInteger(), nullable=False, comment="up to which mail everything was taken"),
        Column("read_at", Time, nullable=False),
        PrimaryKeyConstraint("name", name=op.f("pk_mailboxes")),
    )
    op.create_table(
        "mailings",
        Column("message", Text(), nullable=False),
        Column("began_at", Time, nullable=False),
        Column("ended_at", Time, comment="null while nobody knows whether the server took it"),
        ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_mailings_message"), ondelete="CASCADE"),
        PrimaryKeyConstraint("message", name=op.f("pk_mailings")),
    )
    op.create_table(
        "watchers",
        Column("id", Text(), nullable=False),
        Column("ticket", Text(), nullable=False),
        Column("seen_at", Time, nullable=False),
        ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_watchers_ticket"), ondelete="CASCADE"),
        PrimaryKeyConstraint("id", name=op.f("pk_watchers")),
        comment="the open windows in which customers follow their chats",
    )
    op.create_index(op.f("ix_watchers_ticket_seen_at"), "watchers", ["ticket", "seen_at"])
