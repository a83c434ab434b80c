"""Keep the help center: add, change, read and delete articles."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import ValidationError

from api import examples, problems
from api.access import Access, access, access_article
from api.idempotency import Once, once
from api.inputs import ArticleBody, ArticleRow, Batch, Id
from api.outputs import Acknowledged, Acknowledgement, ArticlePage, DeletedArticle, ShownArticle, WholeArticle
from api.ports import Services, services
from api.routes import lifecycle
from domain.articles import VISIBLE_TO, Article
from domain.ids import ArticleId

router = APIRouter(tags=["articles"])

Reader = Annotated[Access, Depends(access("search", "articles"))]
Writer = Annotated[Access, Depends(access("articles"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]
Named = Annotated[Id, Path(description="The article's id; it may hold slashes.", examples=["refunds"])]


@router.get("/v1/articles", summary="List the articles", responses=examples.answers(200, examples.ARTICLES))
async def list_articles(
    caller: Reader,
    house: House,
    limit: Annotated[int, Query(ge=1, le=200, description="The most to return.")] = 50,
    after: Annotated[Id | None, Query(description="`next` of the page before.")] = None,
) -> ArticlePage:
    """Return the articles in order of their ids, page by page; internal ones take the scope `articles`."""
    found = await _visible(house, caller, ArticleId(after) if after else None, limit + 1)
    shown = [ShownArticle.of(article) for article in found[:limit]]
    return ArticlePage(articles=shown, next=shown[-1].id if len(found) > limit else None)


@router.post(
    "/v1/articles:batch",
    summary="Add or change many",
    responses=examples.answers(200, examples.ACKNOWLEDGED) | problems.may_end_in(problems.TooLarge),
)
async def put_batch(batch: Batch, caller: Writer, house: House, answer: Answering) -> Acknowledged:
    """Store up to 500 articles (8 MB) and acknowledge each; a bad one is named and does not stop the others.

    What is acknowledged is stored and found by the next search. An unchanged article costs nothing.
    """
    return await answer(Acknowledged, lambda: _put(house, caller, batch))


@router.get(
    "/v1/articles/{article:path}",
    summary="Read one",
    responses=examples.answers(200, examples.ARTICLE) | problems.may_end_in(problems.Unknown),
)
async def get_article(article: Named, caller: Reader, house: House) -> WholeArticle:
    """Return an article as it is stored, and how it stands with its readers."""
    found = await access_article(caller, house, article)
    standings = await house.articles.standings(caller.brand, [found.id])
    if not standings:
        raise _unknown()
    return WholeArticle.whole(found, standings[found.id])


@router.put(
    "/v1/articles/{article:path}",
    summary="Add or change one",
    responses=examples.answers(200, examples.ACKNOWLEDGED_ROW),
)
async def put_article(
    article: Named, body: ArticleBody, caller: Writer, house: House, answer: Answering
) -> Acknowledgement:
    """Store an article under its id; the next search finds it as it now is, and a deleted one is back."""
    return await answer(Acknowledgement, lambda: _put_one(house, caller, body.article(article)))


@router.delete(
    "/v1/articles/{article:path}",
    summary="Delete one",
    responses=examples.answers(200, examples.DELETED) | problems.may_end_in(problems.Unknown),
)
async def delete_article(article: Named, caller: Writer, house: House, answer: Answering) -> DeletedArticle:
    """Delete an article with all its versions; from the next search on it is not found any more.

    The answer names the newest replies that rest on it.
    """
    return await answer(DeletedArticle, lambda: _delete(house, caller, ArticleId(article)))


async def _visible(house: Services, caller: Access, after: ArticleId | None, wanted: int) -> list[Article]:
    """Return the next articles that the caller may see."""
    found: list[Article] = []
    while len(found) < wanted:
        page = await house.articles.page(caller.brand, after, wanted)
        found += [article for article in page if article.visibility in VISIBLE_TO[caller.audience]]
        if len(page) < wanted:
            break
        after = page[-1].id
    return found[:wanted]


async def _put(house: Services, caller: Access, batch: Batch) -> Acknowledged:
    """Store the rows that can be read, and put the acknowledgements of all in the order given."""
    read: dict[int, Article] = {}
    acknowledged: dict[int, Acknowledgement] = {}
    for index, row in enumerate(batch.articles):
        try:
            parsed = ArticleRow.model_validate(row)
            read[index] = parsed.article(parsed.id)
        except ValidationError as error:
            acknowledged[index] = _failed(index, row, error)
    rows = await house.indexer.put(caller.brand, list(read.values()), house.context.now(), by=caller.caller)
    for index, stored in zip(read, rows, strict=True):
        acknowledged[index] = Acknowledgement(index=index, id=stored.id, state=stored.state, reason=stored.reason)
    return Acknowledged(rows=[acknowledged[index] for index in sorted(acknowledged)])


async def _put_one(house: Services, caller: Access, article: Article) -> Acknowledgement:
    (row,) = await house.indexer.put(caller.brand, [article], house.context.now(), by=caller.caller)
    if row.state == "failed":
        raise problems.Invalid(f"The article cannot be stored: {row.reason}")
    return Acknowledgement(index=0, id=row.id, state=row.state, reason=row.reason)


async def _delete(house: Services, caller: Access, article: ArticleId) -> DeletedArticle:
    if not await house.indexer.delete(caller.brand, article, house.context.now(), by=caller.caller):
        raise _unknown()
    replies = await lifecycle.citing(house, caller.brand, article)
    return DeletedArticle(id=article, state="deleted", replies=replies.replies, next=replies.next)


def _failed(index: int, row: dict[str, object], error: ValidationError) -> Acknowledgement:
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    reason = "; ".join(f"{problems.place(fault['loc'])}: {problems.sentence(fault['msg'])}" for fault in faults)
    given = row.get("id")
    return Acknowledgement(index=index, id=given if isinstance(given, str) else None, state="failed", reason=reason)


def _unknown() -> problems.Unknown:
    return problems.Unknown("There is no such article in this brand; GET /v1/articles lists those there are.")
