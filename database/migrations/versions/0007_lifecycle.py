"""Who looks after an article, what it was before, what its readers think of it, and which replies cite it."""

from alembic import op
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Text,
)

revision = "0007"
down_revision = "0006"

Time = DateTime(timezone=True)
CITED = """
UPDATE cases SET cited = ARRAY(
    SELECT DISTINCT cited #>> '{}'
    FROM jsonb_path_query(decision, '$.reply.sentences[*].citations[*].article') AS cited ORDER BY 1
)
WHERE decision IS NOT NULL
"""


def upgrade() -> None:
    """Add them; what was decided before is read once."""
    op.add_column("articles", Column("owner", Text(), comment="who looks after it"))
    op.add_column("articles", Column("review_by", Date(), comment="when somebody should read it again"))
    op.add_column("articles", Column("reviewed_at", Time, comment="when somebody last did"))
    op.add_column("articles", Column("stored_by", Text(), comment="the key or person that made this version"))
    article_versions()
    article_votes()
    told = "the articles that its reply rests on"
    op.add_column("cases", Column("cited", ARRAY(Text()), nullable=False, server_default="{}", comment=told))
    op.execute(CITED)
    op.create_index(op.f("ix_cases_cited"), "cases", ["cited"], postgresql_using="gin")


def article_versions() -> None:
    """Create what articles were."""
    op.create_table(
        "article_versions",
        Column("brand", Text(), nullable=False),
        Column("article", Text(), nullable=False),
        Column("version", Integer(), nullable=False),
        Column("title", Text(), comment="null, as body and visibility, where it was or has since been deleted"),
        Column("body", Text()),
        Column("visibility", Text()),
        Column("stored_at", Time, nullable=False),
        Column("stored_by", Text()),
        ForeignKeyConstraint(
            ["brand", "article"],
            ["articles.brand", "articles.id"],
            name=op.f("fk_article_versions_brand_article"),
            ondelete="CASCADE",
        ),
        PrimaryKeyConstraint("brand", "article", "version", name=op.f("pk_article_versions")),
    )


def article_votes() -> None:
    """Create what readers think of articles."""
    op.create_table(
        "article_votes",
        Column("brand", Text(), nullable=False),
        Column("article", Text(), nullable=False),
        Column("up", BigInteger(), nullable=False),
        Column("down", BigInteger(), nullable=False),
        Column("views", BigInteger(), nullable=False),
        ForeignKeyConstraint(
            ["brand", "article"],
            ["articles.brand", "articles.id"],
            name=op.f("fk_article_votes_brand_article"),
            ondelete="CASCADE",
        ),
        PrimaryKeyConstraint("brand", "article", name=op.f("pk_article_votes")),
    )
