"""The tables of the knowledge index: articles and what they were, their passages and the passages' vectors."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    Table,
    Text,
)

from database.metadata import metadata

changes = Sequence("knowledge_changes", metadata=metadata)

articles = Table(
    "articles",
    metadata,
    Column("brand", ForeignKey("brands.id"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False, comment="Markdown"),
    Column("url", Text),
    Column("updated_at", DateTime(timezone=True), comment="when its author last changed it"),
    Column("visibility", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("translation_of", Text),
    Column("tags", ARRAY(Text), nullable=False),
    Column("hash", LargeBinary, nullable=False, comment="of everything above and of the way it is cut"),
    Column("version", Integer, nullable=False, comment="counts its changes here, from 1"),
    Column("passages", Integer, nullable=False, comment="how many it was cut into"),
    Column("sequence", BigInteger, nullable=False, comment="the place of its last change among all changes"),
    Column("stored_at", DateTime(timezone=True), nullable=False),
    Column("stored_by", Text, comment="the key or person that made this version"),
    Column("owner", Text, comment="who looks after it"),
    Column("review_by", Date, comment="when somebody should read it again"),
    Column("reviewed_at", DateTime(timezone=True), comment="when somebody last did"),
    Column("suspicion", Text, comment="why it is internal until it is released"),
    Column("released_at", DateTime(timezone=True), comment="when somebody released it in these words"),
    Column("deleted_at", DateTime(timezone=True), comment="a tombstone: from now on nobody is shown it"),
    CheckConstraint("visibility IN ('public', 'internal')", name="visibility"),
    Index(None, "sequence", unique=True),
    Index(None, "brand", "translation_of"),
)

article_versions = Table(
    "article_versions",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("article", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("title", Text, comment="null, as body and visibility, where it was or has since been deleted"),
    Column("body", Text),
    Column("visibility", Text),
    Column("stored_at", DateTime(timezone=True), nullable=False),
    Column("stored_by", Text),
    ForeignKeyConstraint(["brand", "article"], ["articles.brand", "articles.id"], ondelete="CASCADE"),
)

article_votes = Table(
    "article_votes",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("article", Text, primary_key=True),
    Column("up", BigInteger, nullable=False),
    Column("down", BigInteger, nullable=False),
    Column("views", BigInteger, nullable=False),
    ForeignKeyConstraint(["brand", "article"], ["articles.brand", "articles.id"], ondelete="CASCADE"),
)

passages = Table(
    "passages",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("article", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("heading_path", ARRAY(Text), nullable=False),
    Column("text", Text, nullable=False),
    Column("span_start", Integer, nullable=False, comment="in characters of the article's body"),
    Column("span_end", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False, comment="of the text that is embedded"),
    ForeignKeyConstraint(["brand", "article"], ["articles.brand", "articles.id"], ondelete="CASCADE"),
    Index(None, "brand", "article"),
    Index(None, "hash"),
)

vectors = Table(
    "vectors",
    metadata,
    Column("hash", LargeBinary, primary_key=True, comment="of the text that was embedded"),
    Column("embedder", Text, primary_key=True),
    Column("vector", LargeBinary, nullable=False, comment="float32, little endian, of length one"),
)

embedders = Table(
    "embedders",
    metadata,
    Column("id", Text, primary_key=True, comment="as vectors name it"),
    Column("name", Text, nullable=False, comment="the setting that loads it"),
    Column("adopted_at", DateTime(timezone=True), comment="null until every passage has its vector"),
    Column("retired_at", DateTime(timezone=True), comment="null for the one that answers"),
)
