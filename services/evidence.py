"""What the desk lends to drafts: saved replies, brought in as articles are."""

from dataclasses import replace
from datetime import datetime

from domain.articles import Article
from domain.ids import ArticleId, BrandId
from kb_index import hidden, quarantine
from kb_index.indexing import Indexer

BY = "macros"


class Shown:
    """The index as the desk sees it: nothing suspicious or hidden gets in, whoever wrote it."""

    def __init__(self, indexer: Indexer) -> None:
        self._indexer = indexer

    async def show(self, brand: BrandId, article: Article, now: datetime) -> None:
        """Index an article as it is now; one that orders a model about is kept from customers until it is released."""
        seen = replace(quarantine.held(article), body=hidden.strip(article.body))
        await self._indexer.put(brand, [seen], now, by=BY)

    async def hide(self, brand: BrandId, article: ArticleId, now: datetime) -> None:
        """Take an article from the index, if it is there."""
        await self._indexer.delete(brand, article, now, by=BY)
