"""The tables of what goes in and out: what was taken from outside, how far a mailbox is read, and who sits and watches.

Nothing here holds a customer's words.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from database.metadata import metadata
from database.tables import Time

inbox = Table(
    "inbox",
    metadata,
    Column("brand", ForeignKey("brands.id"), nullable=False),
    Column("source", Text, nullable=False, comment="which connector took it"),
    Column("event", Text, nullable=False, comment="its id there, such as a mail's Message-ID"),
    Column("message", ForeignKey("messages.id", ondelete="CASCADE"), comment="null where it became none"),
    Column("received_at", Time, nullable=False),
    PrimaryKeyConstraint("brand", "source", "event"),
    Index(None, "message"),
    comment="what came in from outside, each event once",
)

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("validity", BigInteger, nullable=False, comment="UIDVALIDITY: while it stays, so do the numbers of mails"),
    Column("uid", BigInteger, nullable=False, comment="up to which mail everything was taken"),
    Column("read_at", Time, nullable=False),
)

mailings = Table(
    "mailings",
    metadata,
    Column("message", ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("began_at", Time, nullable=False),
    Column("ended_at", Time, comment="null while nobody knows whether the server took it"),
)

watchers = Table(
    "watchers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ticket", ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("seen_at", Time, nullable=False),
    Index(None, "ticket", "seen_at"),
    comment="the open windows in which customers follow their chats",
)
