"""Find the translations of an article without reading all articles."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the index."""
    op.create_index(op.f("ix_articles_brand_translation_of"), "articles", ["brand", "translation_of"])
