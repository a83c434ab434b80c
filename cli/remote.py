"""A running `deskhand serve`, spoken to over HTTP with the key of its run.

ServerSilent   the server of this data directory does not answer
ServerRefused  it answered, but with a problem document
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import quote

import httpx

from api.outputs import Acknowledged, Acknowledgement, Agreements, DeletedArticle, Found
from cli.documents import DECISION
from cli.refusal import Refusal
from cli.running import Running
from domain.articles import Article
from domain.decisions import Decision
from domain.ids import ArticleId, BrandId
from domain.search import Query
from domain.turns import Turn

TIMEOUT = httpx.Timeout(600.0, connect=5.0)  # seconds; embedding the longest articles takes minutes


class ServerSilent(Refusal):
    """The server of this data directory does not answer."""


class ServerRefused(Refusal):
    """The server answered with a problem."""


class Remote:
    """The door of a running server."""

    def __init__(self, client: httpx.AsyncClient, running: Running) -> None:
        self._client = client
        self._running = running

    @classmethod
    @asynccontextmanager
    async def opened(cls, running: Running, brand: BrandId) -> AsyncIterator[Self]:
        """Yield a connection that acts for one brand; proxies are for the outside and stay out of it."""
        headers = {"Authorization": f"Bearer {running.key}", "X-Deskhand-Brand": brand}
        async with httpx.AsyncClient(base_url=running.url, headers=headers, timeout=TIMEOUT, trust_env=False) as client:
            yield cls(client, running)

    async def search(self, query: Query) -> Found:
        """Return the articles found for a query."""
        body = {"query": query.text, "limit": query.limit, "audience": query.audience}
        return Found.model_validate(await self._post("/v1/search", body))

    async def ask(self, turn: Turn) -> Decision:
        """Return what the hub makes of a turn."""
        history = [{"author": said.author, "text": said.text} for said in turn.history]
        return DECISION.validate_python(await self._post("/v1/drafts", {"text": turn.text, "history": history}))

    async def put(self, articles: Sequence[Article]) -> list[Acknowledgement]:
        """Store articles and return what became of each."""
        answer = await self._post("/v1/articles:batch", {"articles": [_row(article) for article in articles]})
        return Acknowledged.model_validate(answer).rows

    async def check(self) -> Agreements:
        """Return how far store, vectors and words of the brand agree."""
        return Agreements.model_validate(await self._send("GET", "/v1/articles:check"))

    async def delete(self, article: ArticleId) -> DeletedArticle:
        """Delete an article and return the replies that rest on it."""
        return DeletedArticle.model_validate(await self._send("DELETE", f"/v1/articles/{quote(article)}"))

    async def release(self, article: ArticleId) -> None:
        """Show customers a suspicious article."""
        await self._send("POST", f"/v1/articles/{quote(article)}/release")

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._send("POST", path, body)

    async def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            response = await self._client.request(method, path, json=body)
        except httpx.TransportError as error:
            raise ServerSilent(
                f"the server of this data directory, process {self._running.pid} at {self._running.url}, does not "
                f"answer ({type(error).__name__}): stop that process and try again"
            ) from error
        if response.is_error:
            raise ServerRefused(f"the server at {self._running.url} says: {_problem(response)}")
        answer: dict[str, Any] = response.json()
        return answer


def _row(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "body": article.body,
        "url": article.url,
        "updated_at": article.updated_at.isoformat() if article.updated_at else None,
        "visibility": article.visibility,
        "language": article.language,
        "translation_of": article.translation_of,
        "tags": list(article.tags),
        "owner": article.owner,
        "review_by": article.review_by.isoformat() if article.review_by else None,
        "suspicion": article.suspicion,
    }


def _problem(response: httpx.Response) -> str:
    try:
        document = response.json()
        return f"{document['title']}: {document['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"HTTP {response.status_code}"
